/** What this isolate has learned of each service, kept across edits of its record. */

import type { Endpoint, Target } from '../core/endpoint.ts'
import { type Log, type OnChange, silent } from '../core/log.ts'
import { type Lru, lru } from '../core/lru.ts'
import type { Skipped } from '../core/receipt.ts'
import type { Seal } from '../core/seal.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Candidate } from '../features/balance/balancer.ts'
import { balancers } from '../features/balance/balancers.ts'
import { localities } from '../features/balance/locality.ts'
import { peakEwma } from '../features/balance/peak-ewma.ts'
import { balancePolicy } from '../features/balance/policy.ts'
import { warmth } from '../features/balance/warmth.ts'
import { timeoutPolicy } from '../features/deadline/policy.ts'
import { type Hedging, hedging } from '../features/hedge/hedging.ts'
import { hedgePolicy } from '../features/hedge/policy.ts'
import { limiter } from '../features/limit/limiter.ts'
import { limitPolicy } from '../features/limit/policy.ts'
import { throttle } from '../features/limit/throttle.ts'
import { type OutlierDetector, outlierDetector } from '../features/outlier/detector.ts'
import { outlierPolicy } from '../features/outlier/policy.ts'
import { retryBudget } from '../features/retry/budget.ts'
import { budgetPolicy, retryPolicy } from '../features/retry/policy.ts'
import { recentMedian } from '../math/recent-median.ts'
import type { WrittenPolicy } from '../record/record.ts'
import type { Found } from '../registry/known.ts'
import { durationMs } from '../schema/duration.ts'
import type { LiveService, Tried } from './live-service.ts'
import { routes } from './routes.ts'
import type { Strategies } from './strategies.ts'

export interface Fleet {
  /** The service of a record. An endpoint or a budget that an edit leaves as it was keeps what it has learned. */
  of(found: Found): LiveService
  /** The same service with a rule's policy over its own. What is learned of it is learned for both. */
  ruled(service: LiveService, policy: WrittenPolicy): LiveService
  /** The same service for copies of requests: they are sent once, and not tried again. */
  copied(service: LiveService): LiveService
}

export interface FleetOptions {
  readonly clock: Clock
  readonly random: Random
  /** Policy where a record is silent. */
  readonly defaults: WrittenPolicy
  /** Rules in place of the mesh's own. */
  readonly strategies?: Strategies
  /** Of the tickets of sessions. */
  readonly seal?: Seal | undefined
  /** Services remembered. */
  readonly maxRecords: number
  /** Told of endpoints and services that go out and come back. Default: nobody is. */
  readonly log?: Log
  /** Why what stands there cannot be reached from here; `undefined` where it can. */
  unreachableBecause(target: Target): string | undefined
}

export function fleet(options: FleetOptions): Fleet {
  const services: Lru<string, LiveService> = lru(options.maxRecords)
  const copies = new WeakMap<LiveService, LiveService>()
  const { strategies = {}, log = silent } = options
  const balancerOf = (strategies.balancers ?? balancers)(options.random)
  const budgetOf = strategies.budget ?? retryBudget

  // Where a record is silent all services share one policy.
  const timeouts = timeoutPolicy(options.defaults.timeouts)
  const retry = retryPolicy(options.defaults.retry)
  const outliers = outlierPolicy(options.defaults.outlierDetection)
  const balancing = balancePolicy(options.defaults.loadBalancer)
  const limits = limitPolicy(options.defaults.limits)

  function live({ key, record, order }: Found, before: LiveService | undefined): LiveService {
    const { defaults, clock } = options
    const written = record.policy
    const constraint = written.retryConstraint ?? defaults.retryConstraint
    const kept = (field: keyof WrittenPolicy) =>
      before && JSON.stringify(before.record.policy[field]) === JSON.stringify(written[field]) ? before : undefined
    const { candidates, drained, unreachable } = candidatesOf(record.endpoints, before)
    const onChange: OnChange = (event, forMs, endpoint) => log({ level: 'warn', event, key, endpoint, forMs })
    const { algorithm, keyedBy } = written.loadBalancer ? balancePolicy(written.loadBalancer) : balancing
    return serviceOf({
      name: key,
      record,
      order,
      timeouts: written.timeouts ? timeoutPolicy({ ...defaults.timeouts, ...written.timeouts }) : timeouts,
      retry: written.retry ? retryPolicy({ ...defaults.retry, ...written.retry }) : retry,
      budget: kept('retryConstraint')?.budget ?? budgetOf(budgetPolicy(constraint), clock),
      hedging: kept('hedge')?.hedging ?? hedgingOf(written.hedge),
      routes: record.rules && routes(record.rules, key, ruled, options.random, options.seal),
      detector: detectorOf(written.outlierDetection, candidates, before, onChange),
      balancer: balancerOf(algorithm, candidates),
      keyedBy,
      limiter: limiter(written.limits ? limitPolicy({ ...defaults.limits, ...written.limits }) : limits),
      // Other endpoints have other capacity.
      throttle: before && areSame(candidates, before.candidates) ? before.throttle : throttle(onChange),
      candidates,
      drained,
      unreachable,
      localities: localities(candidates, options.random),
    })
  }

  /** One and the same across edits: what a call from before an edit still learns, it learns for all. */
  function detectorOf(
    written: WrittenPolicy['outlierDetection'],
    candidates: readonly Candidate[],
    before: LiveService | undefined,
    onChange: OnChange,
  ): OutlierDetector {
    const policy = written ? outlierPolicy({ ...options.defaults.outlierDetection, ...written }) : outliers
    const detector = before?.detector ?? outlierDetector(policy, options.random, onChange)
    detector.watch(candidates, policy)
    return detector
  }

  function hedgingOf(written: WrittenPolicy['hedge']): Hedging | undefined {
    const { hedge } = options.defaults
    const policy = hedgePolicy(written ? { ...hedge, ...written } : hedge)
    return policy && hedging(policy)
  }

  function ruled(service: LiveService, { timeouts, retry }: WrittenPolicy): LiveService {
    const { defaults } = options
    const { policy } = service.record
    return serviceOf({
      ...service,
      timeouts: timeouts
        ? {
            ...timeoutPolicy({ ...defaults.timeouts, ...policy.timeouts, ...timeouts }),
            isOfRule: durationMs(timeouts.request ?? '0s') > 0,
          }
        : service.timeouts,
      retry: retry ? retryPolicy({ ...defaults.retry, ...policy.retry, ...retry }) : service.retry,
    })
  }

  function candidatesOf(endpoints: readonly Endpoint[], before: LiveService | undefined) {
    const known =
      before &&
      new Map([...before.candidates, ...before.drained].map((candidate) => [candidate.endpoint.id, candidate]))
    const candidates: Candidate[] = []
    const drained: Candidate[] = []
    let unreachable = NONE
    const isAnyWeighed = endpoints.some(({ weight }) => weight > 0)
    for (const endpoint of endpoints) {
      const isDrained = isAnyWeighed && endpoint.weight === 0
      const reason = options.unreachableBecause(endpoint.target)
      if (reason !== undefined) {
        if (!isDrained) unreachable = [...unreachable, { endpoint: endpoint.id, reason }]
        continue
      }
      const candidate = known?.get(endpoint.id) ?? unknown(endpoint)
      candidate.endpoint = endpoint
      candidate.warmth = endpoint.traits.sleeps ? (candidate.warmth ?? warmth()) : undefined
      ;(isDrained ? drained : candidates).push(candidate)
    }
    return { candidates, drained, unreachable }
  }

  function copied(service: LiveService): LiveService {
    const known = copies.get(service)
    if (known) return known
    const made = serviceOf({ ...service, retry: { ...service.retry, attempts: 0 }, hedging: undefined })
    copies.set(service, made)
    return made
  }

  return {
    ruled,
    copied,
    of(found) {
      const known = services.get(found.key)
      // A call that has waited since may hold an older record than the one that serves: there is no way back.
      if (known && (known.record === found.record || known.order > found.order)) return known
      const service = live(found, known)
      services.set(found.key, service)
      return service
    },
  }
}

const NONE: readonly Skipped[] = []

function areSame(some: readonly Candidate[], others: readonly Candidate[]): boolean {
  return some.length === others.length && some.every((candidate, index) => candidate === others[index])
}

/** Of all services the same functions: a closure for each would cost more than the rest of it. */
const methods = {
  /** What is held then frees a choice, a slot of the cap or a count of the throttle. */
  mustHearOfLeaving(this: LiveService, now: number): boolean {
    const [first] = this.candidates
    if (!first) return false
    return this.candidates.length > 1 || this.limiter.isScarce(first.load.inFlight(now)) || this.throttle.isAlert(now)
  },

  untried(this: LiveService, now: number, tried: readonly Tried[]): readonly Candidate[] {
    const candidates = this.detector.available(this.candidates, now)
    return candidates.filter(({ endpoint }) => !tried.some((one) => one.endpoint === endpoint.id))
  },

  typicalMs(this: LiveService, now: number, tried: readonly Tried[] = []): number | undefined {
    const untried = this.untried(now, tried)
    let least: number | undefined
    // An ejected one is not asked, however quick it was.
    for (const { latency } of untried.length > 0 ? untried : this.detector.available(this.candidates, now)) {
      const value = latency.value(now)
      if (value !== undefined && (least === undefined || value < least)) least = value
    }
    return least
  },
}

function serviceOf(given: Omit<LiveService, keyof typeof methods>): LiveService {
  return { ...given, ...methods }
}

function unknown(endpoint: Endpoint): Candidate {
  return {
    endpoint,
    load: peakEwma(),
    latency: recentMedian(),
    settles: undefined,
    health: undefined,
    warmth: undefined,
  }
}
