/** A budget for retries to one service, in one isolate: successes pay a little in, every retry takes one out. */

import { addTo, endStreak, NONE, type Source, type Streak } from '../../core/health/streak.ts'
import type { Clock } from '../../core/time/clock.ts'
import { type SlidingSum, slidingSum } from '../../math/window.ts'
import type { RetryBudget } from '../../wire/budget.ts'
import type { BudgetPolicy } from './policy.ts'

// An isolate sees a few requests a second and lives for seconds: a floor of so many retries a second would be
// multiplied by the number of isolates. So what is not earned by successes is granted by event, not by time.
/** Retries granted to an isolate that knows nothing of the service. */
const AT_BIRTH = 1
/** Retries granted when the first success shows that the service is there. */
const AT_FIRST_SUCCESS = 2
/** What one retry costs. A sum of fifths is not exact: five of them are a whole. */
export const ONE_RETRY = 1 - 1e-9
/** Retries saved up, at most. */
const CAP = 10
/** After so many failures in a row nothing is retried until an attempt succeeds; first attempts always go. */
const FAILURES_IN_A_ROW = 5

/**
 * The rule and its constants: 20 % of successes over 10 s, at most 10, 1 at birth and 2 at the first success, none after
 * 5 failures in a row (docs/allowance.md says why; simulated with 3 hops of 200 isolates). `undefined` never refuses.
 */
export function retryBudget(policy: BudgetPolicy | undefined, clock: Clock): RetryBudget {
  return policy ? new Bounded(policy, clock) : unbounded
}

/** `"retryConstraint": "off"`: the allowance of each request is the only bound. */
const unbounded: RetryBudget = {
  deposit: () => {},
  fail: () => {},
  tryWithdraw: () => true,
  balance: Number.POSITIVE_INFINITY,
  stopsUpstream: false,
}

class Bounded implements RetryBudget {
  readonly stopsUpstream: boolean
  private readonly ratio: number
  private readonly clock: Clock
  private readonly earned: SlidingSum
  private granted: number
  private hasSucceeded = false
  private readonly streak: Streak = { length: 0, faults: 0, sources: undefined }
  private isStopped = false

  constructor({ ratio, windowMs, stopsUpstream }: BudgetPolicy, clock: Clock) {
    this.stopsUpstream = stopsUpstream
    this.ratio = ratio
    this.clock = clock
    this.earned = slidingSum(windowMs)
    // A share of nothing is nothing: `percent: 0` retries never.
    this.granted = ratio > 0 ? AT_BIRTH : 0
  }

  deposit(): void {
    endStreak(this.streak)
    this.isStopped = false
    if (!this.hasSucceeded) {
      this.hasSucceeded = true
      if (this.ratio > 0) this.granted += AT_FIRST_SUCCESS
    }
    const now = this.clock.now()
    // What is above the cap is not earned: a long calm must not pay for a long storm.
    const room = CAP - this.granted - this.earned.total(now)
    if (room > 0) this.earned.add(Math.min(this.ratio, room), now)
  }

  fail(source?: Source): void {
    const verdict = source === undefined ? 'fault' : 'doubt'
    this.isStopped = addTo(this.streak, verdict, source ?? NONE, FAILURES_IN_A_ROW)
  }

  tryWithdraw(): boolean {
    if (this.balance < ONE_RETRY) return false
    this.granted = Math.max(0, this.granted - this.earned.take(1, this.clock.now()))
    return true
  }

  get balance(): number {
    if (this.isStopped) return 0
    return Math.min(CAP, this.granted + this.earned.total(this.clock.now()))
  }
}
