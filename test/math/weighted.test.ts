import { describe, expect, it } from 'vitest'
import { weightedIndex } from '../../src/math/weighted.ts'

describe('weightedIndex', () => {
  it.each([
    [0, 0],
    [0.19, 0],
    [0.2, 2],
    [0.49, 2],
    [0.5, 3],
    [0.999, 3],
  ])('with chance %f of weights 2, 0, 3 and 5 is %i', (chance, index) => {
    expect(weightedIndex([2, 0, 3, 5], 10, chance)).toBe(index)
  })

  it('is never the index of what weighs nothing, where rounding leaves something over', () => {
    expect(weightedIndex([0.1, 0.2, 0], 0.300_000_000_1, 1 - 2 ** -53)).toBe(1)
    expect(weightedIndex([0, 1], 1, 0)).toBe(1)
  })
})
