/** How one attempt ended. It is read once, and all filters above use the same value. */

import type { Upload } from './bytes/upload.ts'
import type { Cancellation } from './engine/cancellation.ts'
import { MeshError } from './errors.ts'
import { type Blame, blameOf, type Outcome, outcomeOfError } from './outcome.ts'

/** What an answer says of a retry. */
export interface Pushback {
  /** `stop`: do not retry. `go`: the request was not processed, so any method may be sent again. */
  readonly verdict: 'stop' | 'go' | undefined
  /** Milliseconds to wait before a retry. `undefined` where the answer does not say. */
  readonly waitMs: number | undefined
}

export interface Ending {
  readonly outcome: Outcome
  readonly blame: Blame
  /** The status of the answer. For gRPC: the HTTP status of the same meaning. `undefined` where there was no answer. */
  readonly status: number | undefined
  /** What the answer says of a retry. `undefined` where that was not read yet. */
  pushback: Pushback | undefined
  readonly response: Response | undefined
  /** The error, where there was no answer: a MeshError, or the reason with which the caller left. */
  readonly error: unknown
  /** Was the connection gone while much of the body was yet to be sent? An endpoint may have answered and closed, or be broken. */
  readonly isCut: boolean
}

/** Keeps the ending of an attempt, once it was read. */
export interface Ended {
  ending?: Ending | undefined
  readonly upload?: Pick<Upload, 'isUntold' | 'isFull'> | undefined
  /** Does the record give the attempt less time than its call has? Then what is late is late by the operator's word. */
  isBounded?: boolean
}

/**
 * Reads how an attempt ended from its error.
 *
 * @param work of the attempt. It tells whether the caller cancelled it. The error alone does not: a caller may leave with any
 * reason, even with a MeshError of another call.
 */
export function errorEnding(ended: Ended, error: unknown, work: Pick<Cancellation, 'reason' | 'isByCaller'>): Ending {
  const known = ended.ending
  if (known !== undefined && known.response === undefined && known.error === error) return known
  const isByCaller = work.isByCaller && error === work.reason
  const { upload } = ended
  const isGone = !isByCaller && error instanceof MeshError && error.code === 'endpoint_unreachable'
  const isUnknown = isGone && upload?.isUntold() === true
  const isCut = isGone && upload?.isFull() === true
  const own = !isByCaller && error instanceof MeshError ? error : undefined
  const outcome = isByCaller || isUnknown ? 'cancelled' : outcomeOfError(error)
  // One of two attempts that race is called off by the mesh, with an error that is none of ours.
  const blame = isUnknown || !(isByCaller || own) ? 'nobody' : blameOf(outcome)
  const pushback = own?.verdict && { verdict: own.verdict, waitMs: own.retryAfterMs }
  const ending = { outcome, blame, status: undefined, pushback, response: undefined, error, isCut }
  ended.ending = ending
  return ending
}
