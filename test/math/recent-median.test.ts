import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recentMedian } from '../../src/math/recent-median.ts'

const START = 1_000_000

describe('recentMedian', () => {
  it.each([
    [[], undefined],
    [[5, 7], undefined],
    [[7, 5, 100], 7],
    [[100, 1, 10, 2], 2],
    [[10, 9, 8, 7, 6], 8],
  ])('of %j is %s', (samples, median) => {
    const recent = recentMedian()
    for (const sample of samples) recent.add(sample, START)
    expect(recent.value(START)).toBe(median)
  })

  it('forgets a sample after ten seconds', () => {
    const recent = recentMedian()
    for (const sample of [1, 2, 3]) recent.add(sample, START)
    expect(recent.value(START + 10_000)).toBe(2)
    expect(recent.value(START + 10_001)).toBeUndefined()
  })

  it('is that of the last sixteen samples', () => {
    const recent = recentMedian()
    for (let count = 0; count < 16; count++) recent.add(1000, START)
    for (let count = 0; count < 16; count++) recent.add(1, START)
    expect(recent.value(START)).toBe(1)
  })

  it('agrees with a median that is worked out anew from all samples', () => {
    const sample = fc.record({ sample: fc.nat(1000), afterMs: fc.nat(400) })
    const options = fc.record({
      windowMs: fc.integer({ min: 1, max: 2000 }),
      capacity: fc.integer({ min: 1, max: 20 }),
      atLeast: fc.integer({ min: 1, max: 5 }),
    })
    fc.assert(
      fc.property(options, fc.array(sample, { maxLength: 40 }), fc.nat(1000), (options, samples, laterMs) => {
        const subject = recentMedian(options)
        const all: { sample: number; at: number }[] = []
        let now = START
        for (const { sample, afterMs } of samples) {
          now += afterMs
          subject.add(sample, now)
          all.push({ sample, at: now })
        }
        now += laterMs
        const recent = all.slice(-options.capacity).filter(({ at }) => at >= now - options.windowMs)
        // The one in the middle: as many are smaller as are larger, or one fewer.
        const sorted = recent.map(({ sample }) => sample).toSorted((one, other) => one - other)
        while (sorted.length > 2) {
          sorted.pop()
          sorted.shift()
        }
        expect(subject.value(now)).toBe(recent.length < options.atLeast ? undefined : sorted[0])
      }),
    )
  })
})
