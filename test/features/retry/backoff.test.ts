import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { backoffMs } from '../../../src/features/retry/backoff.ts'

const seed = 5

/** Chance that always says the same. */
function always(value: number): Random {
  return { next: () => value, hex: () => '' }
}

const ALMOST_ONE = 1 - 2 ** -32

describe('backoffMs', () => {
  it.each([
    [1, 100],
    [2, 200],
    [3, 250],
    [4, 250],
    [10, 250],
  ])('draws retry %i from 25 ms to %i ms by default', (number, ceiling) => {
    expect(backoffMs(25, number, always(0))).toBe(25)
    expect(backoffMs(25, number, always(0.5))).toBe(25 + (ceiling - 25) / 2)
    expect(backoffMs(25, number, always(ALMOST_ONE))).toBeCloseTo(ceiling, 5)
  })

  it(`stays between the least wait and ten times that (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60_000 }),
        fc.integer({ min: 1, max: 10 }),
        fc.integer(),
        (leastMs, number, chance) => {
          const waitMs = backoffMs(leastMs, number, seeded(chance))
          expect(waitMs).toBeGreaterThanOrEqual(leastMs)
          expect(waitMs).toBeLessThanOrEqual(leastMs * 10)
        },
      ),
      { seed },
    )
  })

  it(`spreads those who failed together over the whole range (seed ${seed})`, () => {
    const random = seeded(seed)
    const waits = Array.from({ length: 1000 }, () => backoffMs(25, 3, random))
    const tenths = new Set(waits.map((wait) => Math.floor((wait - 25) / 22.5)))
    expect(tenths.size).toBe(10)
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length
    expect(mean).toBeGreaterThan(130)
    expect(mean).toBeLessThan(145)
  })

  it('does not wait where the rule says 0 ms', () => {
    expect(backoffMs(0, 3, always(0.9))).toBe(0)
  })
})
