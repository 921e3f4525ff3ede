import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { drawMs, exponential, fork, normal } from '../../src/sim/draw.ts'

const seed = 4

function drawn(draw: () => number): { mean: number; at(share: number): number } {
  const values = Array.from({ length: 20_000 }, draw).sort((one, other) => one - other)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return { mean, at: (share) => values[Math.floor(share * values.length)] as number }
}

describe(`what is drawn (seed ${seed})`, () => {
  it('has the median of its log-normal distribution, and its tail', () => {
    const random = seeded(seed)
    const { at } = drawn(() => drawMs({ medianMs: 100, sigma: 0.6 }, random))
    expect(at(0.5)).toBeCloseTo(100, -1)
    // exp(0.6 × 2.326)
    expect(at(0.99) / 100).toBeCloseTo(4.04, 0)
  })

  it('is a fixed time as it stands', () => {
    expect(drawMs(20, seeded(seed))).toBe(20)
  })

  it('has the mean and the tail of an exponential distribution', () => {
    const random = seeded(seed)
    const { mean, at } = drawn(() => exponential(3000, random))
    expect(mean / 3000).toBeCloseTo(1, 1)
    expect(at(1 - Math.exp(-2)) / 3000).toBeCloseTo(2, 0)
  })

  it('is normal around 0', () => {
    const random = seeded(seed)
    const { mean, at } = drawn(() => normal(random))
    expect(mean).toBeCloseTo(0, 1)
    expect(at(0.841)).toBeCloseTo(1, 1)
  })

  it('differs from fork to fork, and follows from the seed', () => {
    const two = () => {
      const random = seeded(seed)
      return [fork(random).next(), fork(random).next()]
    }
    expect(two()).toEqual(two())
    expect(two()[0]).not.toBe(two()[1])
  })
})
