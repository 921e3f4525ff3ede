import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median } from '../../src/math/median.ts'

describe('median', () => {
  it.each([
    [[], 0],
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, is) => {
    expect(median(values)).toBe(is)
  })

  it('has as many below it as above, and leaves the list as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1 }), (values) => {
        const before = [...values]
        const middle = median(values)
        const below = values.filter((value) => value < middle).length
        const above = values.filter((value) => value > middle).length
        expect(Math.max(below, above) * 2).toBeLessThanOrEqual(values.length)
        expect(values).toEqual(before)
      }),
    )
  })
})
