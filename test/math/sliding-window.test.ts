import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slidingWindow } from '../../src/math/sliding-window.ts'

/** The instants at which it lets one in, of all these. */
function letIn(arrivals: readonly number[], count: number, intervalMs: number): number[] {
  const window = slidingWindow()
  return arrivals.filter((now) => window.take(count, intervalMs, now) === 0)
}

/** The most that stand within any interval of that length. */
function most(instants: readonly number[], intervalMs: number): number {
  let first = 0
  let found = 0
  instants.forEach((at, index) => {
    while ((instants[first] as number) <= at - intervalMs) first += 1
    found = Math.max(found, index - first + 1)
  })
  return found
}

/** Calls one after the other, as far apart as they say: some at once, some in bursts, some after a pause. */
const gaps = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2500 })), {
  minLength: 1,
  maxLength: 400,
})
const limits = { count: fc.integer({ min: 1, max: 60 }), intervalMs: fc.integer({ min: 1000, max: 5000 }) }

function arrivalsOf(gaps: readonly number[]): number[] {
  let now = 1_800_000_000_000
  return gaps.map((gap) => {
    now += gap
    return now
  })
}

describe('slidingWindow', () => {
  it('lets in no more than the count within any interval of its length, wherever that begins', () => {
    fc.assert(
      fc.property(gaps, limits.count, limits.intervalMs, (gaps, count, intervalMs) => {
        expect(most(letIn(arrivalsOf(gaps), count, intervalMs), intervalMs)).toBeLessThanOrEqual(count)
      }),
    )
  })

  it('refuses nobody who stays below the count for an interval and a twentieth', () => {
    fc.assert(
      fc.property(gaps, limits.count, limits.intervalMs, (gaps, count, intervalMs) => {
        const window = slidingWindow()
        const before: number[] = []
        for (const now of arrivalsOf(gaps)) {
          const isIn = window.take(count, intervalMs, now) === 0
          const recent = before.filter((at) => at > now - intervalMs * 1.05)
          if (!isIn) expect(recent.length).toBeGreaterThanOrEqual(count)
          if (isIn) before.push(now)
        }
      }),
    )
  })

  it('lets one in after the wait that it tells, and none before', () => {
    fc.assert(
      fc.property(gaps, limits.count, limits.intervalMs, (gaps, count, intervalMs) => {
        const arrivals = arrivalsOf(gaps)
        const end = arrivals.at(-1) as number
        const given = () => {
          const window = slidingWindow()
          for (const now of arrivals) window.take(count, intervalMs, now)
          return window
        }
        const waitMs = given().take(count, intervalMs, end)
        if (waitMs === 0) return
        expect(waitMs).toBeLessThanOrEqual(intervalMs)
        expect(given().take(count, intervalMs, end + waitMs - 1)).toBeGreaterThan(0)
        expect(given().take(count, intervalMs, end + waitMs)).toBe(0)
      }),
    )
  })

  it('forgets a burst an interval after it, not at a border of the clock', () => {
    const burst = (at: number) => Array.from({ length: 100 }, () => at)
    // A window of the clock, or ten buckets of it, would let both in.
    expect(letIn([...burst(999), ...burst(10_000)], 100, 10_000).length).toBe(100)
    expect(letIn([...burst(999), ...burst(10_999)], 100, 10_000).length).toBe(200)
  })

  it.each([
    [100, 50, 0.98],
    [100, 500, 0.98],
    [10, 50, 0.98],
    [1000, 150, 0.96],
  ])('of %i in 10 s, asked %i times a second, lets in nearly all of them', (count, asked, least) => {
    const arrivals = Array.from({ length: asked * 600 }, (_, index) => Math.floor((index * 1000) / asked))
    expect(letIn(arrivals, count, 10_000).length / (count * 60)).toBeGreaterThan(least)
    expect(letIn(arrivals, count, 10_000).length / (count * 60)).toBeLessThanOrEqual(1.02)
  })

  it('goes by what is asked for, where the limit is edited', () => {
    const window = slidingWindow()
    for (let call = 0; call < 5; call++) expect(window.take(5, 1000, 0)).toBe(0)
    expect(window.take(5, 1000, 10)).toBe(990)
    expect(window.take(6, 1000, 10)).toBe(0)
    expect(window.take(5, 60_000, 10)).toBe(59_990)
    expect(window.take(5, 1000, 1000)).toBe(0)
  })

  it('lets nobody in earlier where the clock steps back', () => {
    const window = slidingWindow()
    for (let call = 0; call < 5; call++) window.take(5, 1000, 5000)
    expect(window.take(5, 1000, 2000)).toBe(1000)
    expect(window.take(5, 1000, 6000)).toBe(0)
  })
})
