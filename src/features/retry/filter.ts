/** The attempt loop: a call that failed is made again while it is safe, of use, and paid for. */
import { type Allowance, allowance as grant } from '../../core/allowance.ts'
import { type Attempt, attempt as attemptOf } from '../../core/attempt.ts'
import type { Upload } from '../../core/bytes/upload.ts'
import { type Deadline, remaining } from '../../core/deadline.ts'
import { type Ending, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Filter } from '../../core/engine/service.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'
import { isFault } from '../../core/outcome.ts'
import type { AttemptNote, Receipt } from '../../core/receipt.ts'
import { discard } from '../../core/retryable.ts'
import { type Clock, sleep } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { answerEnding, pushbackOf } from '../../wire/answer/ending.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import type { TimeoutPolicy } from '../deadline/policy.ts'
import { backoffMs } from './backoff.ts'
import type { RetryBudget } from './budget.ts'
import { isRepeatable, judge, type Left } from './judge.ts'
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
    readonly timeouts: Pick<TimeoutPolicy, 'isOfRule'>
    readonly budget: RetryBudget
    /** Milliseconds an answer typically takes where a further attempt could go, where that is known. */
    typicalMs(now: number, tried: readonly AttemptNote[]): number | undefined
  }
}

interface Gives {
  readonly attempt: Attempt
  readonly allowance: Allowance
}

export const retry: Filter<Needs, Gives> = async function retry(request, context, next) {
  const { clock, headers, receipt, service, upload, work } = context
  const { retry: policy, budget } = service
  const allowance = context.allowance ?? grant(policy.attempts)
  // What a stranger grants may lessen what the rule allows, never raise it.
  if (!context.trusted) allowance.limit(policy.attempts)

  const mayRepeat = isRepeatable(request)
  for (let number = 1; ; number++) {
    const isLast = number > policy.attempts || upload?.isReplayable() === false
    const attempt = attemptOf(number, upload?.take() ?? null, !isLast && mayRepeat, false, upload)
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
    budget.tryWithdraw()
    allowance.take()
    receipt.retriesUsed = allowance.used
    await sleep(clock, verdict.retryAfterMs, work)
  }
}

function leftOf(context: Needs, allowance: Allowance, number: number, isRepeatable: boolean): Left {
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
