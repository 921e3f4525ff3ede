/** Tells whether an answer says that the endpoint is overloaded. */
import { RETRY_AFTER } from '../headers.ts'
import { ERROR } from './fates.ts'

/** On a 503, each of these headers means: refused for want of capacity. */
const SIGNS = [RETRY_AFTER, 'x-envoy-overloaded', 'finagle-http-nack', 'finagle-http-nonretryable-nack']

/**
 * An explicit sign counts: a 503 with Retry-After, a nack, Envoy's `x-envoy-overloaded`, or `overloaded` of a mesh beneath. On
 * gRPC the same with UNAVAILABLE, or RESOURCE_EXHAUSTED with pushback. A 503 without a sign does not count: any broken endpoint
 * answers so. A 429 without one does not count: it is about the caller, who exceeds its rate limit.
 *
 * @param status of the answer. For gRPC: the HTTP status of the same meaning.
 */
export function isOverload({ headers }: Response, status: number): boolean {
  if (status !== 429 && status !== 503) return false
  if (headers.get(ERROR) === 'overloaded' || headers.has('grpc-retry-pushback-ms')) return true
  return status === 503 && SIGNS.some((name) => headers.has(name))
}
