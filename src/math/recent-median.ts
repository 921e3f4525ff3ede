/** The median of what was seen lately. */
import { type RecentQuantile, type RecentQuantileOptions, recentQuantile } from './recent-quantile.ts'

export type RecentMedian = RecentQuantile

export interface RecentMedianOptions {
  /** Samples older than this are forgotten, in milliseconds. Default 10_000. */
  windowMs?: number
  /** How many samples are kept. Default 16: a median of the last few is what "recent" means. */
  capacity?: number
  /** Fewer samples than this say nothing. Default 3. */
  atLeast?: number
}

const DEFAULTS: RecentQuantileOptions = { share: 0.5, windowMs: 10_000, capacity: 16, atLeast: 3 }

export function recentMedian(options?: RecentMedianOptions): RecentMedian {
  return recentQuantile(options ? { ...DEFAULTS, ...options } : DEFAULTS)
}
