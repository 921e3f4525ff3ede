import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { anyOf, leastLoaded } from '../../../src/sim/classics/balancers.ts'
import { itIsABalancerOfEquals, weighed } from '../../contracts/balancer.ts'

itIsABalancerOfEquals('random', anyOf)
itIsABalancerOfEquals('least loaded', leastLoaded)

describe('least loaded', () => {
  it('takes the one with the fewest in flight, whatever it costs', () => {
    const candidates = [weighed('a', 1, 1, 3), weighed('b', 3, 1, 1), weighed('c', 2, 1, 2)]
    const balancer = leastLoaded(seeded(2))
    for (let count = 0; count < 20; count++) expect(balancer(candidates, 0)).toBe(candidates[1])
  })
})
