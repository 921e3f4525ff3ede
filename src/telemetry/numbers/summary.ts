/** What numbers come to: rates, shares and quantiles, as people read them. */
import { type Counts, exponentialHistogram } from '../../math/exponential-histogram.ts'
import { type Ends, OUTCOMES } from './numbers-digest.ts'

export interface Rates {
  readonly requests: number
  /** A second. */
  readonly rps: number
  /** The share that ended well, 0 to 1, of those that were the service's to answer; `null` where there were none. */
  readonly success: number | null
}

export interface Quantiles {
  /** Milliseconds; `null` where nothing was measured. */
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  readonly p99Ms: number | null
}

/** Outcomes that are no failure: a 429 is the caller's own. */
const WELL: ReadonlySet<string> = new Set(['success', 'limited'])

/** Outcomes that say nothing of the service: the caller left, or was rejected. */
const APART: ReadonlySet<string> = new Set(['cancelled', 'rejected'])

export function ratesOf(ends: Ends, windowMs: number): Rates {
  const requests = sumOf(ends, () => true)
  const well = sumOf(ends, (outcome) => WELL.has(outcome))
  const judged = requests - sumOf(ends, (outcome) => APART.has(outcome))
  return { requests, rps: requests / (windowMs / 1000), success: judged > 0 ? well / judged : null }
}

export function quantilesOf(ms: Counts): Quantiles {
  const histogram = exponentialHistogram()
  histogram.add(ms)
  const at = (share: number) => histogram.quantile(share) ?? null
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

/** Those that ended badly. */
export function failuresOf(ends: Ends): number {
  return sumOf(ends, (outcome) => !WELL.has(outcome) && !APART.has(outcome))
}

/** Those that ended badly, by how: only what was counted. */
export function failedOf(ends: Ends): Record<string, number> {
  const counted = ends.map((many, index) => [OUTCOMES[index] ?? 'other', many] as const)
  return Object.fromEntries(counted.filter(([outcome, many]) => many > 0 && !WELL.has(outcome) && !APART.has(outcome)))
}

function sumOf(ends: Ends, isMeant: (outcome: string) => boolean): number {
  return ends.reduce((sum, many, index) => (isMeant(OUTCOMES[index] ?? '') ? sum + many : sum), 0)
}
