/** Other Workers, reached by a service binding. */
import { bound } from '../bindings.ts'
import { type Callee, forwardInside } from '../forward.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import { SERVICE } from './reach.ts'
import type { BindingTarget } from './schema.ts'

/** Says by Worker which version answers (Workers gradual deployments, version overrides). */
const VERSION_OVERRIDES = 'Cloudflare-Workers-Version-Overrides'

export function sendToBinding(
  { bindings }: Pick<Ways, 'bindings'>,
  request: Request,
  sent: Sent,
  { binding, version }: BindingTarget,
): Promise<Response> {
  const callee = bound<Callee>(bindings, binding, SERVICE)
  if (!version) return forwardInside(callee, request, sent)
  // Another attempt may go elsewhere, and starts from the same headers.
  const headers = new Headers(sent.outgoing)
  headers.set(VERSION_OVERRIDES, `${version.worker}="${version.id}"`)
  return forwardInside(callee, request, sent, headers)
}
