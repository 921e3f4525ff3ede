/** Many isolates, one caller, one object: what is let in, as docs/rates.md promises. Arrivals are Poisson's, from a seed. */
import { describe, expect, it } from 'vitest'
import type { Random } from '../../../src/core/time/random.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { slidingWindow } from '../../../src/math/sliding-window.ts'

const COUNT = 100
const INTERVAL_MS = 10_000
const FOR_MS = 60_000
/** To the object and back. */
const AWAY_MS = 30

interface Isolate {
  refusedUntil: number
}

/** Refusals are kept by each isolate, as `features/limit/rater.ts` keeps them. */
function simulated(isolates: number, asked: number, random: Random) {
  const window = slidingWindow()
  const all: Isolate[] = Array.from({ length: isolates }, () => ({ refusedUntil: 0 }))
  const letIn: number[] = []
  /** Answers of the object on their way back. */
  const answers: { at: number; isolate: Isolate; until: number }[] = []
  let arrived = 0
  let calls = 0
  for (let now = 0; ; arrived++) {
    now += (-Math.log(1 - random.next()) * 1000) / asked
    if (now > FOR_MS) break
    while (answers[0] && answers[0].at <= now) {
      const { isolate, until } = answers.shift() as (typeof answers)[number]
      isolate.refusedUntil = Math.max(isolate.refusedUntil, until)
    }
    const isolate = all[Math.floor(random.next() * isolates)] as Isolate
    if (now < isolate.refusedUntil) continue
    calls += 1
    const waitMs = window.take(COUNT, INTERVAL_MS, now + AWAY_MS / 2)
    if (waitMs === 0) letIn.push(now)
    else answers.push({ at: now + AWAY_MS, isolate, until: now + AWAY_MS + waitMs })
  }
  const due = Math.min(arrived, (COUNT * FOR_MS) / INTERVAL_MS)
  return { worst: most(letIn) / COUNT, share: letIn.length / due, callsOf100: (100 * calls) / arrived }
}

function most(instants: readonly number[]): number {
  let first = 0
  return instants.reduce((found, at, index) => {
    while ((instants[first] as number) <= at - INTERVAL_MS) first += 1
    return Math.max(found, index - first + 1)
  }, 0)
}

describe('isolates that ask one object, and keep its refusals', () => {
  it.each([
    [4, 50, 24],
    [20, 50, 28],
    [200, 50, 58],
    [200, 500, 8],
  ])('%i of them, asked %i times a second in all, let in what is due and no more', (isolates, asked, mostCalls) => {
    const { worst, share, callsOf100 } = simulated(isolates, asked, seeded(7))
    expect(worst).toBeLessThanOrEqual(1)
    expect(share).toBeGreaterThan(0.95)
    expect(callsOf100).toBeLessThanOrEqual(mostCalls)
  })

  it('refuse nobody beneath the limit', () => {
    const { share } = simulated(20, 7, seeded(7))
    expect(share).toBeGreaterThan(0.99)
  })
})
