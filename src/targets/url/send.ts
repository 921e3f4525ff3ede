/** Sends to an address. */
import type { UrlTarget } from '../../core/endpoint.ts'
import { plainPath } from '../../core/text/path.ts'
import type { Cloud } from '../cloud.ts'
import { forward } from '../forward.ts'
import { secretHeaders } from '../secret.ts'
import type { Roads, Sent } from '../send.ts'

export function sendToUrl(
  roads: Roads,
  cloud: () => Cloud | undefined,
  request: Request,
  sent: Sent,
  { url: base, credentials }: UrlTarget,
): Promise<Response> {
  const { fetch } = roads
  const url = addressBeneath(base, sent.path)
  if (!credentials) return forward({ fetch }, url, request, sent)
  if (credentials.type === 'header') {
    return forward({ fetch }, url, request, sent, secretHeaders(credentials, roads, sent.outgoing))
  }
  return (cloud() as Cloud).address(url, credentials, request, sent)
}

/**
 * The address of a path beneath an endpoint's own. `base` has no closing slash; `path` begins with one.
 *
 * The path is made plain before it is joined, or `/../` would leave the endpoint's own path.
 */
export function addressBeneath(base: string, path: string): string {
  return base + plainPath(path)
}
