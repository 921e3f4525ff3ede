/** The engine of the quota object: a sliding window by its own clock. What the limit is, isolates tell it with each request. */
import type { Clock } from '../core/time/clock.ts'
import { slidingWindow } from '../math/sliding-window.ts'

export interface QuotaEngine {
  /**
   * Lets one more in.
   *
   * @returns 0, or the milliseconds until the next one is let in.
   * @throws {TypeError} for a limit that no record can have: what is called over RPC is checked.
   */
  take(count: number, intervalMs: number): number
}

const MOST = 100_000
const LONGEST_MS = 3_600_000

export function quotaEngine(clock: Pick<Clock, 'now'>): QuotaEngine {
  const window = slidingWindow()
  return {
    take(count, intervalMs) {
      if (!(count >= 1 && count <= MOST)) throw new TypeError(`count is 1 to ${MOST}; got ${count}.`)
      if (!(intervalMs >= 1000 && intervalMs <= LONGEST_MS))
        throw new TypeError(`intervalMs is milliseconds, 1_000 to ${LONGEST_MS}; got ${intervalMs}.`)
      return window.take(count, intervalMs, clock.now())
    },
  }
}
