import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ewma } from '../../src/math/ewma.ts'

const TAU = 10_000
const START = 1_000_000

describe('ewma', () => {
  it('is 0 before the first sample', () => {
    expect(ewma(TAU).value(START)).toBe(0)
  })

  it('falls to 37 % in its time constant, and to 14 % in two', () => {
    const average = ewma(TAU)
    average.addPeak(100, START)
    expect(average.value(START)).toBe(100)
    expect(average.value(START + TAU)).toBeCloseTo(36.788, 3)
    expect(average.value(START + 2 * TAU)).toBeCloseTo(13.534, 3)
  })

  it('takes a peak at once', () => {
    const average = ewma(TAU)
    average.addPeak(10, START)
    average.addPeak(500, START + 1)
    expect(average.value(START + 1)).toBe(500)
  })

  it('takes a sample for a peak when it is above what the average has decayed to', () => {
    const average = ewma(TAU)
    average.addPeak(100, START)
    average.addPeak(40, START + TAU)
    expect(average.value(START + TAU)).toBe(40)
  })

  it('moves towards lower samples by the time that has passed, however many there were', () => {
    const rare = ewma(TAU)
    const often = ewma(TAU)
    for (const average of [rare, often]) average.addPeak(1000, START)
    rare.addPeak(10, START + 1000)
    for (let ms = 100; ms <= 1000; ms += 100) often.addPeak(10, START + ms)
    expect(rare.value(START + 1000)).toBeCloseTo(10 + 990 * Math.exp(-0.1), 6)
    expect(often.value(START + 1000)).toBeCloseTo(10 + 990 * Math.exp(-0.1), 6)
  })

  it('does not decay, and loses nothing, while the clock stands before its last sample', () => {
    const average = ewma(TAU)
    average.addPeak(100, START)
    expect(average.value(START - TAU)).toBe(100)
    average.addPeak(50, START - TAU)
    expect(average.value(START)).toBe(100)
  })

  const samples = fc.array(fc.record({ sample: fc.nat(10_000), afterMs: fc.integer({ min: -2000, max: 20_000 }) }), {
    maxLength: 30,
  })

  it('agrees with an average that is worked out anew from all samples, whenever it is read', () => {
    fc.assert(
      fc.property(samples, fc.nat(20_000), (samples, laterMs) => {
        const subject = ewma(TAU)
        let naive = { average: 0, at: 0 }
        let now = START
        for (const { sample, afterMs } of samples) {
          now += afterMs
          subject.addPeak(sample, now)
          subject.value(now + 5000)
          const kept = 2 ** (-Math.max(0, now - naive.at) / (TAU * Math.LN2))
          const decayed = naive.average * kept
          naive = {
            average: decayed > sample ? decayed + sample * (1 - kept) : sample,
            at: Math.max(naive.at, now),
          }
        }
        const readAt = Math.max(now, naive.at) + laterMs
        expect(subject.value(readAt)).toBeCloseTo(naive.average * 2 ** ((naive.at - readAt) / (TAU * Math.LN2)), 4)
      }),
    )
  })

  it('stays between nothing and its largest sample', () => {
    fc.assert(
      fc.property(samples, (samples) => {
        const subject = ewma(TAU)
        let now = START
        let largest = 0
        for (const { sample, afterMs } of samples) {
          now += afterMs
          largest = Math.max(largest, sample)
          subject.addPeak(sample, now)
          expect(subject.value(now)).toBeGreaterThanOrEqual(0)
          expect(subject.value(now)).toBeLessThanOrEqual(largest + 1e-9)
        }
      }),
    )
  })
})
