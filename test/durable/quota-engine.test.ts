import { describe, expect, it } from 'vitest'
import { quotaEngine } from '../../src/durable/quota-engine.ts'

describe('quotaEngine', () => {
  it('counts by its own clock, as each request says the limit', () => {
    let now = 1_800_000_000_000
    const engine = quotaEngine({ now: () => now })
    expect([engine.take(2, 1000), engine.take(2, 1000), engine.take(2, 1000)]).toEqual([0, 0, 1000])
    now += 400
    expect(engine.take(2, 1000)).toBe(600)
    now += 600
    expect(engine.take(2, 1000)).toBe(0)
  })

  it.each([
    [0, 1000],
    [100_001, 1000],
    [Number.NaN, 1000],
    [1, 999],
    [1, 3_600_001],
    [1, Number.NaN],
  ])('refuses %d in %d ms, which no record says', (count, intervalMs) => {
    expect(() => quotaEngine({ now: () => 0 }).take(count, intervalMs)).toThrow(TypeError)
  })
})
