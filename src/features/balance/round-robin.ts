/** One after the other, each as often as it weighs, as evenly as can be. */
import type { Random } from '../../core/time/random.ts'
import type { Balancer, Choice } from './balancer.ts'

/**
 * nginx's smooth weighted round robin: each gains its weight, the one with most goes and pays the weight of all. 5, 1 and
 * 1 are a a b a c a a, not a a a a a b c.
 *
 * It begins anywhere in its round: of two hundred isolates that begin together, each would begin with the same.
 * What it holds is of one service: a list that was narrowed goes on where the whole one stood.
 */
export function roundRobin(random: Random): Balancer {
  const credits = new Map<Choice, number>()

  return function pick(candidates) {
    const isAnyWeighed = candidates.some(({ endpoint }) => endpoint.weight > 0)
    const weightOf = ({ endpoint }: Choice) => (isAnyWeighed ? endpoint.weight : 1)
    const sum = candidates.reduce((sum, candidate) => sum + weightOf(candidate), 0)
    let best: (typeof candidates)[number] | undefined
    let most = Number.NEGATIVE_INFINITY
    for (const candidate of candidates) {
      const weight = weightOf(candidate)
      if (weight === 0) continue
      const credit = (credits.get(candidate) ?? random.next() * sum) + weight
      credits.set(candidate, credit)
      if (credit > most) {
        best = candidate
        most = credit
      }
    }
    if (!best) throw new RangeError('A balancer needs at least one candidate.')
    credits.set(best, most - sum)
    return best
  }
}
