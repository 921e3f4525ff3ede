import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Histogram, histogramRecorder, merged, quantile } from '../../src/math/exponential-histogram.ts'

/** Milliseconds, from a microsecond to an hour. */
const duration = fc.double({ min: 0.001, max: 3_600_000, noNaN: true })
const durations = fc.array(duration, { minLength: 1, maxLength: 200 })

function of(values: readonly number[]): Histogram {
  const recorder = histogramRecorder()
  for (const value of values) recorder.record(value)
  return recorder.take() ?? { count: 0, sum: 0, zeros: 0, buckets: [] }
}

/** Sums of floating point differ in their last digits by the order of adding; all else does not. */
const rounded = ({ sum, ...rest }: Histogram) => ({ ...rest, sum: Number(sum.toPrecision(10)) })

describe('exponential histogram', () => {
  it('tells quantiles within 1 % of what sorting gives', () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const sorted = [...values].sort((one, other) => one - other)
        const truth = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] as number
        const told = quantile(of(values), share) as number
        expect(Math.abs(told - truth) / truth).toBeLessThan(0.01)
      }),
      { numRuns: 500 },
    )
  })

  it('adds up in any order, and to what one alone would have recorded', () => {
    fc.assert(
      fc.property(durations, durations, durations, (a, b, c) => {
        const [one, two, three] = [of(a), of(b), of(c)]
        expect(rounded(merged(one, two))).toEqual(rounded(merged(two, one)))
        expect(rounded(merged(merged(one, two), three))).toEqual(rounded(merged(one, merged(two, three))))
        expect(rounded(merged(merged(one, two), three))).toEqual(rounded(of([...a, ...b, ...c])))
      }),
    )
  })

  it('has the sums of 200 isolates for the truth', () => {
    const values = Array.from({ length: 20_000 }, (_, index) => ((index * 7919) % 10_007) / 10 + 0.001)
    const isolates = Array.from({ length: 200 }, (_, isolate) =>
      of(values.filter((_, index) => index % 200 === isolate)),
    )
    const all = isolates.reduce(merged)
    expect(rounded(all)).toEqual(rounded(of(values)))
    expect(all.count).toBe(20_000)
  })

  it('holds 2,048 buckets at most, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.double(), { maxLength: 500 }), (values) => {
        const { count, zeros, buckets } = of(values)
        expect(count).toBe(values.length)
        expect(buckets.reduce((sum, [, count]) => sum + count, zeros)).toBe(count)
        for (const [index] of buckets) {
          expect(index).toBeGreaterThanOrEqual(-640)
          expect(index).toBeLessThan(1408)
        }
      }),
    )
  })

  it('counts what took no time, and knows no quantile of nothing', () => {
    expect(quantile(of([0, 0, 0, 5]), 0.5)).toBe(0)
    expect(quantile(of([0, 5]), 1)).toBeCloseTo(5, 1)
    expect(quantile(of([]), 0.5)).toBeUndefined()
  })

  it('puts a power of two into the bucket beneath it, as OpenTelemetry does', () => {
    expect(of([1]).buckets).toEqual([[-1, 1]])
    expect(of([2]).buckets).toEqual([[63, 1]])
    expect(of([1.000001]).buckets).toEqual([[0, 1]])
  })

  it('begins anew when it was taken', () => {
    const recorder = histogramRecorder()
    recorder.record(3)
    expect(recorder.take()?.count).toBe(1)
    expect(recorder.take()).toBeUndefined()
    recorder.record(4)
    expect(recorder.take()?.sum).toBe(4)
  })
})
