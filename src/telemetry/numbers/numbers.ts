/** Counts the calls of an isolate: told, and begun anew, with each digest. */
import type { MeshErrorCode } from '../../core/errors.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Trace } from '../../core/span.ts'
import { type ExponentialHistogram, exponentialHistogram } from '../../math/exponential-histogram.ts'
import {
  type CallOutcome,
  DELIVERY_OUTCOMES,
  type DeliveryOutcome,
  type NumbersDigest,
  OTHER,
  OUTCOMES,
  type QueueNumbers,
  type ServiceNumbers,
  type Slowest,
} from './numbers-digest.ts'
import { verdictKey, verdictNumber } from './verdicts.ts'

const NUMBER_OF = Object.fromEntries(OUTCOMES.map((outcome, index) => [outcome, index])) as Record<CallOutcome, number>

/** What is counted of a call when it has ended. */
export interface CallEnd {
  /** The name whose record answered. */
  readonly service: string
  readonly caller: string | undefined
  readonly outcome: CallOutcome
  readonly error: MeshErrorCode | undefined
  readonly tookMs: number
  readonly receipt: Receipt
}

export interface Numbers {
  /** @param trace of the call. */
  count(call: CallEnd, trace?: Trace): void
  /** @param service the name of the topic. */
  unclaimed(service: string, type: string): void
  /**
   * @param service the receiver; `''` where it is not known.
   * @param lagMs how long the message has waited.
   */
  delivered(service: string, queue: string, outcome: DeliveryOutcome, lagMs: number): void
  /** A batch came: what waits in its queue now. */
  waiting(queue: string, numbers: QueueNumbers): void
  /** What was counted since it was last taken; `undefined` where nothing was. */
  take(): NumbersDigest | undefined
}

/** Series of one digest, at most: a service, and each caller, rule, endpoint and verdict of it, is one. */
export const MOST_SERIES = 1_000

/** Of trace flags (W3C). */
const SAMPLED = 1

interface Endpoint {
  readonly ends: number[]
  readonly ms: ExponentialHistogram
}

interface Service extends Endpoint {
  slowest: Slowest | undefined
  attempts: number
  retries: number
  hedged: number
  readonly callers: Map<string, number[]>
  readonly rules: Map<string, number[]>
  readonly endpoints: Map<string, Endpoint>
  readonly errors: Map<string, number>
  readonly refused: Map<string, number>
  readonly access: Map<string, number[]>
  readonly unclaimed: Map<string, number[]>
  readonly deliveries: Map<string, number[]>
  lag?: ExponentialHistogram
}

export function numbers(mostSeries = MOST_SERIES): Numbers {
  let services = new Map<string, Service>()
  let series = 0
  let overflow = 0
  let queues: Record<string, QueueNumbers> | undefined

  /** The entry of a key: a new one while there is room, then that of all others. */
  function entry<Entry>(of: Map<string, Entry>, key: string, make: () => Entry): Entry {
    const known = of.get(key)
    if (known) return known
    if (series >= mostSeries) {
      overflow += 1
      const other = of.get(OTHER) ?? make()
      of.set(OTHER, other)
      return other
    }
    series += 1
    const made = make()
    of.set(key, made)
    return made
  }

  return {
    count({ service: name, caller, outcome, error, tookMs, receipt }, trace) {
      const service = entry(services, name, newService)
      const ended = NUMBER_OF[outcome]
      raise(service.ends, ended)
      service.ms.record(tookMs)
      if (trace && (trace.flags & SAMPLED) > 0 && !(tookMs <= (service.slowest?.ms ?? -1)))
        service.slowest = { ms: tookMs, traceId: trace.traceId }
      raise(entry(service.callers, caller ?? '', newEnds), ended)
      if (receipt.rule !== undefined) raise(entry(service.rules, receipt.rule, newEnds), ended)
      for (const attempt of receipt.attempts) {
        service.attempts += 1
        if (attempt.number > 1) service.retries += 1
        const endpoint = entry(service.endpoints, attempt.endpoint, newEndpoint)
        // One that is still under way has lost against its hedge.
        raise(endpoint.ends, NUMBER_OF[attempt.outcome ?? 'cancelled'])
        if (attempt.outcome !== undefined) endpoint.ms.record(attempt.tookMs)
      }
      if (receipt.hedged) service.hedged += 1
      if (error !== undefined) add(service.errors, error)
      if (receipt.retryRefused !== undefined) add(service.refused, receipt.retryRefused)
      if (receipt.access) {
        for (const note of receipt.access)
          raise(entry(service.access, verdictKey(caller, note), newEnds), verdictNumber(note))
      }
    },
    unclaimed(service, type) {
      raise(entry(entry(services, service, newService).unclaimed, type, newEnds), 0)
    },
    delivered(name, queue, outcome, lagMs) {
      const service = entry(services, name, newService)
      raise(entry(service.deliveries, queue, newEnds), DELIVERY_OUTCOMES.indexOf(outcome))
      if (outcome !== 'acked') return
      service.lag ??= exponentialHistogram()
      service.lag.record(lagMs)
    },
    waiting(queue, numbers) {
      queues = { ...queues, [queue]: numbers }
    },
    take() {
      if (services.size === 0) return undefined
      const taken = { services: mapped(services, serviceDigest), overflow, ...(queues && { queues }) }
      queues = undefined
      services = new Map()
      series = 0
      overflow = 0
      return taken
    },
  }
}

const newEnds = (): number[] => []
const newEndpoint = (): Endpoint => ({ ends: [], ms: exponentialHistogram() })
const newService = (): Service => ({
  ...newEndpoint(),
  slowest: undefined,
  attempts: 0,
  retries: 0,
  hedged: 0,
  callers: new Map(),
  rules: new Map(),
  endpoints: new Map(),
  errors: new Map(),
  refused: new Map(),
  access: new Map(),
  unclaimed: new Map(),
  deliveries: new Map(),
})

function raise(ends: number[], outcome: number): void {
  for (let index = ends.length; index <= outcome; index++) ends.push(0)
  ends[outcome] = (ends[outcome] as number) + 1
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}

function mapped<From, To>(of: ReadonlyMap<string, From>, make: (from: From) => To): Record<string, To> {
  return Object.fromEntries([...of].map(([key, from]) => [key, make(from)]))
}

function serviceDigest({
  ms,
  callers,
  rules,
  endpoints,
  errors,
  refused,
  access,
  unclaimed,
  deliveries,
  lag,
  ...counts
}: Service): ServiceNumbers {
  return {
    ...counts,
    ms: ms.counts(),
    callers: Object.fromEntries(callers),
    rules: Object.fromEntries(rules),
    endpoints: mapped(endpoints, ({ ends, ms }) => ({ ends, ms: ms.counts() })),
    errors: Object.fromEntries(errors),
    refused: Object.fromEntries(refused),
    ...(access.size > 0 && { access: Object.fromEntries(access) }),
    ...(unclaimed.size > 0 && { unclaimed: mapped(unclaimed, ([many = 0]) => many) }),
    ...(deliveries.size > 0 && { deliveries: Object.fromEntries(deliveries) }),
    ...(lag && { lag: lag.counts() }),
  }
}
