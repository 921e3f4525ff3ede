import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { leastRequest } from '../../../src/features/balance/least-request.ts'
import { weighed } from '../../contracts/balancer.ts'

describe('leastRequest', () => {
  it('takes the one with fewer requests in flight, however dear it is', () => {
    const balancer = leastRequest(seeded(3))
    const two = [weighed('crowded', 1, 1, 3), weighed('dear', 5000, 1, 2)]
    for (let call = 0; call < 100; call++) expect(balancer(two, 0).name).toBe('dear')
  })

  it('looks at two, so that the crowd does not move from one to the next', () => {
    const balancer = leastRequest(seeded(3))
    const many = Array.from({ length: 10 }, (_, index) => weighed(`eu-${index}`, 1, 1, index))
    const names = new Set(Array.from({ length: 500 }, () => balancer(many, 0).name))
    expect(names.size).toBe(9)
    expect(names).not.toContain('eu-9')
  })
})
