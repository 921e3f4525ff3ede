import { describe, expect, it } from 'vitest'
import { balancers } from '../../../src/sim/classics/classics.ts'
import type { Scenario } from '../../../src/sim/scenario.ts'
import { badEndpoint } from '../../../src/sim/scenarios/bad-endpoint.ts'
import { simulate } from '../../../src/sim/simulate.ts'

const seed = 5
const { scenario } = badEndpoint({
  name: 'slow',
  about: 'One of four endpoints is slow.',
  isolates: 2,
  endpoints: 4,
  atLeast: 0,
  fault: { latency: 2000 },
})
const slow: Scenario = {
  ...scenario,
  durationMs: 40_000,
  warmUpMs: 2000,
  users: { ...scenario.users, perSecond: 25 },
  faults: [{ fromMs: 5000, toMs: 15_000, backend: 'leaf', endpoints: [0], latency: 2000 }],
}
describe(`a slow endpoint of four (seed ${seed})`, () => {
  it('is left by traffic, and gone back to when it is well', async () => {
    const { endpoints, users } = await simulate(slow, { seed })
    const [bad] = endpoints
    expect(bad?.shareDuringFault).toBeLessThan(0.08)
    expect(users.success).toBeGreaterThan(0.97)
    const inTheEnd = bad?.attemptsPerSecond.slice(30).reduce((sum, attempts) => sum + attempts, 0)
    expect(inTheEnd).toBeGreaterThan(25)
  })

  it('keeps its share under round robin', async () => {
    const roundRobin = balancers.find(({ name }) => name === 'round robin')
    if (!roundRobin) throw new Error('There is no round robin.')
    const { endpoints } = await simulate(slow, { seed, contender: roundRobin })
    expect(endpoints[0]?.shareDuringFault).toBeCloseTo(0.25, 1)
  })
})
