/** Does an answer say that the request was refused for want of capacity? */
import { ERROR, type HeaderSource, RETRY_AFTER } from './headers.ts'
import { statusOf } from './status.ts'

/** On a 503, any of these says that it was refused, not that it failed. */
const SIGNS = [RETRY_AFTER, 'x-envoy-overloaded', 'finagle-http-nack', 'finagle-http-nonretryable-nack']

/**
 * Only what says so counts: a 429, a 503 with Retry-After, a nack, or the `overloaded` of Envoy or of a mesh beneath; on
 * gRPC the same, told in headers (RESOURCE_EXHAUSTED, UNAVAILABLE). A bare 503 is what any broken endpoint answers.
 *
 * @param request the headers that were sent: a 200 is looked at only where they speak gRPC.
 */
export function isOverload(response: Response, request: HeaderSource): boolean {
  const status = statusOf(response, request)
  if (status === 429) return true
  if (status !== 503) return false
  const { headers } = response
  return SIGNS.some((name) => headers.has(name)) || headers.get(ERROR) === 'overloaded'
}
