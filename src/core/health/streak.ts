/** Failures in a row, and how much they say: a bad request that is sent again and again is not a broken endpoint. */
import type { Verdict } from '../effects.ts'

/** What a request asked for, and who asked where that is a stranger: as numbers. */
export type Source = readonly number[]

/** Plain numbers, all of them 0 while there is none. */
export interface Streak {
  /** Of any kind. */
  length: number
  /** Those of them that count. */
  faults: number
  /** What was asked for, and by whom, in those in doubt that count: no more than it takes. */
  sources: number[] | undefined
}

/** However few ask: so many in a row are no accident (docs/decisions/0035). */
const LONG = 10

export const NONE: Source = []

export function endStreak(streak: Streak): void {
  streak.length = 0
  streak.faults = 0
  streak.sources = undefined
}

/**
 * One more of them. Is it enough now?
 *
 * @param source of one in doubt: it counts where neither the same was asked for before, nor by the same stranger.
 * @param limit so many that count are enough.
 */
export function addTo(streak: Streak, verdict: Verdict, source: Source, limit: number): boolean {
  streak.length += 1
  if (verdict === 'fault') streak.faults += 1
  else if (verdict === 'doubt' && streak.faults < limit) {
    const { sources = [] } = streak
    if (!source.some((number) => sources.includes(number))) {
      streak.faults += 1
      streak.sources = [...sources, ...source]
    }
  }
  return streak.faults >= limit || streak.length >= Math.max(limit, LONG)
}
