import { describe, expect, it } from 'vitest'
import type { Random } from '../../../src/core/time/random.ts'
import { ejectionMs } from '../../../src/features/outlier/ladder.ts'

const bounds = { baseEjectionMs: 5000, maxEjectionMs: 300_000 }
const always = (chance: number): Random => ({ next: () => chance, hex: () => '' })

/** The first so many ejections in a row. */
const ladder = (chance: number, rungs: number, { baseEjectionMs, maxEjectionMs } = bounds) =>
  Array.from({ length: rungs }, (_, before) => ejectionMs(before, { baseEjectionMs, maxEjectionMs }, always(chance)))

describe('ejectionMs', () => {
  it.each([
    [0, [5000, 5000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000]],
    [0.5, [5000, 7500, 15_000, 30_000, 60_000, 120_000, 240_000, 300_000, 300_000]],
    [0.999, [5000, 9995, 19_990, 39_980, 79_960, 159_920, 300_000, 300_000, 300_000]],
  ])('doubles from the first on, half of it by chance (%d), up to the longest', (chance, lengths) => {
    expect(ladder(chance, 9)).toEqual(lengths)
  })

  it('is the same every time where the first is the longest', () => {
    expect(ladder(0.5, 4, { baseEjectionMs: 2000, maxEjectionMs: 2000 })).toEqual([2000, 2000, 2000, 2000])
  })

  it('goes no further than the longest, however often it failed', () => {
    expect(ejectionMs(5000, bounds, always(0))).toBe(300_000)
  })
})
