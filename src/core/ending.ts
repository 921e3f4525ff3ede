/** How one attempt ended: read once, and taken by all who learn from it. */

import type { Upload } from './bytes/upload.ts'
import type { Cancellation } from './engine/cancellation.ts'
import { MeshError } from './errors.ts'
import { type Blame, blameOf, type Outcome, outcomeOfError } from './outcome.ts'

/** What an answer says of sending the request again. */
export interface Pushback {
  /** `stop`: do not. `go`: it was not processed, so any method may be sent again. */
  readonly verdict: 'stop' | 'go' | undefined
  /** Milliseconds to wait first, exactly; `undefined` where the answer does not say. */
  readonly waitMs: number | undefined
}

export interface Ending {
  readonly outcome: Outcome
  readonly blame: Blame
  /** Of the answer; of gRPC's, the one that says the same in HTTP. `undefined` where there was none. */
  readonly status: number | undefined
  /** What it says of sending the request again; `undefined` where nobody has looked for it. */
  pushback: Pushback | undefined
  readonly response: Response | undefined
  /** Where there was no answer: a MeshError, or the reason with which the caller left. */
  readonly error: unknown
}

/** Where the ending of an attempt is kept once it was read. */
export interface Ended {
  ending?: Ending | undefined
  readonly upload?: Pick<Upload, 'isUntold'> | undefined
  /** Does the record give the attempt less time than its call has? Then what is late is late by the operator's word. */
  isBounded?: boolean
}

/**
 * How an attempt ended by an error.
 *
 * @param work of the attempt. What called it off tells whose doing that was: a caller may leave with any reason, be it a
 * MeshError of another call.
 */
export function errorEnding(ended: Ended, error: unknown, work: Pick<Cancellation, 'reason' | 'isByCaller'>): Ending {
  const known = ended.ending
  if (known !== undefined && known.response === undefined && known.error === error) return known
  const isByCaller = work.isByCaller && error === work.reason
  const isUnknown = !isByCaller && isUntold(ended, error)
  const own = !isByCaller && error instanceof MeshError ? error : undefined
  const outcome = isByCaller || isUnknown ? 'cancelled' : outcomeOfError(error)
  // One of two attempts that race is called off by the mesh, with an error that is none of ours.
  const blame = isUnknown || !(isByCaller || own) ? 'nobody' : blameOf(outcome)
  const pushback = own?.verdict && { verdict: own.verdict, waitMs: own.retryAfterMs }
  const ending = { outcome, blame, status: undefined, pushback, response: undefined, error }
  ended.ending = ending
  return ending
}

/** Did the connection break where nobody can tell which side did it? */
function isUntold({ upload }: Ended, error: unknown): boolean {
  return upload?.isUntold() === true && error instanceof MeshError && error.code === 'endpoint_unreachable'
}
