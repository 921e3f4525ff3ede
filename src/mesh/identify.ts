/** Which service a request from outside means: by its host, or by its path on the mesh's own hosts. */
import type { ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Lru, lru } from '../core/lru.ts'
import { ownCopy } from '../core/text/own-copy.ts'
import { type Called, splitUrl } from './called-host.ts'

/** `/svc/<name>/…` on a mesh host. */
const SERVICE_PREFIX = '/svc/'
/** Nothing under this prefix is forwarded on a mesh host. */
export const RESERVED_PREFIX = '/-/'
/** The mesh's own hosts, where `MESH_HOSTS` does not say others. */
export const MESH_HOSTS = 'localhost,127.0.0.1,[::1],*.workers.dev'

export interface Hosts {
  /** Is this host, in any case, one of the mesh itself, where names are said in the path? */
  includes(host: string): boolean
}

/** @param list hosts, separated by commas; `*.` in front stands for any labels. */
export function hosts(list: string): Hosts {
  const exact = new Set<string>()
  const suffixes: string[] = []
  for (const host of list.split(',').map((host) => host.trim().toLowerCase())) {
    if (host.startsWith('*.')) suffixes.push(host.slice(1))
    else if (host) exact.add(host)
  }
  const known: Lru<string, boolean> = lru(MAX_HOSTS)
  return {
    includes(host) {
      let isMesh = known.get(host)
      if (isMesh === undefined) {
        const lower = host.toLowerCase()
        isMesh = exact.has(lower) || suffixes.some((suffix) => lower.endsWith(suffix))
        known.set(ownCopy(host), isMesh)
      }
      return isMesh
    },
  }
}

/** Hosts of which it is remembered whether they are the mesh's own: as many as names are. */
const MAX_HOSTS = 1000

/** Host and path of a request, and whether the mesh itself is addressed. */
export interface Address {
  readonly host: string
  readonly path: string
  readonly isMesh: boolean
}

export function addressOf(url: string, meshHosts: Hosts): Address {
  const { host, path } = splitUrl(url)
  return { host, path, isMesh: meshHosts.includes(host) }
}

/** @throws {MeshError} `service_not_named`, with what may be said instead. */
export function identify({ host, path, isMesh }: Address, nameOf: (said: string) => ServiceName): Called {
  if (!isMesh) return { name: nameOf(host), path }
  if (!path.startsWith(SERVICE_PREFIX)) {
    const said = path.split('?', 1)[0]
    throw new MeshError('service_not_named', `"${said}" names no service: say it as /svc/<name>/… or as the host.`)
  }
  const rest = path.slice(SERVICE_PREFIX.length)
  const end = rest.search(/[/?]/)
  if (end === -1) return { name: nameOf(rest), path: '/', mountLength: path.length }
  const name = nameOf(rest.slice(0, end))
  const mountLength = SERVICE_PREFIX.length + end
  return { name, path: rest[end] === '?' ? `/${rest.slice(end)}` : rest.slice(end), mountLength }
}
