/** Power of two choices: two at random, the one with the lower load. */
import type { Random } from '../../core/random.ts'
import type { Balancer } from './balancer.ts'

/**
 * Finagle's P2C: two distinct draws, a tie goes to the first. Two are enough: most of what a full scan would gain, and no
 * herd that follows the best endpoint of the moment (Mitzenmacher 2001).
 */
export function p2c(random: Random): Balancer {
  return function pick(candidates, now) {
    const { length } = candidates
    const first = Math.floor(random.next() * length)
    const one = candidates[first]
    if (!one) throw new RangeError('A balancer needs at least one candidate.')
    if (length === 1) return one
    // The second draw skips the first: each of the others is as likely.
    const second = (first + 1 + Math.floor(random.next() * (length - 1))) % length
    const other = candidates[second] as typeof one
    return other.load.cost(now) < one.load.cost(now) ? other : one
  }
}
