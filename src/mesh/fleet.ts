/** What this isolate has learned of each service, kept across edits of its record. */
import type { Clock } from '../core/clock.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { type Lru, lru } from '../core/lru.ts'
import type { Random } from '../core/random.ts'
import type { Balancer, Candidate } from '../filters/balance/balancer.ts'
import { p2c } from '../filters/balance/p2c.ts'
import { peakEwma } from '../filters/balance/peak-ewma.ts'
import { type RetryBudget, retryBudget } from '../filters/retry/budget.ts'
import { recentMedian } from '../math/recent-median.ts'
import type { ServiceRecord, WrittenPolicy } from '../policy/record.ts'
import { budgetPolicy, type RetryPolicy, retryPolicy } from '../policy/retry.ts'
import { type TimeoutPolicy, timeoutPolicy } from '../policy/timeout.ts'
import type { Found } from '../registry/snapshot.ts'

/** A service as this isolate knows it: its policy, and what was learned. Values only; it outlives requests. */
export interface LiveService {
  /** The registry key its record stands under. */
  readonly name: string
  readonly record: ServiceRecord
  readonly timeouts: TimeoutPolicy
  readonly retry: RetryPolicy
  readonly budget: RetryBudget
  readonly balancer: Balancer
  /** The endpoints that can be reached from here. */
  readonly candidates: readonly Candidate[]
  /** Those that cannot: a binding that this Worker does not have. */
  readonly unreachable: readonly Endpoint[]
  /** Milliseconds that the quickest of its endpoints usually takes, where that is known. */
  typicalMs(now: number): number | undefined
}

export interface Fleet {
  /** The service of a record. An endpoint or a budget that an edit leaves as it was keeps what it has learned. */
  of(found: Found): LiveService
}

export interface FleetOptions {
  readonly clock: Clock
  readonly random: Random
  /** Policy where a record is silent. */
  readonly defaults: WrittenPolicy
  /** Services remembered. */
  readonly maxRecords: number
  /** Can this endpoint be reached from here? */
  isReachable(endpoint: Endpoint): boolean
}

export function fleet(options: FleetOptions): Fleet {
  const services: Lru<string, LiveService> = lru(options.maxRecords)
  const balancer = p2c(options.random)

  function live({ key, record }: Found, before: LiveService | undefined): LiveService {
    const { defaults, clock } = options
    const written = record.policy
    const constraint = written.retryConstraint ?? defaults.retryConstraint
    const isSameBudget =
      before && JSON.stringify(before.record.policy.retryConstraint) === JSON.stringify(written.retryConstraint)
    const known = new Map(before?.candidates.map((candidate) => [candidate.endpoint.id, candidate]))
    const candidates = record.endpoints
      .filter(options.isReachable)
      .map((endpoint) => known.get(endpoint.id) ?? unknown(endpoint))
    return {
      name: key,
      record,
      timeouts: timeoutPolicy({ ...defaults.timeouts, ...written.timeouts }),
      retry: retryPolicy({ ...defaults.retry, ...written.retry }),
      budget: isSameBudget ? before.budget : retryBudget(budgetPolicy(constraint), clock),
      balancer,
      candidates,
      unreachable: record.endpoints.filter((endpoint) => !options.isReachable(endpoint)),
      typicalMs: (now) => quickest(candidates, now),
    }
  }

  return {
    of(found) {
      const known = services.get(found.key)
      if (known?.record === found.record) return known
      const service = live(found, known)
      services.set(found.key, service)
      return service
    },
  }
}

function unknown(endpoint: Endpoint): Candidate {
  return { endpoint, load: peakEwma(), latency: recentMedian(), settles: undefined }
}

function quickest(candidates: readonly Candidate[], now: number): number | undefined {
  let least: number | undefined
  for (const { latency } of candidates) {
    const value = latency.value(now)
    if (value !== undefined && (least === undefined || value < least)) least = value
  }
  return least
}
