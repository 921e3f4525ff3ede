/** The scenario of docs/library.md, run. */
import { type Scenario, simulate } from 'selvedge/sim'
import { describe, expect, it, vi } from 'vitest'

vi.mock('selvedge/sim', () => import('../../src/sim/simulate.ts'))

describe('an endpoint that fails for 5 s', () => {
  it('is left by traffic in the scenario of docs/library.md', async () => {
    const scenario: Scenario = {
      name: 'checkout',
      about: 'One of three endpoints fails for 5 s.',
      durationMs: 20_000,
      users: { perSecond: 50, call: 'checkout', withinMs: 2000 },
      services: {
        checkout: { isolates: 10, lifeMs: 60_000, calls: ['users'] },
        users: { endpoints: [{ latency: 20 }, { latency: 20 }, { latency: { medianMs: 30, sigma: 0.5 } }] },
      },
      leaf: 'users',
      faults: [{ fromMs: 5000, toMs: 10_000, backend: 'users', endpoints: [0], failShare: 1 }],
    }
    const { users, load, recoverySeconds } = await simulate(scenario, { seed: 7 })
    expect(users.success).toBeGreaterThan(0.999)
    expect(load.peak).toBeLessThan(1.6)
    expect(recoverySeconds).toBe(0)
  })
})
