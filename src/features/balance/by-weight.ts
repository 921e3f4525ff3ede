/** Weights, for a balancer that takes all for equals: endpoints of one weight are a class, drawn by what it weighs. */
import type { Random } from '../../core/time/random.ts'
import { weightedIndex } from '../../math/weighted.ts'
import type { Balancer, Choice } from './balancer.ts'

/** Candidates of one weight each, beside what each class weighs. */
interface Classes {
  readonly members: readonly (readonly Choice[])[]
  readonly weights: readonly number[]
  readonly sum: number
}

/**
 * A weight is a promise: 5 of 100 is one request in twenty, whatever the load. Within a class the balancer is free. The
 * division of load by weight, which leaves nothing or twice too much to a canary, is measured in docs/decisions.
 */
export function byWeight(within: Balancer, random: Random): Balancer {
  let seen: readonly Choice[] | undefined
  let classes: Classes | undefined

  return function pick(candidates, now, hashKey) {
    if (candidates !== seen || !classes) {
      classes = classesOf(candidates)
      seen = candidates
    }
    const { members, weights, sum } = classes
    // One weight, be it 0: all are equals.
    if (members.length <= 1) return within(candidates, now, hashKey)
    // Its members are members of the list that was given.
    return within(members[weightedIndex(weights, sum, random.next())] as typeof candidates, now, hashKey)
  }
}

/** Do they all weigh the same? */
export function areEqual(candidates: readonly Choice[]): boolean {
  return candidates.every(({ endpoint }) => endpoint.weight === candidates[0]?.endpoint.weight)
}

function classesOf(candidates: readonly Choice[]): Classes {
  const membersOf = new Map<number, Choice[]>()
  for (const candidate of candidates) {
    const { weight } = candidate.endpoint
    const members = membersOf.get(weight)
    if (members) members.push(candidate)
    else membersOf.set(weight, [candidate])
  }
  const weights = [...membersOf].map(([weight, { length }]) => weight * length)
  return { members: [...membersOf.values()], weights, sum: weights.reduce((sum, weight) => sum + weight, 0) }
}
