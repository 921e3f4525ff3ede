import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Counts, exponentialHistogram } from '../../src/math/exponential-histogram.ts'

const value = fc.double({ min: 0.25, max: 3_600_000, noNaN: true })
const values = fc.array(value, { minLength: 1, maxLength: 300 })

function of(...all: readonly (readonly number[] | Counts)[]) {
  const histogram = exponentialHistogram()
  for (const one of all) {
    if ('buckets' in one) histogram.add(one)
    else for (const value of one) histogram.record(value)
  }
  return histogram
}

/** As equal counts are: the order of buckets means nothing. */
function sorted({ zeros, sum, buckets }: Counts) {
  const pairs = buckets.flatMap((index, at) => (at % 2 === 0 ? [[index, buckets[at + 1]]] : []))
  return { zeros, sum: Number(sum.toPrecision(9)), pairs: pairs.sort(([one = 0], [other = 0]) => one - other) }
}

describe('exponentialHistogram', () => {
  it('tells any quantile within 1 %', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const ordered = [...values].sort((one, other) => one - other)
        const told = of(values).quantile(share) as number
        const exact = ordered[Math.floor(share * (ordered.length - 1))] as number
        expect(Math.abs(told - exact) / exact).toBeLessThan(0.01)
      }),
      { numRuns: 500 },
    )
  })

  it('adds up the same in whatever order, and as if all had been recorded in one place', () => {
    fc.assert(
      fc.property(values, values, values, (one, other, third) => {
        const [a, b, c] = [of(one).counts(), of(other).counts(), of(third).counts()]
        const together = sorted(of([...one, ...other, ...third]).counts())
        expect(sorted(of(of(a, b).counts(), c).counts())).toEqual(together)
        expect(sorted(of(c, of(b, a).counts()).counts())).toEqual(together)
      }),
    )
  })

  it('counts each value once', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e9, noNaN: true })), (values) => {
        const histogram = of(values)
        expect(histogram.count).toBe(values.length)
        expect(of(histogram.counts()).count).toBe(values.length)
        expect(histogram.countUpTo(Number.POSITIVE_INFINITY)).toBe(values.length)
      }),
    )
  })

  it('leaves out what is no duration, and takes the longest for an hour', () => {
    expect(of([Number.NaN, -1, Number.NEGATIVE_INFINITY]).count).toBe(0)
    expect(of([Number.POSITIVE_INFINITY]).quantile(0.5)).toBeCloseTo(3_600_000, -5)
    expect(of([0, 0.1]).quantile(1)).toBe(0)
    expect(of().quantile(0.5)).toBeUndefined()
  })

  it('has no more than 1,600 buckets, whatever is recorded', () => {
    const all = Array.from({ length: 100_000 }, (_, step) => 0.01 * 1.0003 ** step)
    expect(of(all).counts().buckets.length / 2).toBeLessThan(1_600)
  })

  // OpenTelemetry's data model: at scale 6 bucket i is (2^(i/64), 2^((i+1)/64)].
  it.each([
    [1, -1],
    [1.0001, 0],
    [2, 63],
    [4, 127],
    [1000, 637],
  ])('puts %d into bucket %i', (value, index) => {
    expect(of([value]).counts().buckets).toEqual([index, 1])
  })

  it('says how many are at most so long', () => {
    const histogram = of([1, 2, 5, 10, 20, 50])
    expect([0, 1, 2, 7, 10, 100].map((ms) => histogram.countUpTo(ms))).toEqual([0, 1, 2, 3, 4, 6])
  })
})
