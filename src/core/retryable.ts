/** May a request be sent again: what its method says, and what the ending of an attempt says. */
import type { Ending, Pushback } from './ending.ts'
import { MeshError } from './errors.ts'

/** RFC 9110 §9.2.2: these may be repeated without asking. */
export function isIdempotent(method: string): boolean {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
    case 'TRACE':
    case 'PUT':
    case 'DELETE':
      return true
    default:
      return false
  }
}

/**
 * Is it a failure that another attempt may cure?
 *
 * @param codes statuses that the rule tries again.
 */
export function isRetryable(
  { response, status, error }: Ending,
  pushback: Pushback | undefined,
  codes: ReadonlySet<number>,
): boolean {
  if (!response) return pushback?.verdict === 'go' || isLost(error, codes)
  if (codes.has(status as number)) return true
  // Told when to come back, we may.
  return pushback?.verdict === 'go' || (status === 429 && pushback?.waitMs !== undefined)
}

function isLost(error: unknown, codes: ReadonlySet<number>): boolean {
  if (!(error instanceof MeshError)) return false
  if (error.code === 'function_failed') return codes.has(error.meaning.status)
  return error.code === 'endpoint_unreachable' || error.code === 'attempt_timed_out'
}

/** An answer that nobody will read holds a connection until it is cancelled. */
export function discard({ response }: Ending): void {
  response?.body?.cancel().catch(() => {})
}
