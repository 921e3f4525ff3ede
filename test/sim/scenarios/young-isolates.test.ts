import { describe, expect, it } from 'vitest'
import { alone } from '../../../src/sim/contender.ts'
import type { Scenario } from '../../../src/sim/scenario.ts'
import { youngIsolates } from '../../../src/sim/scenarios/young-isolates.ts'
import { simulate } from '../../../src/sim/simulate.ts'

const seed = 4

/** One endpoint of five is slow, and twenty isolates live ten seconds each. */
function given(over: Partial<Scenario> = {}): Scenario {
  const { scenario } = youngIsolates({
    name: 'young',
    about: 'In small.',
    isolates: 20,
    endpoints: 5,
    perSecond: 60,
    goals: [],
  })
  return { ...scenario, durationMs: 90_000, ...over }
}

describe(`isolates that live ten seconds each (seed ${seed})`, () => {
  it('leave alone what the others have seen failing, from their first call on', async () => {
    const [together, apart] = [await simulate(given(), { seed }), await simulate(given(), { seed, contender: alone })]
    expect(apart.users.success).toBeLessThan(0.99)
    expect(together.users.success).toBeGreaterThan(0.995)
    // Somebody tries it now and then, or nobody would know when it is well again.
    const tried = together.endpoints[0]?.attemptsPerSecond.slice(60).reduce((sum, attempts) => sum + attempts, 0) ?? 0
    expect(tried).toBeGreaterThan(0)
    expect(tried).toBeLessThan(12)
  })

  it('come back to it when it is well', async () => {
    const faults = given().faults?.map((fault) => ({ ...fault, toMs: 60_000 })) ?? []
    const { endpoints } = await simulate(given({ durationMs: 140_000, faults }), { seed })
    const inTheEnd = endpoints.map(({ attemptsPerSecond }) =>
      attemptsPerSecond.slice(110).reduce((sum, attempts) => sum + attempts, 0),
    )
    const whole = inTheEnd.reduce((sum, attempts) => sum + attempts, 0)
    expect((inTheEnd[0] ?? 0) / whole).toBeGreaterThan(0.12)
  })

  it('are misled by no liar: none of the good ones is left alone for it', async () => {
    const { endpoints, users } = await simulate(given({ liars: 1 }), { seed })
    expect(users.success).toBeGreaterThan(0.995)
    for (const { shareDuringFault } of endpoints.slice(1)) expect(shareDuringFault).toBeGreaterThan(0.18)
  })

  it('are no worse off than alone where nothing is told', async () => {
    const short = given({ durationMs: 63_000 })
    const { fleet: _, ...silent } = short
    const [one, other] = [await simulate(silent, { seed }), await simulate(short, { seed, contender: alone })]
    expect(one.users).toEqual(other.users)
  })
})
