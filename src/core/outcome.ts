/** The outcome of one attempt, and who is to blame for it. */
import { MeshError } from './errors.ts'

export type Outcome =
  /** The endpoint answered, and its answer is not a failure. */
  | 'success'
  /** The endpoint answered 5xx (501 is a success), or a function failed. */
  | 'failure'
  /** The endpoint said that it is overloaded. */
  | 'refused'
  /** The endpoint answered 429: the caller exceeds its rate limit. */
  | 'limited'
  /** No answer came within the timeout of an attempt. */
  | 'timeout'
  /** The deadline of the call passed first. The caller may have set a short one, so the endpoint is not to blame. */
  | 'expired'
  /** The connection was refused, reset, or closed before the response headers. */
  | 'unreachable'
  /** The caller left. Of the endpoint we know only how long it took so far. */
  | 'cancelled'
  /** The mesh did not send the request. Nothing is known of the endpoint. */
  | 'unsent'

/** Who is to blame for how an attempt ended. Only `endpoint` counts against the endpoint. */
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

/** Who is to blame for an outcome, where nothing else is known of the attempt. */
export function blameOf(outcome: Outcome): Blame {
  return BLAME[outcome]
}

/**
 * The outcome of an answer by its status. A 501 is the application's answer to the method, not a failure of the endpoint. A 499
 * means that a caller left.
 *
 * @param isOverload does the answer say that the endpoint is overloaded?
 */
export function outcomeOf(status: number, isOverload: boolean): Outcome {
  if (status === 499) return 'cancelled'
  if (status !== 429 && (status < 500 || status === 501)) return 'success'
  if (isOverload) return 'refused'
  return status === 429 ? 'limited' : 'failure'
}

/** The outcome where an error was thrown in place of an answer, and the caller did not leave. */
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
    // The endpoint is not there, or does not accept our credentials. For a caller it is as good as down.
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
