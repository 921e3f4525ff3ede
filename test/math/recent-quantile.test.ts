import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recentQuantile } from '../../src/math/recent-quantile.ts'

const START = 1_000_000
const seed = 7

describe('recentQuantile', () => {
  it('is the nearest rank: of twenty the nineteenth is the 95th percentile', () => {
    const recent = recentQuantile({ share: 0.95, windowMs: 1000, capacity: 64, atLeast: 20 })
    for (let sample = 1; sample < 20; sample++) recent.add(sample, START)
    expect(recent.value(START)).toBeUndefined()
    recent.add(20, START)
    expect(recent.value(START)).toBe(19)
  })

  it('is the largest where the share is the whole', () => {
    const recent = recentQuantile({ share: 1, windowMs: 1000, capacity: 4, atLeast: 1 })
    for (const sample of [3, 9, 4]) recent.add(sample, START)
    expect(recent.value(START)).toBe(9)
  })

  it('forgets what is older than its window, and all but the last samples', () => {
    const recent = recentQuantile({ share: 1, windowMs: 1000, capacity: 3, atLeast: 1 })
    recent.add(100, START)
    recent.add(5, START + 500)
    expect(recent.value(START + 1000)).toBe(100)
    expect(recent.value(START + 1001)).toBe(5)
    for (const sample of [1, 2, 3]) recent.add(sample, START + 600)
    expect(recent.value(START + 600)).toBe(3)
  })

  it(`has at least its share of the samples at or below it, and fewer below it (seed ${seed})`, () => {
    const shares = fc.constantFrom(0.05, 0.5, 0.9, 0.95, 0.99, 1)
    fc.assert(
      fc.property(shares, fc.array(fc.nat(1000), { minLength: 1, maxLength: 100 }), (share, samples) => {
        const recent = recentQuantile({ share, windowMs: 1, capacity: 100, atLeast: 1 })
        for (const sample of samples) recent.add(sample, START)
        const value = recent.value(START) as number
        const wanted = share * samples.length - 1e-9
        expect(samples.filter((sample) => sample <= value).length).toBeGreaterThanOrEqual(wanted)
        expect(samples.filter((sample) => sample < value).length).toBeLessThan(wanted + 2e-9)
      }),
      { seed, numRuns: 300 },
    )
  })
})
