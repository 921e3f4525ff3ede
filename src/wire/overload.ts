/** Does an answer say that the request was refused for want of capacity? */
import { ERROR, type HeaderSource, isGrpc, RETRY_AFTER } from './headers.ts'

/** On a 503, any of these says that it was refused, not that it failed. */
const SIGNS = [RETRY_AFTER, 'x-envoy-overloaded', 'finagle-http-nack', 'finagle-http-nonretryable-nack']

/** gRPC's word for 429. */
const RESOURCE_EXHAUSTED = '8'

/**
 * Only what says so counts: a 429, a 503 with Retry-After, a nack, or the `overloaded` of Envoy or of a mesh beneath; on
 * gRPC the same, told in headers (RESOURCE_EXHAUSTED, or a mesh's error). A bare 503 is what any broken endpoint answers.
 *
 * @param request the headers that were sent: a 200 is looked at only where they speak gRPC.
 */
export function isOverload(response: Response, request: HeaderSource): boolean {
  const { status } = response
  if (status === 429) return true
  if (status !== 503 && (status !== 200 || !isGrpc(request))) return false
  const { headers } = response
  if (status === 503) return SIGNS.some((name) => headers.has(name)) || isMeshOverloaded(headers)
  return headers.get('grpc-status') === RESOURCE_EXHAUSTED || isMeshOverloaded(headers)
}

function isMeshOverloaded(headers: Headers): boolean {
  return headers.get(ERROR) === 'overloaded'
}
