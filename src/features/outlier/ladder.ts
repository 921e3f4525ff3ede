/** How long an endpoint stays out: longer with every probe that fails. */
import type { Random } from '../../core/time/random.ts'
import type { OutlierPolicy } from './policy.ts'

type Bounds = Pick<OutlierPolicy, 'baseEjectionMs' | 'maxEjectionMs'>

/**
 * Finagle's `Backoff.equalJittered`: the first ejection is as long as it is written; each one after it is half of the
 * doubled length and a random part of the other half, so that 5 s are followed by [5, 10) s, [10, 20) s … up to the
 * longest, where there is no chance left in it.
 *
 * @param before ejections in a row before this one.
 */
export function ejectionMs(before: number, { baseEjectionMs, maxEjectionMs }: Bounds, random: Random): number {
  if (before === 0) return baseEjectionMs
  return Math.min(maxEjectionMs, baseEjectionMs * 2 ** (before - 1) * (1 + random.next()))
}
