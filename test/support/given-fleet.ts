/** What an isolate tells of the endpoints of `users`, to test with. */
import { exponentialHistogram } from '../../src/math/exponential-histogram.ts'
import { type NumbersDigest, OUTCOMES } from '../../src/telemetry/numbers/numbers-digest.ts'
import { NOTHING } from '../../src/telemetry/numbers/sum.ts'

export interface Told {
  /** Attempts by outcome. */
  readonly ends: Partial<Record<(typeof OUTCOMES)[number], number>>
  /** What each of them took. Default 10. */
  readonly ms?: number
}

/** By endpoint. */
export function told(endpoints: Readonly<Record<string, Told>>, service = 'users'): NumbersDigest {
  const numbers = Object.entries(endpoints).map(([endpoint, { ends, ms = 10 }]) => {
    const taken = exponentialHistogram()
    const counts = OUTCOMES.map((outcome) => ends[outcome] ?? 0)
    for (let attempt = 0; attempt < counts.reduce((sum, many) => sum + many, 0); attempt++) taken.record(ms)
    return [endpoint, { ends: counts, ms: taken.counts() }] as const
  })
  return { overflow: 0, services: { [service]: { ...NOTHING, endpoints: Object.fromEntries(numbers) } } }
}

export const well = (many = 4, ms = 10): Told => ({ ends: { success: many }, ms })
export const failing = (many = 4): Told => ({ ends: { timeout: many }, ms: 1000 })
