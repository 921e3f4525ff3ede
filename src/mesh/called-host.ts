/** Reads the name that is called out of a URL: its host. */
import { isServiceName, type ServiceName } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Lru, lru } from '../core/lru.ts'
import { ownCopy } from '../core/text/own-copy.ts'

export interface Called {
  readonly name: ServiceName
  /** Path and query, from the first slash. */
  readonly path: string
  /** How many characters of the URL's path name the service, as `/svc/users` does. Default 0: its host does. */
  readonly mountLength?: number
}

/** Host (without port) and path and query of an absolute URL. By index: a URL object costs as much as all the balancing. */
export function splitUrl(whole: string): { host: string; path: string } {
  // A fragment is the caller's own: it is never sent, and no rule may see it.
  const fragment = whole.indexOf('#')
  const url = fragment === -1 ? whole : whole.slice(0, fragment)
  const start = url.indexOf('://') + 3
  const slash = url.indexOf('/', start)
  const authority = slash === -1 ? url.slice(start) : url.slice(start, slash)
  const port = authority.lastIndexOf(':')
  // An IPv6 address has colons of its own, within brackets.
  const host = port > authority.lastIndexOf(']') ? authority.slice(0, port) : authority
  return { host: host.slice(host.lastIndexOf('@') + 1), path: slash === -1 ? '/' : url.slice(slash) }
}

/** Hosts whose meaning is kept. */
const MAX_HOSTS = 1000

/** Reads names as {@link nameOf} does, and remembers those that it has read: most calls are of a few names. */
export function nameReader(domain: string): (host: string) => ServiceName {
  const known: Lru<string, ServiceName> = lru(MAX_HOSTS)
  return (host) => {
    let name = known.get(host)
    if (name === undefined) {
      const kept = ownCopy(host)
      name = nameOf(kept, domain)
      known.set(kept, name)
    }
    return name
  }
}

/**
 * `users`, or `users.<domain>`, as a name.
 *
 * @throws {MeshError} `service_not_named` where it is none.
 */
export function nameOf(host: string, domain: string): ServiceName {
  // `users.` is `users`, said in full.
  const lower = host.toLowerCase().replace(/\.$/, '')
  const name = lower.endsWith(`.${domain}`) ? lower.slice(0, -domain.length - 1) : lower
  if (isServiceName(name)) return name
  throw new MeshError(
    'service_not_named',
    `"${host}" is not a service name: labels of a-z, 0-9 and "-", joined by dots, 253 characters at most.`,
  )
}
