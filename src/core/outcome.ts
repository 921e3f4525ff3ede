/** What became of one attempt, and whose doing that was. */
import { MeshError } from './errors.ts'

export type Outcome =
  /** The endpoint answered, and not with a failure of its own. */
  | 'success'
  /** It answered 5xx, or a function failed. */
  | 'failure'
  /** It refused for want of capacity, and said so. */
  | 'refused'
  /** It answered 429: the caller asks more than it may. */
  | 'limited'
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

/** Who is to blame for how an attempt ended. Only what is the endpoint's speaks against it. */
export type Blame = 'endpoint' | 'caller' | 'mesh' | 'nobody'

const BLAME: Readonly<Record<Outcome, Blame>> = {
  success: 'nobody',
  failure: 'endpoint',
  refused: 'endpoint',
  limited: 'caller',
  timeout: 'endpoint',
  expired: 'nobody',
  unreachable: 'endpoint',
  cancelled: 'caller',
  unsent: 'mesh',
}

/** Whose doing an outcome is, where nothing more is known of the attempt. */
export function blameOf(outcome: Outcome): Blame {
  return BLAME[outcome]
}

/**
 * Reads the status of an answer. A 501 is the application's word on the method, not a failure of the endpoint; a 499 says
 * that somebody left.
 *
 * @param isOverload does the answer say that there is no capacity?
 */
export function outcomeOf(status: number, isOverload: boolean): Outcome {
  if (status === 499) return 'cancelled'
  if (status !== 429 && (status < 500 || status === 501)) return 'success'
  if (isOverload) return 'refused'
  return status === 429 ? 'limited' : 'failure'
}

/** Reads what was thrown instead of an answer, where the caller did not leave. */
export function outcomeOfError(error: unknown): Outcome {
  if (!(error instanceof MeshError)) return 'cancelled'
  switch (error.code) {
    case 'attempt_timed_out':
      return 'timeout'
    case 'body_broken':
    case 'body_idle':
      return 'cancelled'
    case 'deadline_exceeded':
      return 'expired'
    case 'function_failed':
      return 'failure'
    case 'endpoint_unreachable':
    // The endpoint is not where the record says, or does not let us in: no better than one that is down.
    case 'backend_not_found':
    case 'credential_failed':
      return 'unreachable'
    // Of a transport that knows that nothing was done; any other is the mesh's own, which has sent nothing.
    case 'overloaded':
      return error.verdict === 'go' ? 'refused' : 'unsent'
    default:
      return 'unsent'
  }
}
