import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { balancers } from '../../../src/features/balance/balancers.ts'
import { balancePolicy } from '../../../src/features/balance/policy.ts'
import { equals, itIsABalancer, LOAD_BALANCERS, weighed } from '../../contracts/balancer.ts'

for (const policy of LOAD_BALANCERS) {
  const { algorithm } = balancePolicy(policy)
  // The suite weighs endpoints, so it is given the balancer of a service that does.
  const weights = [weighed('a', 1, 1), weighed('b', 1, 2)]
  itIsABalancer(`that of ${JSON.stringify(policy)}`, (random) => balancers(random)(algorithm, weights))
}

describe('balancers', () => {
  const balancerOf = balancers(seeded(3))

  it('lets all services share a balancer that knows nothing of them, where all their endpoints weigh the same', () => {
    expect(balancerOf('peak-ewma', equals(3))).toBe(balancerOf('peak-ewma', equals(2)))
    expect(balancerOf('least-request', equals(3))).toBe(balancerOf('least-request', equals(2)))
    expect(balancerOf('least-request', equals(3))).not.toBe(balancerOf('peak-ewma', equals(3)))
    const weights = [weighed('a', 1, 1), weighed('b', 1, 2)]
    expect(balancerOf('peak-ewma', weights)).not.toBe(balancerOf('peak-ewma', weights))
  })

  it('lets no service share a round robin: each has its own turn', () => {
    expect(balancerOf('round-robin', equals(2))).not.toBe(balancerOf('round-robin', equals(2)))
  })

  it('by default fears latency, and by least-request only the queue', () => {
    const two = [weighed('slow', 9, 1, 0), weighed('crowded', 1, 1, 5)]
    expect(balancerOf('peak-ewma', two)(two, 0).name).toBe('crowded')
    expect(balancerOf('least-request', two)(two, 0).name).toBe('slow')
  })
})
