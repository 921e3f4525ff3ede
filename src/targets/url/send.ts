/** Sends to an address. */
import { plainPath } from '../../core/text/path.ts'
import type { Cloud } from '../cloud.ts'
import { forward } from '../forward.ts'
import type { Ways } from '../road.ts'
import { credentialFailed, type Secrets, secretOf } from '../secret.ts'
import type { Sent } from '../sent.ts'
import type { HeaderCredentials } from './credentials.ts'
import type { UrlTarget } from './schema.ts'

export function sendToUrl(
  ways: Ways,
  request: Request,
  sent: Sent,
  { url: base, credentials }: UrlTarget,
): Promise<Response> {
  const { fetch } = ways
  const url = addressBeneath(base, sent.path)
  if (!credentials) return forward({ fetch }, url, request, sent)
  if (credentials.type === 'header') {
    return forward({ fetch }, url, request, sent, secretHeaders(credentials, ways, sent.outgoing))
  }
  // Without it the endpoint is not among the candidates.
  return (ways.cloud as Cloud).address(url, credentials, request, sent)
}

/**
 * The address of a path beneath an endpoint's own. `base` has no closing slash; `path` begins with one.
 *
 * The path is made plain before it is joined, or `/../` would leave the endpoint's own path.
 */
export function addressBeneath(base: string, path: string): string {
  return base + plainPath(path)
}

/** The headers with the secret among them. Another attempt may go elsewhere, so it is put into a copy. */
function secretHeaders({ header, scheme, secret }: HeaderCredentials, from: Secrets, outgoing: Headers): Headers {
  const value = secretOf(from, secret)
  // What the platform says of a header it does not take repeats the value.
  if (!/^[\x20-\x7e]+$/.test(value)) throw credentialFailed(`Secret "${secret}" holds what no header can carry`)
  const headers = new Headers(outgoing)
  headers.set(header, scheme === undefined ? value : `${scheme} ${value}`)
  return headers
}
