/** What this isolate has learned of each service, kept across edits of its record. */

import type { Endpoint, Target } from '../core/endpoint.ts'
import { type Log, type OnChange, silent } from '../core/log.ts'
import { type Lru, lru } from '../core/lru.ts'
import type { Skipped } from '../core/receipt.ts'
import type { Seal } from '../core/seal.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Judge } from '../features/access/judge.ts'
import type { AccessPolicy } from '../features/access/policy.ts'
import type { Candidate } from '../features/balance/balancer.ts'
import { balancers } from '../features/balance/balancers.ts'
import { localities } from '../features/balance/locality.ts'
import { peakEwma } from '../features/balance/peak-ewma.ts'
import { warmth } from '../features/balance/warmth.ts'
import { hedging } from '../features/hedge/hedging.ts'
import { limiter } from '../features/limit/limiter.ts'
import type { WrittenRate } from '../features/limit/rate-policy.ts'
import type { Rater } from '../features/limit/rater.ts'
import { throttle } from '../features/limit/throttle.ts'
import { outlierDetector } from '../features/outlier/detector.ts'
import { retryBudget } from '../features/retry/budget.ts'
import type { Asked } from '../features/route/asked.ts'
import { recentMedian } from '../math/recent-median.ts'
import type { FieldName, WrittenPolicy } from '../record/fields.ts'
import { policyMaker } from '../record/policies.ts'
import type { Found } from '../registry/known.ts'
import type { LiveService, Tried } from './live-service.ts'
import { routes } from './routes.ts'
import type { Strategies } from './strategies.ts'

export interface Services {
  /** The service of a record. An endpoint or a budget that an edit leaves as it was keeps what it has learned. */
  of(found: Found): LiveService
  /** The same service with a rule's policy over its own. What is learned of it is learned for both. */
  ruled(service: LiveService, own: WrittenPolicy): LiveService
  /** The same service for copies of requests: they are sent once, and not tried again. */
  copied(service: LiveService): LiveService
  /** All that this isolate knows. */
  all(): Iterable<LiveService>
}

export interface ServicesOptions {
  readonly clock: Clock
  readonly random: Random
  /** Policy where a record is silent. */
  readonly defaults: WrittenPolicy
  /** Rules in place of the mesh's own. */
  readonly strategies?: Strategies
  /** Of the tickets of sessions. */
  readonly seal?: Seal | undefined
  /** What judges who may call. Default: nothing, and nobody is judged. */
  readonly trust?: { judge(policy: AccessPolicy): Judge<Asked> | undefined } | undefined
  /** What counts the calls of a record that limits them. Default: nothing, and nobody is counted. */
  readonly raterOf?: ((rate: WrittenRate, recordKey: string) => Rater) | undefined
  /** Hears of each service that is made. Default: nobody does. */
  readonly made?: ((service: LiveService) => void) | undefined
  /** Services remembered. */
  readonly maxRecords: number
  /** Told of endpoints and services that go out and come back. Default: nobody is. */
  readonly log?: Log
  /** Why what stands there cannot be reached from here; `undefined` where it can. */
  unreachableBecause(target: Target): string | undefined
}

export function services(options: ServicesOptions): Services {
  const byKey: Lru<string, LiveService> = lru(options.maxRecords)
  const copies = new WeakMap<LiveService, LiveService>()
  const { strategies = {}, log = silent } = options
  const balancerOf = (strategies.balancers ?? balancers)(options.random)
  const budgetOf = strategies.budget ?? retryBudget

  const policies = policyMaker(options.defaults)

  function live({ key, record, order }: Found, before: LiveService | undefined): LiveService {
    const made = policies.of(record.policy, before && { written: before.record.policy, made: before })
    /** The service before an edit that leaves this field as it was. */
    const kept = (field: FieldName) => (before?.[field] === made[field] ? before : undefined)
    const { candidates, drained, unreachable } = candidatesOf(record.endpoints, before)
    const onChange: OnChange = (event, forMs, endpoint) => log({ level: 'warn', event, key, endpoint, forMs })
    // One and the same across edits: what a call from before an edit still learns, it learns for all.
    const detector = before?.detector ?? outlierDetector(made.outlierDetection, options.random, onChange)
    detector.watch(candidates, made.outlierDetection)
    const { algorithm, hashHeader } = made.loadBalancer
    return serviceOf({
      ...made,
      record,
      recordKey: key,
      judge: kept('access')?.judge ?? (made.access && options.trust?.judge(made.access)),
      rate: kept('limits')?.rate ?? (made.limits.rate && options.raterOf?.(made.limits.rate, key)),
      order,
      budget: kept('retryConstraint')?.budget ?? budgetOf(made.retryConstraint, options.clock),
      hedging: kept('hedge')?.hedging ?? (made.hedge && hedging(made.hedge)),
      routes: record.rules && routes(record.rules, key, ruled, options.random, options.seal),
      detector,
      balancer: balancerOf(algorithm, candidates),
      hashHeader,
      limiter: limiter(made.limits),
      // Other endpoints have other capacity.
      throttle: before && areSame(candidates, before.candidates) ? before.throttle : throttle(onChange),
      candidates,
      drained,
      unreachable,
      localities: localities(candidates, options.random),
    })
  }

  function ruled(service: LiveService, own: WrittenPolicy): LiveService {
    return serviceOf({ ...service, ...policies.ofRule(own, service.record.policy) })
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
    all: byKey.values,
    of(found) {
      const known = byKey.get(found.key)
      // A call that has waited since may hold an older record than the one that serves: there is no way back.
      if (known && (known.record === found.record || known.order > found.order)) return known
      const service = live(found, known)
      byKey.set(found.key, service)
      options.made?.(service)
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
