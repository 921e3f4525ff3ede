/** Hedging: a call whose first attempt is slow is sent a second time, elsewhere, and what answers first is the answer. */
import type { Allowance } from '../../core/allowance.ts'
import { type Attempt, attempt as attemptOf } from '../../core/attempt.ts'
import { type Deadline, remaining } from '../../core/deadline.ts'
import { errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import { type Filter, nothing } from '../../core/engine/service.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import type { Priority } from '../../core/priority.ts'
import type { AttemptNote, Receipt } from '../../core/receipt.ts'
import { isIdempotent } from '../../core/retryable.ts'
import type { Clock } from '../../core/time/clock.ts'
import { answerEnding } from '../../wire/answer/ending.ts'
import { type RetryBudget, tell } from '../../wire/budget.ts'
import { type HeaderSource, UPGRADE } from '../../wire/headers.ts'
import type { Hedging } from './hedging.ts'
import { race } from './race.ts'

/** As much of the retry policy as a hedge is one of its attempts. */
interface Retries {
  readonly attempts: number
  readonly codes: ReadonlySet<number>
}

interface HedgeNeeds {
  readonly clock: Clock
  readonly receipt: Receipt
  readonly caller?: string | undefined
  readonly path: string
  readonly deadline: Deadline
  readonly work: Cancellation
  /** Of this request. */
  readonly headers: HeaderSource
  readonly attempt: Attempt
  readonly allowance: Allowance
  readonly subrequests: Subrequests
  readonly service: {
    readonly candidates: readonly unknown[]
    readonly detector: { readonly isPanicking: boolean }
    /** The share of calls not to be sent now. */
    readonly throttle: { refusalShare(priority: Priority, now: number): number }
    readonly retry: Retries
    readonly budget: RetryBudget
    /** `undefined` where the service is not hedged. */
    readonly hedging: Hedging | undefined
    /** Endpoints that a further attempt could go to. */
    untried(now: number, tried: readonly AttemptNote[]): readonly unknown[]
    /** Milliseconds an answer typically takes where a further attempt could go, where that is known. */
    typicalMs(now: number, tried: readonly AttemptNote[]): number | undefined
  }
}

/** Given where a hedge may follow; elsewhere the context goes on as it is. */
interface HedgeGives {
  readonly attempt?: Attempt
  /** Of one attempt alone, so that the other can be called off. */
  readonly work?: Cancellation
}

/** Is there something to do for `hedge`? */
export function isHedged({ hedging }: { readonly hedging: Hedging | undefined }): boolean {
  return hedging !== undefined
}

/** Beneath retry, of whose attempts a hedge is one. Only the first attempt is hedged: a retry is a second chance already. */
export const hedge: Filter<HedgeNeeds, HedgeGives> = function hedge(request, context, next) {
  const { clock, headers, attempt, service, work } = context
  const { hedging } = service
  if (!hedging || attempt.number > 1) return next(request, nothing)

  const startedAt = clock.now()
  hedging.deposit(startedAt)
  if (!isHedgeable(request, context)) return next(request, nothing)
  const delayMs = hedging.delayMs(startedAt)
  if (delayMs === undefined || delayMs >= remaining(context.deadline, clock)) {
    return measured(next(request, nothing), work, hedging, context)
  }
  const hedge = hedgeOf(attempt, service.retry)
  return race({
    clock,
    work,
    headers,
    delayMs,
    codes: service.retry.codes,
    attempt,
    hedge,
    sendAttempt: (work) => measured(next(request, { attempt, work }), work, hedging, context),
    sendHedge(work) {
      if (!isWorthwhile(context) || !isPaid(context, hedging)) return undefined
      context.receipt.hedged = true
      return next(request, { attempt: hedge, work })
    },
    lost({ isHedge }, ending) {
      if (!isHedge && !ending && !wasCold(context)) hedging.learn(clock.now() - startedAt, clock.now())
      // Retry hears of one of the two.
      if (ending && ending.outcome !== 'success') tell(service.budget, ending, request, context)
    },
  })
}

/** Is there somewhere else to go, and is it harmless to ask twice at once? A WebSocket would be opened twice. */
function isHedgeable(request: Request, { attempt, headers, service }: HedgeNeeds): boolean {
  return (
    service.candidates.length > 1 &&
    attempt.mayRepeat &&
    attempt.body === null &&
    isIdempotent(request.method) &&
    headers.get(UPGRADE) === null
  )
}

/** Is there an endpoint that could answer in time, and would a hedge not make it worse where much is out or refused? */
function isWorthwhile({ clock, deadline, receipt, service, subrequests }: HedgeNeeds): boolean {
  const now = clock.now()
  if (service.detector.isPanicking || service.throttle.refusalShare('sheddable', now) > 0) return false
  if (service.untried(now, receipt.attempts).length === 0) return false
  return hasRoom(subrequests) && remaining(deadline, clock) > (service.typicalMs(now, receipt.attempts) ?? 0)
}

/** What this invocation may still ask of the platform is for calls that must be made. */
function hasRoom({ left, freeConnections }: Subrequests): boolean {
  return left > 0 && freeConnections > 0
}

/** By the request that is hedged, by the calls that were not, and by the successes of this isolate. */
function isPaid({ clock, allowance, service }: HedgeNeeds, hedging: Hedging): boolean {
  const now = clock.now()
  if (allowance.left < 1 || !hedging.isPaid(now) || !service.budget.tryWithdraw()) return false
  hedging.withdraw(now)
  return allowance.take()
}

function hedgeOf({ body, number }: Attempt, { attempts }: Retries): Attempt {
  return attemptOf(number + 1, body, number + 1 <= attempts, true)
}

/**
 * A quick failure says nothing of how long an answer takes; nor does a caller that leaves, or is in a hurry, nor an endpoint
 * that had to wake: it is hedged like any that is slow, after the wait that is usual of those awake.
 */
function measured(
  answer: Promise<Response>,
  work: Cancellation,
  hedging: Hedging,
  context: HedgeNeeds,
): Promise<Response> {
  const { clock, attempt, headers } = context
  const startedAt = clock.now()
  const learn = () => {
    if (!wasCold(context)) hedging.learn(clock.now() - startedAt, clock.now())
  }
  return answer.then(
    (response) => {
      if (answerEnding(attempt, response, headers, clock).outcome === 'success') learn()
      return response
    },
    (error) => {
      if (errorEnding(attempt, error, work).outcome === 'timeout') learn()
      throw error
    },
  )
}

/** Had the first attempt to wait until its endpoint woke? */
function wasCold({ receipt, attempt }: HedgeNeeds): boolean {
  return receipt.attempts.some(({ number, isCold }) => number === attempt.number && isCold === true)
}
