/** The catalogue of balancers: which one a policy means. */
import type { Random } from '../../core/time/random.ts'
import type { Balancer, Choice } from './balancer.ts'
import { areEqual, byWeight } from './by-weight.ts'
import { leastRequest } from './least-request.ts'
import { p2c } from './p2c.ts'
import type { BalancePolicy } from './policy.ts'
import { rendezvous } from './rendezvous.ts'
import { roundRobin } from './round-robin.ts'

/** The balancer of a service with these candidates. */
export type Balancers = (algorithm: BalancePolicy['algorithm'], candidates: readonly Choice[]) => Balancer

export function balancers(random: Random): Balancers {
  // They hold nothing of a service: all whose endpoints weigh the same share them.
  const equals = { 'peak-ewma': p2c(random), 'least-request': leastRequest(random) }

  return function balancerOf(algorithm, candidates) {
    switch (algorithm) {
      case 'round-robin':
        return roundRobin(random)
      case 'ring-hash':
        return rendezvous(random)
      default:
        return areEqual(candidates) ? equals[algorithm] : byWeight(equals[algorithm], random)
    }
  }
}
