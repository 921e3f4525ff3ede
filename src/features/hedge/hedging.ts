/** What an isolate knows of hedging a service: how long to wait before a hedge, and how many have been paid for. */
import { type RecentQuantile, type RecentQuantileOptions, recentQuantile } from '../../math/recent-quantile.ts'
import { type SlidingSum, slidingSum } from '../../math/window.ts'
import type { HedgePolicy } from './policy.ts'

export interface Hedging {
  /** A call is made: it pays for a part of a hedge. */
  deposit(now: number): void
  /** Is a whole hedge paid for? */
  isPaid(now: number): boolean
  /** A hedge is made. */
  withdraw(now: number): void
  /** The first attempt of a call took so many milliseconds, or at least so many. */
  learn(tookMs: number, now: number): void
  /** Milliseconds to wait for the first attempt; `undefined` while too little is known to say. */
  delayMs(now: number): number | undefined
}

/** For how long a call pays, in milliseconds: as the retry budget. */
const WINDOW_MS = 10_000
/** The least wait that is taken from samples, in milliseconds: what is quicker gains nothing by a hedge. */
const LEAST_MS = 20
/** For how long a quantile is taken for true, in milliseconds (Finagle: 3 s). It saves most of the sorting. */
const REFRESH_MS = 1000

const SAMPLES: RecentQuantileOptions = {
  share: 0.95,
  windowMs: 10_000,
  capacity: 64,
  // Of fewer the 95th percentile is the slowest.
  atLeast: 20,
}

/**
 * Nothing is granted that no call has paid for: a floor would let an isolate of little traffic hedge every call
 * (Finagle's `BackupRequestFilter` has none either).
 */
export function hedging(policy: HedgePolicy): Hedging {
  return new Learned(policy)
}

class Learned implements Hedging {
  private readonly policy: HedgePolicy
  private readonly earned: SlidingSum = slidingSum(WINDOW_MS)
  private readonly took: RecentQuantile = recentQuantile(SAMPLES)
  private quantileMs: number | undefined
  private readAt = Number.NEGATIVE_INFINITY

  constructor(policy: HedgePolicy) {
    this.policy = policy
  }

  deposit(now: number): void {
    this.earned.add(this.policy.ratio, now)
  }

  isPaid(now: number): boolean {
    // A sum of twentieths is not exact: twenty of them are a whole.
    return this.earned.total(now) >= 1 - 1e-9
  }

  withdraw(now: number): void {
    this.earned.take(1, now)
  }

  learn(tookMs: number, now: number): void {
    if (this.policy.delayMs === undefined) this.took.add(tookMs, now)
  }

  delayMs(now: number): number | undefined {
    if (this.policy.delayMs !== undefined) return this.policy.delayMs
    if (this.quantileMs === undefined || Math.abs(now - this.readAt) >= REFRESH_MS) {
      this.quantileMs = this.took.value(now)
      this.readAt = now
    }
    return this.quantileMs === undefined ? undefined : Math.max(LEAST_MS, this.quantileMs)
  }
}
