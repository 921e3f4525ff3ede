/** What numbers come to: rates, shares and quantiles, as people read them. */
import { type Counts, exponentialHistogram } from '../../math/exponential-histogram.ts'
import { type Ends, OUTCOMES } from './numbers.ts'

export interface Rates {
  readonly requests: number
  /** A second. */
  readonly rps: number
  /** The share that ended well, 0 to 1, of those whose callers stayed; `null` where there were none. */
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

export function ratesOf(ends: Ends, windowMs: number): Rates {
  const requests = ends.reduce((sum, many) => sum + many, 0)
  const left = ends[OUTCOMES.indexOf('cancelled')] ?? 0
  const well = ends.reduce((sum, many, outcome) => (WELL.has(OUTCOMES[outcome] ?? '') ? sum + many : sum), 0)
  const stayed = requests - left
  return { requests, rps: requests / (windowMs / 1000), success: stayed > 0 ? well / stayed : null }
}

export function quantilesOf(ms: Counts): Quantiles {
  const histogram = exponentialHistogram()
  histogram.add(ms)
  const at = (share: number) => histogram.quantile(share) ?? null
  return { p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) }
}

/** Those that ended badly. */
export function failuresOf(ends: Ends): number {
  return ends.reduce(
    (sum, many, outcome) => (WELL.has(OUTCOMES[outcome] ?? '') || OUTCOMES[outcome] === 'cancelled' ? sum : sum + many),
    0,
  )
}
