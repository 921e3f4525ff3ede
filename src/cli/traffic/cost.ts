/** What calls cost: counted by the mesh, priced by a table. Sums of a window, and what a month of the same would be. */
import type { StatView } from '../../admin/client.ts'
import { candidateKeys } from '../../registry/keys.ts'
import type { Prices } from './prices.ts'

export interface Counts {
  readonly services: readonly StatView[]
  readonly endpoints: readonly StatView[]
  readonly callers: readonly StatView[]
  readonly isolates: number
  readonly windowMs: number
}

export interface CostRow {
  readonly service: string
  readonly calls: number
  /** Those of callers that nobody knows: they come by the public entrance, where each is a request that is billed. One by a binding is not. */
  readonly publicCalls: number
  /** Requests that were sent on: attempts, and reads of KV as far as they are known. */
  readonly attempts: number
  /** At most. */
  readonly kvReads: number
  readonly lambda: { readonly requests: number; readonly gbSeconds: number }
  /** The share of attempts that were retries or hedges; `null` where there were none. */
  readonly wasted: number | null
  /** In the currency of the prices: of the window, and of 30 days of the same. */
  readonly cost: number
  readonly monthly: number
  /** What of `monthly` goes to Lambda functions for retries and hedges, by their share of attempts. */
  readonly monthlyWasted: number
}

const MONTH_MS = 30 * 24 * 3_600_000
const MILLION = 1_000_000

/** @param freshMs for how long an isolate serves a record without asking: `MESH_FRESH`. */
export function costs(
  { services, endpoints, callers, isolates, windowMs }: Counts,
  prices: Prices,
  freshMs: number,
): CostRow[] {
  return services.map(({ service, requests, attempts = 0, retries }) => {
    const publicCalls = sumOf(callers, (one) => (one.service === service && one.caller === '' ? one.requests : 0))
    const lambdas = endpoints.filter((one) => one.service === service && isLambda(one.endpoint ?? ''))
    const lambda = {
      requests: sumOf(lambdas, (one) => one.requests),
      gbSeconds: (sumOf(lambdas, ({ totalMs = 0 }) => totalMs) / 1_000) * (prices.lambda.memoryMb / 1_024),
    }
    const kvReads = readsOf(service, requests, isolates, windowMs, freshMs)
    const invoked =
      (lambda.requests / MILLION) * prices.lambda.aMillionRequests + lambda.gbSeconds * prices.lambda.aGbSecond
    const cost =
      (publicCalls / MILLION) * prices.workers.aMillionRequests +
      (kvReads / MILLION) * prices.kv.aMillionReads +
      invoked
    const wasted = attempts === 0 ? null : (retries ?? 0)
    const months = MONTH_MS / windowMs
    return {
      service,
      calls: requests,
      publicCalls,
      attempts,
      kvReads,
      lambda,
      wasted,
      cost,
      monthly: cost * months,
      monthlyWasted: invoked * (wasted ?? 0) * months,
    }
  })
}

/**
 * An isolate asks for a record that is older than `freshMs`, once, when it is called: so no oftener than it is called, and no oftener
 * than that time passes. Each name brings the wildcards above it, and each of these keys is billed.
 */
function readsOf(service: string, requests: number, isolates: number, windowMs: number, freshMs: number): number {
  const turns = isolates * Math.max(1, windowMs / Math.max(1, freshMs))
  return Math.round(Math.min(requests, turns) * Math.max(1, candidateKeys(service).length))
}

/** A function by its name, or by its function URL. */
export function isLambda(endpoint: string): boolean {
  return endpoint.startsWith('lambda:') || /^https:\/\/[^/]+\.lambda-url\.[a-z0-9-]+\.on\.aws(?:\/|$)/.test(endpoint)
}

function sumOf<Of>(all: readonly Of[], value: (one: Of) => number): number {
  return all.reduce((sum, one) => sum + value(one), 0)
}
