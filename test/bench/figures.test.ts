/** What the rounds of a run come to. */
import { describe, expect, it } from 'vitest'
import { figuresOf, type Round } from '../../bench/figures.ts'

const setup = { variants: ['one', 'other', 'ours'].map((name) => ({ name })), twins: ['one', 'other'] } as const

/** Ten calls of each, at so many microseconds a call. */
function round(one: number, other: number, ours: number, kvReads = 0): Round {
  const sample = (us: number, reads = 0) => ({ us: us * 10, calls: 10, kvReads: reads })
  return { samples: { one: sample(one), other: sample(other), ours: sample(ours, kvReads) }, tookMs: 4_000 }
}

describe('figuresOf', () => {
  it('compares each sample with the twins of its own round, whatever the speed of the machine', () => {
    const { ours } = figuresOf([round(100, 100, 150), round(200, 200, 300), round(50, 50, 75)], setup)
    expect(ours?.ratio).toBeCloseTo(1.5)
    expect(ours?.sumRatio).toBeCloseTo(1.5)
  })

  it('hides a full collection from the median, and shows it in the sum', () => {
    const { ours } = figuresOf([round(100, 100, 150), round(100, 100, 1_350), round(100, 100, 150)], setup)
    expect(ours?.ratio).toBeCloseTo(1.5)
    expect(ours?.sumRatio).toBeCloseTo(5.5)
  })

  it('compares the control with its twin alone', () => {
    const { one, other } = figuresOf([round(100, 110, 150)], setup)
    expect(one).toMatchObject({ ratio: 1, sumRatio: 1 })
    expect(other?.ratio).toBeCloseTo(1.1)
    expect(other?.sumRatio).toBeCloseTo(1.1)
  })

  it('counts calls and reads, and allows one read at first and one each five seconds', () => {
    const { ours } = figuresOf([round(100, 100, 150, 1), round(100, 100, 150), round(100, 100, 150, 1)], setup)
    expect(ours).toMatchObject({ calls: 30, kvReads: 2, refreshes: 3 })
  })
})
