/** Does an answer say that the request was refused for want of capacity? */
import { RETRY_AFTER } from '../headers.ts'
import { ERROR } from './fates.ts'

/** On a 503, any of these says that it was refused, not that it failed. */
const SIGNS = [RETRY_AFTER, 'x-envoy-overloaded', 'finagle-http-nack', 'finagle-http-nonretryable-nack']

/**
 * Only what says so counts: a 503 with Retry-After, a nack, or the `overloaded` of Envoy or of a mesh beneath; on gRPC
 * UNAVAILABLE with the same, and RESOURCE_EXHAUSTED with pushback, told in headers. A bare 503 is what any broken endpoint
 * answers; and a 429 speaks of the caller, who asks more than it may.
 *
 * @param status of the answer; of gRPC's, the one that says the same in HTTP.
 */
export function isOverload({ headers }: Response, status: number): boolean {
  if (status !== 429 && status !== 503) return false
  if (headers.get(ERROR) === 'overloaded' || headers.has('grpc-retry-pushback-ms')) return true
  return status === 503 && SIGNS.some((name) => headers.has(name))
}
