/** The attempt loop: a call that failed is made again while it is safe, of use, and paid for. */
import { type Allowance, allowance as grant } from '../../core/allowance.ts'
import { type Attempt, attempt as attemptOf } from '../../core/attempt.ts'
import type { Upload } from '../../core/bytes/upload.ts'
import { type Deadline, remaining } from '../../core/deadline.ts'
import { type Ending, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Filter, Next } from '../../core/engine/service.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'
import type { AttemptNote, Receipt } from '../../core/receipt.ts'
import { discard } from '../../core/retryable.ts'
import { type Clock, sleep } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { answerEnding, pushbackOf } from '../../wire/answer/ending.ts'
import { type RetryBudget, tell } from '../../wire/budget.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import { backoffMs } from './backoff.ts'
import { isRepeatable, judge, type Left } from './judge.ts'
import type { RetryPolicy } from './policy.ts'

/** What retry needs of the context of a call. */
export interface RetryNeeds {
  readonly clock: Clock
  readonly random: Random
  readonly receipt: Receipt
  readonly caller?: string | undefined
  readonly path: string
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
    readonly timeouts: { readonly isOfRule?: boolean | undefined }
    readonly budget: RetryBudget
    /** Milliseconds an answer typically takes where a further attempt could go, where that is known. */
    typicalMs(now: number, tried: readonly AttemptNote[]): number | undefined
  }
}

interface Gives {
  readonly attempt: Attempt
  readonly allowance: Allowance
}

/** A call, and what its attempts share. */
interface Call {
  readonly request: Request
  readonly context: RetryNeeds
  readonly next: Next<Gives>
  readonly allowance: Allowance
  /** May the request be sent twice? */
  readonly mayRepeat: boolean
}

/** Most calls end with their first attempt: that one has one turn of the queue, where an `async` function has three. */
export const retry: Filter<RetryNeeds, Gives> = function retry(request, context, next) {
  const { clock, headers, receipt, service, work } = context
  const { retry: policy, budget } = service
  const allowance = context.allowance ?? grant(policy.attempts)
  // What a stranger grants may lessen what the rule allows, never raise it.
  if (!context.trusted) allowance.limit(policy.attempts)
  const call: Call = { request, context, next, allowance, mayRepeat: isRepeatable(request) }
  const first = attemptOfCall(call, 1)
  return next(request, { attempt: first, allowance }).then(
    (response) => {
      const ending = answerEnding(first, response, headers, clock)
      if (ending.outcome !== 'success' || receipt.hedged || policy.codes.has(ending.status as number)) {
        return again(call, ending)
      }
      budget.deposit()
      receipt.retriesUsed = allowance.used
      return response
    },
    (error) => again(call, errorEnding(first, error, work)),
  )
}

function attemptOfCall({ context: { upload, service }, mayRepeat }: Call, number: number): Attempt {
  const isLast = number > service.retry.attempts || upload?.isReplayable() === false
  return attemptOf(number, upload?.take() ?? null, !isLast && mayRepeat, false, upload)
}

/** The attempt loop. @param ending of the first attempt. */
async function again(call: Call, ending: Ending): Promise<Response> {
  const { request, context, next, allowance, mayRepeat } = call
  const { clock, headers, receipt, service, work } = context
  const { retry: policy, budget } = service
  // A hedge was one of the attempts of the rule.
  for (let number = receipt.hedged ? 2 : 1; ; number++) {
    tell(budget, ending, request, context)
    // An answer that is none to be judged.
    if (ending.outcome === 'success' && ending.response && !policy.codes.has(ending.status as number)) {
      receipt.retriesUsed = allowance.used
      return ending.response
    }

    const verdict = judge(ending, pushbackOf(ending, clock), leftOf(context, allowance, number, mayRepeat))
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
    // Who asks more than it may takes nothing out that others have paid for, and is tried again while there is any.
    if (ending.outcome !== 'limited') budget.tryWithdraw()
    allowance.take()
    receipt.retriesUsed = allowance.used
    await sleep(clock, verdict.retryAfterMs, work)

    const attempt = attemptOfCall(call, number + 1)
    try {
      ending = answerEnding(attempt, await next(request, { attempt, allowance }), headers, clock)
    } catch (error) {
      ending = errorEnding(attempt, error, work)
    }
  }
}

function leftOf(context: RetryNeeds, allowance: Allowance, number: number, isRepeatable: boolean): Left {
  const { clock, deadline, random, receipt, service, subrequests, upload } = context
  const { retry: policy, budget } = service
  return {
    policy,
    number,
    isRepeatable,
    isReplayable: upload?.isReplayable() !== false,
    allowance: allowance.left,
    subrequests: subrequests.left,
    deadlineMs: remaining(deadline, clock),
    isOfRule: service.timeouts.isOfRule === true,
    typicalMs: () => service.typicalMs(clock.now(), receipt.attempts),
    backoffMs: () => backoffMs(policy.backoffMs, number, random),
    budget: () => budget.balance,
  }
}
