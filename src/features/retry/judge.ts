/** Decides whether a failed attempt is followed by another. Reads values only: the loop in `filter.ts` acts on the verdict. */
import type { Ending, Pushback } from '../../core/ending.ts'
import { MeshError } from '../../core/errors.ts'
import type { RetryRefusal } from '../../core/receipt.ts'
import { isIdempotent, isRetryable } from '../../core/retryable.ts'
import { LONGEST_WAIT_MS } from '../../wire/answer/pushback.ts'
import { IDEMPOTENCY_KEY } from '../../wire/headers.ts'
import { ONE_RETRY } from './budget.ts'
import type { RetryPolicy } from './policy.ts'

/** What is left for another attempt. The costly values are functions: `judge` asks for them last. */
export interface Left {
  readonly policy: Pick<RetryPolicy, 'attempts' | 'codes'>
  /** Of the attempt that ended; 1 is the first. */
  readonly number: number
  /** May the request be sent twice? */
  readonly isRepeatable: boolean
  /** Is its body there to be sent again? True where it has none. */
  readonly isReplayable: boolean
  /** Retries left of the allowance. */
  readonly allowance: number
  /** Subrequests left of this invocation. */
  readonly subrequests: number
  /** Milliseconds left of the deadline; `Infinity` where there is none. */
  readonly deadlineMs: number
  /** Does a rule bound the call? */
  readonly isOfRule: boolean
  /** Milliseconds an answer typically takes, where that is known. */
  typicalMs(): number | undefined
  /** Milliseconds to wait where the answer does not say how long. */
  backoffMs(): number
  /** Retries that the retry budget could pay for. */
  budget(): number
}

/** Wait, then try again; or do not, and why. `refused` is `undefined` where another attempt would cure nothing. */
export type Verdict =
  | { readonly retryAfterMs: number }
  | {
      readonly refused: RetryRefusal | undefined
      /** Is the call over because a rule leaves too little time? */
      readonly isLate?: boolean
    }

/** @param pushback what the ending says of another attempt. */
export function judge(ending: Ending, pushback: Pushback | undefined, left: Left): Verdict {
  const { policy, number, deadlineMs } = left
  if (isOutOfTime(ending.error)) return { refused: 'deadline' }
  if (!isRetryable(ending, pushback, policy.codes)) return { refused: undefined }
  if (pushback?.verdict === 'stop') return { refused: 'pushback' }
  if (number > policy.attempts) return { refused: 'attempts' }
  if (!left.isRepeatable && pushback?.verdict !== 'go') return { refused: 'not-idempotent' }
  if (!left.isReplayable) return { refused: 'not-replayable' }
  if (left.allowance < 1) return { refused: 'allowance' }
  if (left.subrequests < 1) return { refused: 'subrequests' }
  const waitMs = waitOf(pushback, left)
  // The wait and a typical answer must fit: an attempt that cannot be finished is not started.
  if (deadlineMs <= waitMs + (left.typicalMs() ?? 0)) {
    // HTTPRouteTimeouts.request: what it cuts short is a timeout. An answer that says when to come back is of more use.
    return { refused: 'deadline', isLate: left.isOfRule && pushback?.waitMs === undefined }
  }
  return left.budget() < ONE_RETRY ? { refused: 'budget' } : { retryAfterMs: waitMs }
}

/** May the request be sent twice: by its method, or because it has an idempotency key? */
export function isRepeatable({ method, headers }: Request): boolean {
  // An empty key tells no two requests apart, nor does `""`: the draft wants a quoted string.
  return isIdempotent(method) || /[^"\s]/.test(headers.get(IDEMPOTENCY_KEY) ?? '')
}

function waitOf(pushback: Pushback | undefined, { deadlineMs, number, backoffMs }: Left): number {
  if (pushback?.waitMs !== undefined) {
    // A deadline bounds the wait. Without one, this does.
    return deadlineMs === Number.POSITIVE_INFINITY ? Math.min(pushback.waitMs, LONGEST_WAIT_MS) : pushback.waitMs
  }
  // The endpoint did not process it: another may take it. The first time, at once.
  return pushback?.verdict === 'go' && number === 1 ? 0 : backoffMs()
}

function isOutOfTime(error: unknown): boolean {
  return error instanceof MeshError && (error.code === 'deadline_exceeded' || error.code === 'deadline_insufficient')
}
