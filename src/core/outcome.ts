/** What became of one attempt: the one value that retry, balance and trace all read. */
import { MeshError } from './errors.ts'

export type Outcome =
  /** The endpoint answered, and not with a failure of its own. */
  | 'success'
  /** It answered 429 or 5xx. */
  | 'failure'
  /** No answer came in the time given. */
  | 'timeout'
  /** Refused, reset, or gone before the response headers. */
  | 'unreachable'
  /** The caller left; nothing is known of the endpoint but how long it took so far. */
  | 'cancelled'
  /** The mesh did not send it: nothing is known of the endpoint. */
  | 'unsent'

/** Reads an answer. A 501 is the application's word on the method, not a failure of the endpoint. */
export function classify(response: Response): Outcome {
  const { status } = response
  return status === 429 || (status >= 500 && status !== 501) ? 'failure' : 'success'
}

/** Reads what was thrown instead of an answer. */
export function classifyError(error: unknown): Outcome {
  if (!(error instanceof MeshError)) return isAbort(error) ? 'cancelled' : 'unreachable'
  switch (error.code) {
    case 'attempt_timed_out':
    case 'deadline_exceeded':
      return 'timeout'
    case 'endpoint_unreachable':
      return 'unreachable'
    default:
      return 'unsent'
  }
}

/** Did the caller leave? Our own deadlines abort with a MeshError, so a bare AbortError is never ours. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
