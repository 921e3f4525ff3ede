/** The attempt loop: a call that failed is made again while it is safe, of use, and paid for. */
import { type Allowance, allowance as grant } from '../../core/allowance.ts'
import { type Attempt, attempt as attemptOf } from '../../core/attempt.ts'
import type { Upload } from '../../core/bytes/upload.ts'
import { type Deadline, remaining } from '../../core/deadline.ts'
import { type Ending, errorEnding, type Pushback } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Filter } from '../../core/engine/service.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'
import { isFault } from '../../core/outcome.ts'
import type { AttemptNote, Receipt, RetryRefusal } from '../../core/receipt.ts'
import { discard, isIdempotent, isRetryable } from '../../core/retryable.ts'
import { type Clock, sleep } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { answerEnding, pushbackOf } from '../../wire/answer/ending.ts'
import { LONGEST_WAIT_MS } from '../../wire/answer/pushback.ts'
import { type HeaderSource, IDEMPOTENCY_KEY } from '../../wire/headers.ts'
import { backoffMs } from './backoff.ts'
import type { RetryBudget } from './budget.ts'
import type { RetryPolicy } from './policy.ts'

interface Needs {
  readonly clock: Clock
  readonly random: Random
  readonly receipt: Receipt
  /** Of this request. */
  readonly headers: HeaderSource
  readonly deadline: Deadline
  /** Called off at the deadline, and when the caller leaves. */
  readonly work: Cancellation
  readonly trusted: boolean
  /** What the caller granted, if it did. */
  readonly allowance: Allowance | undefined
  readonly subrequests: Subrequests
  /** Its body; `undefined` where there is none. */
  readonly upload?: Upload | undefined
  readonly service: {
    readonly retry: RetryPolicy
    readonly timeouts: { readonly isOfRule?: boolean }
    readonly budget: RetryBudget
    /** Milliseconds an answer typically takes where a further attempt could go, where that is known. */
    typicalMs(now: number, tried: readonly AttemptNote[]): number | undefined
  }
}

interface Gives {
  readonly attempt: Attempt
  readonly allowance: Allowance
}

/** What is thought of a failed attempt. */
type Verdict =
  | { readonly retryAfterMs: number }
  | { readonly refused: RetryRefusal | undefined; readonly isLate?: boolean | undefined }

export const retry: Filter<Needs, Gives> = async function retry(request, context, next) {
  const { clock, headers, receipt, service, upload, work } = context
  const { retry: policy, budget } = service
  const allowance = context.allowance ?? grant(policy.attempts)
  // What a stranger grants may lessen what the rule allows, never raise it.
  if (!context.trusted) allowance.limit(policy.attempts)

  const isRepeatable = isIdempotent(request.method) || hasKey(request)
  for (let number = 1; ; number++) {
    const isLast = number > policy.attempts || upload?.isReplayable() === false
    const attempt = attemptOf(number, upload?.take() ?? null, !isLast && isRepeatable, false, upload)
    let ending: Ending
    try {
      ending = answerEnding(attempt, await next(request, { attempt, allowance }), headers, clock)
    } catch (error) {
      ending = errorEnding(attempt, error, work)
    }
    // A hedge was one of the attempts of the rule.
    if (number === 1 && receipt.hedged) number += 1

    const { outcome } = ending
    if (outcome === 'success') budget.deposit()
    else if (isFault(outcome) || outcome === 'refused') budget.fail()
    // What most answers are: nothing is to be judged.
    if (outcome === 'success' && ending.response && !policy.codes.has(ending.status as number)) {
      receipt.retriesUsed = allowance.used
      return ending.response
    }

    const verdict = judge(ending, { ...context, allowance, number, isRepeatable })
    if ('refused' in verdict) {
      receipt.retryRefused = verdict.refused
      if (verdict.refused === 'budget' && budget.stopsUpstream) allowance.exhaust()
      receipt.retriesUsed = allowance.used
      if (verdict.isLate) {
        discard(ending)
        throw new MeshError('deadline_insufficient', 'What was left did not hold another attempt.', {
          cause: ending.error,
        })
      }
      if (ending.response) return ending.response
      throw ending.error
    }

    discard(ending)
    allowance.take()
    receipt.retriesUsed = allowance.used
    await sleep(clock, verdict.retryAfterMs, work)
  }
}

/** What a verdict depends on, besides how the attempt ended. */
interface Tried extends Needs {
  readonly allowance: Allowance
  readonly number: number
  readonly isRepeatable: boolean
}

function judge(ending: Ending, tried: Tried): Verdict {
  const { clock, receipt, deadline, allowance, subrequests, upload, number, isRepeatable, service } = tried
  const { retry: policy, budget } = service
  const pushback = pushbackOf(ending, clock)
  if (isOutOfTime(ending.error)) return { refused: 'deadline' }
  if (!isRetryable(ending, pushback, policy.codes)) return { refused: undefined }
  if (pushback?.verdict === 'stop') return { refused: 'pushback' }
  if (number > policy.attempts) return { refused: 'attempts' }
  if (!isRepeatable && pushback?.verdict !== 'go') return { refused: 'not-idempotent' }
  if (upload?.isReplayable() === false) return { refused: 'not-replayable' }
  if (allowance.left < 1) return { refused: 'allowance' }
  if (subrequests.left < 1) return { refused: 'subrequests' }
  const waitMs = waitOf(pushback, tried)
  // Not to start what cannot be finished: the wait and a typical answer must fit.
  const typicalMs = service.typicalMs(clock.now(), receipt.attempts) ?? 0
  if (remaining(deadline, clock) <= waitMs + typicalMs) {
    // HTTPRouteTimeouts.request: what it cut short is a timeout. Where the answer says when to come back, it is of more use.
    return { refused: 'deadline', isLate: service.timeouts.isOfRule && pushback?.waitMs === undefined }
  }
  if (!budget.tryWithdraw()) return { refused: 'budget' }
  return { retryAfterMs: waitMs }
}

function waitOf(pushback: Pushback | undefined, { clock, deadline, number, random, service }: Tried): number {
  if (pushback?.waitMs !== undefined) {
    // A deadline that does not hold it ends the call; where there is none, something must.
    const isBounded = remaining(deadline, clock) !== Number.POSITIVE_INFINITY
    return isBounded ? pushback.waitMs : Math.min(pushback.waitMs, LONGEST_WAIT_MS)
  }
  // It was refused unread: another endpoint may take it at once, the first time.
  if (pushback?.verdict === 'go' && number === 1) return 0
  return backoffMs(service.retry.backoffMs, number, random)
}

/** An empty key, be it between quotes (the draft wants a quoted string), tells no two requests apart. */
function hasKey({ headers }: Request): boolean {
  return /[^"\s]/.test(headers.get(IDEMPOTENCY_KEY) ?? '')
}

function isOutOfTime(error: unknown): boolean {
  return error instanceof MeshError && (error.code === 'deadline_exceeded' || error.code === 'deadline_insufficient')
}
