import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spread } from '../../src/math/spread.ts'

describe('spread', () => {
  it('gives every share its part of any 10,000 numbers, within 0.1 %', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(10_000),
        (start, share, skipped) => {
          const next = spread(start)
          for (let index = 0; index < skipped; index++) next()
          let below = 0
          for (let index = 0; index < 10_000; index++) if (next() < share) below += 1
          expect(Math.abs(below - share * 10_000)).toBeLessThan(10)
        },
      ),
      { numRuns: 50, seed: 4 },
    )
  })

  it('stays from 0 up to but not including 1', () => {
    const next = spread(0.999_999_999_9)
    for (let index = 0; index < 1000; index++) {
      const number = next()
      expect(number >= 0 && number < 1).toBe(true)
    }
  })
})
