/** A budget for retries to one service, in one isolate: successes pay a little in, every retry takes one out. */
import type { Clock } from '../../core/clock.ts'
import { slidingSum } from '../../math/window.ts'
import type { BudgetPolicy } from '../../policy/retry.ts'

export interface RetryBudget {
  /** An attempt succeeded: it pays for a part of a retry. */
  deposit(): void
  /** An attempt failed, was not answered in time or did not get through. */
  fail(): void
  /** May we retry? If so, it is paid for. */
  tryWithdraw(): boolean
  /** Retries that could be paid for now. */
  readonly balance: number
}

// An isolate sees a few requests a second and lives for seconds: a floor of so many retries a second would be
// multiplied by the number of isolates. So what is not earned by successes is granted by event, not by time.
/** Retries granted to an isolate that knows nothing of the service. */
const AT_BIRTH = 1
/** Retries granted when the first success shows that the service is there. */
const AT_FIRST_SUCCESS = 2
/** Retries saved up, at most. */
const CAP = 10
/** After so many failures in a row nothing is retried until an attempt succeeds; first attempts always go. */
const FAILURES_IN_A_ROW = 5

/**
 * The rule and its constants: 20 % of successes over 10 s, at most 10, 1 at birth and 2 at the first success, none after
 * 5 failures in a row (docs/allowance.md says why; simulated with 3 hops of 200 isolates). `undefined` never refuses.
 */
export function retryBudget(policy: BudgetPolicy | undefined, clock: Clock): RetryBudget {
  return policy ? bounded(policy, clock) : unbounded
}

/** `"retryConstraint": "off"`: the allowance of each request is the only bound. */
const unbounded: RetryBudget = {
  deposit: () => {},
  fail: () => {},
  tryWithdraw: () => true,
  balance: Number.POSITIVE_INFINITY,
}

function bounded({ ratio, windowMs }: BudgetPolicy, clock: Clock): RetryBudget {
  const earned = slidingSum(windowMs)
  // A share of nothing is nothing: `percent: 0` retries never.
  let granted = ratio > 0 ? AT_BIRTH : 0
  let hasSucceeded = false
  let failuresInARow = 0

  const balance = (now: number) =>
    failuresInARow >= FAILURES_IN_A_ROW ? 0 : Math.min(CAP, granted + earned.total(now))

  return {
    deposit() {
      failuresInARow = 0
      if (!hasSucceeded) {
        hasSucceeded = true
        if (ratio > 0) granted += AT_FIRST_SUCCESS
      }
      const now = clock.now()
      // What is above the cap is not earned: a long calm must not pay for a long storm.
      const room = CAP - granted - earned.total(now)
      if (room > 0) earned.add(Math.min(ratio, room), now)
    },
    fail() {
      failuresInARow += 1
    },
    tryWithdraw() {
      const now = clock.now()
      // A sum of fifths is not exact: five of them are a whole.
      if (balance(now) < 1 - 1e-9) return false
      granted = Math.max(0, granted - earned.take(1, now))
      return true
    },
    get balance() {
      return balance(clock.now())
    },
  }
}
