/** A request that nobody sends: what a decision is asked of. */
import { isServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { type Called, nameOf, splitUrl } from '../called-host.ts'
import { addressOf, type Hosts, identify } from '../identify.ts'

/** Where it goes is said by a URL, or by a name and a path. */
export interface Question {
  /** Default GET. */
  readonly method?: string | undefined
  /** `http://users/42`; on a host of the mesh `https://mesh.example.com/svc/users/42`. */
  readonly url?: string | undefined
  /** `users`, or `users@pr-123`: a record that nobody can call, and rules lead to. */
  readonly name?: string | undefined
  /** Path and query. Default `/`. */
  readonly path?: string | undefined
  /** Who calls, as its binding would say it. Default: nobody knows. */
  readonly caller?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [string, string])[] | undefined
}

export interface Asked {
  readonly request: Request
  readonly called: Called
  readonly caller: string | undefined
}

/**
 * @param hosts the mesh's own, where names stand in the path.
 * @throws {MeshError} `service_not_named` where it means no service, and for a request that cannot be made.
 */
export function askedOf(
  { method = 'GET', url, name, path = '/', headers = {}, caller }: Question,
  hosts: Hosts,
  domain: string,
): Asked {
  if (caller !== undefined && !isServiceName(caller))
    throw unclear(`a caller that is a service name, got ${JSON.stringify(caller)}`)
  if (url !== undefined && name !== undefined) throw unclear('either "url" or "name", not both')
  if (url !== undefined) {
    const request = requestTo(url, method, headers)
    return { request, caller, called: identify(addressOf(request.url, hosts), (host) => nameOf(host, domain)) }
  }
  if (name === undefined) throw unclear('"url", or "name" and "path"')
  if (!path.startsWith('/')) throw unclear(`a path that begins with "/", got ${JSON.stringify(path)}`)
  const [service = '', tag] = name.split('@')
  const plain = nameOf(service, domain)
  const request = requestTo(`http://${plain}${path}`, method, headers)
  return {
    request,
    caller,
    called: { name: tag === undefined ? plain : `${plain}@${tag}`, path: splitUrl(request.url).path },
  }
}

function requestTo(url: string, method: string, headers: NonNullable<Question['headers']>): Request {
  try {
    return new Request(url, { method, headers: headers as HeadersInit })
  } catch (cause) {
    throw unclear(`a request that can be sent: ${(cause as Error).message}`)
  }
}

function unclear(what: string): MeshError {
  return new MeshError('service_not_named', `A question is of ${what}.`)
}
