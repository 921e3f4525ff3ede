/** Power of two choices: two at random, the one with the lower load. */
import type { Random } from '../../core/time/random.ts'
import type { Balancer, Load } from './balancer.ts'

/**
 * Finagle's P2C: two distinct draws, a tie goes to the first. Two are enough: most of what a full scan would gain, and no
 * herd that follows the best endpoint of the moment (Mitzenmacher 2001). All are drawn alike: weights are above it, in
 * `by-weight.ts`.
 *
 * @param costOf what is compared. Default: the load's own cost.
 */
export function p2c(random: Random, costOf: (load: Load, now: number) => number = ownCost): Balancer {
  return function pick(candidates, now) {
    const { length } = candidates
    const first = Math.floor(random.next() * length)
    const one = candidates[first]
    if (!one) throw new RangeError('A balancer needs at least one candidate.')
    if (length === 1) return one
    // The second draw skips the first: each of the others is as likely.
    const second = (first + 1 + Math.floor(random.next() * (length - 1))) % length
    const other = candidates[second] as typeof one
    return costOf(other.load, now) < costOf(one.load, now) ? other : one
  }
}

function ownCost(load: Load, now: number): number {
  return load.cost(now)
}
