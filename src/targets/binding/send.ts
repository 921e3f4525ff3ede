/** Other Workers, reached by a service binding. */
import type { BindingTarget } from '../../core/endpoint.ts'
import { type Bindings, bound } from '../bindings.ts'
import { type Callee, forward } from '../forward.ts'
import type { Sent } from '../send.ts'

export const CALLEE = ['fetch'] as const

/** Says by Worker which version answers (Workers gradual deployments, version overrides). */
const VERSION_OVERRIDES = 'Cloudflare-Workers-Version-Overrides'

/** It sees the name that was called as the URL's host. */
export function sendToBinding(
  bindings: Bindings,
  request: Request,
  sent: Sent,
  { binding, version }: BindingTarget,
): Promise<Response> {
  const callee = bound<Callee>(bindings, binding, CALLEE, 'service binding')
  const url = `http://${sent.name}${sent.path}`
  if (!version) return forward(callee, url, request, sent)
  // Another attempt may go elsewhere, and starts from the same headers.
  const headers = new Headers(sent.outgoing)
  headers.set(VERSION_OVERRIDES, `${version.worker}="${version.id}"`)
  return forward(callee, url, request, sent, headers)
}
