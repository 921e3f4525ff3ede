import { describe, expect, it } from 'vitest'
import { budgets } from '../../../src/sim/classics/classics.ts'
import { simulate } from '../../../src/sim/simulate.ts'
import { fault, smallChain } from '../small.ts'

const seed = 5
const storm = smallChain({ hops: 3, isolates: 2, perSecond: 6 }, [fault({ failShare: 1 })])
const naive = budgets.find(({ name }) => name === '3 retries')

describe(`a retry storm over three hops (seed ${seed})`, () => {
  it('dies out with a budget', async () => {
    const { load, recoverySeconds } = await simulate(storm, { seed })
    expect(load.meanDuringFault).toBeLessThan(1.4)
    // The last second of the fault: nobody retries any more.
    expect(load.perSecond[7]).toBeLessThan(1.4)
    expect(recoverySeconds).toBeLessThanOrEqual(1)
  })

  it('multiplies by hops without one', async () => {
    if (!naive) throw new Error('There is no contender without a budget.')
    const { load } = await simulate({ ...storm, durationMs: 8000 }, { seed, contender: naive })
    expect(load.meanDuringFault).toBeGreaterThan(10)
  })
})
