/** What became of one attempt: the one value that retry, balance and trace all read. */
import { MeshError } from './errors.ts'

export type Outcome =
  /** The endpoint answered, and not with a failure of its own. */
  | 'success'
  /** It answered 429 or 5xx, or a function failed. */
  | 'failure'
  /** No answer came in the time that the record gives an attempt. */
  | 'timeout'
  /** The call's deadline passed first. A caller may say a short one, so it is nothing against the endpoint. */
  | 'expired'
  /** Refused, reset, or gone before the response headers. */
  | 'unreachable'
  /** The caller left; nothing is known of the endpoint but how long it took so far. */
  | 'cancelled'
  /** The mesh did not send it: nothing is known of the endpoint. */
  | 'unsent'

/** Reads the status of an answer. A 501 is the application's word on the method, not a failure of the endpoint. */
export function classify(status: number): Outcome {
  return status === 429 || (status >= 500 && status !== 501) ? 'failure' : 'success'
}

/** Reads what was thrown instead of an answer: a MeshError, or else the reason with which the caller left. */
export function classifyError(error: unknown): Outcome {
  if (!(error instanceof MeshError)) return 'cancelled'
  switch (error.code) {
    case 'attempt_timed_out':
      return 'timeout'
    case 'deadline_exceeded':
      return 'expired'
    case 'function_failed':
      return 'failure'
    case 'endpoint_unreachable':
    // The endpoint is not where the record says, or does not let us in: no better than one that is down.
    case 'backend_not_found':
    case 'credential_failed':
      return 'unreachable'
    default:
      return 'unsent'
  }
}

/** Does it speak against the endpoint? */
export function isFault(outcome: Outcome): boolean {
  return outcome === 'failure' || outcome === 'timeout' || outcome === 'unreachable'
}

/** Did the caller leave? Our own deadlines abort with a MeshError, so a bare AbortError is never ours. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}
