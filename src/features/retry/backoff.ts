/** How long to wait before a retry: full jitter, so that those who failed together do not come back together. */
import type { Random } from '../../core/time/random.ts'

/** The longest wait, as a multiple of the least (Envoy: 25 ms to 250 ms). */
const LONGEST = 10

/**
 * Milliseconds to wait before retry `number` (1 is the first): drawn evenly from the least wait up to a ceiling that
 * doubles, 100 ms, 200 ms and then 250 ms by default. The least wait is kept since GEP-1731 calls it a minimum.
 */
export function backoffMs(leastMs: number, number: number, random: Random): number {
  const ceiling = leastMs * Math.min(LONGEST, 2 ** (number + 1))
  return leastMs + random.next() * (ceiling - leastMs)
}
