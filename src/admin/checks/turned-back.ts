/** Addresses that lead back to the mesh, or to a Worker of its own zone, which Cloudflare does not let it call. */
import { isLoopback } from '../../core/text/private-address.ts'
import type { Finding } from './check.ts'
import { isMeshHost, meshHosts, zoneOf } from './hosts.ts'
import { parsedOf } from './parsed.ts'
import type { Seen } from './seen.ts'

/** What is found of every address. */
export function turnedBack(seen: Seen): Finding[] {
  return urlsOf(seen).flatMap((place) => findingOf(seen, place) ?? [])
}

interface Place {
  readonly name: string
  readonly endpoint: number
  readonly host: string
}

function urlsOf({ records }: Seen): Place[] {
  return parsedOf(records).flatMap(([name, { endpoints }]) =>
    endpoints.flatMap(({ target }, endpoint): Place[] =>
      target.kind === 'url' ? [{ name, endpoint, host: new URL(target.url).hostname.toLowerCase() }] : [],
    ),
  )
}

function findingOf(seen: Seen, { name, endpoint, host }: Place): Finding | undefined {
  if (isLoopback(host) || seen.mesh?.flags?.includes('global_fetch_strictly_public')) return undefined
  const path = ['endpoints', endpoint]
  const own = meshHosts(seen)
  if (own.includes(host)) return { severity: 'error', name, path, message: `${host} is a host of the mesh itself.` }
  const zone = zoneOf(host)
  const neighbour = zone === undefined ? undefined : own.find((one) => zoneOf(one) === zone)
  if (neighbour !== undefined) {
    const isOurs = host.endsWith('.workers.dev')
    return isOurs
      ? {
          severity: 'error',
          name,
          path,
          message: `${host} is of the same account as ${neighbour}: Cloudflare refuses it with error 1042.`,
        }
      : {
          severity: 'warning',
          name,
          path,
          message: `${host} is in the zone of ${neighbour}: a Worker that stands there is not run, and on workers.dev it is error 1042.`,
        }
  }
  if (host.endsWith('.workers.dev') || !isMeshHost(seen, host)) return undefined
  return { severity: 'error', name, path, message: `${host} is a host of the mesh itself (MESH_HOSTS).` }
}
