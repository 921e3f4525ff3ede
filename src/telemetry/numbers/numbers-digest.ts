/** What an isolate tells of what it has counted: how calls ended and how long they took, by service, caller, rule and endpoint. */
import type { Outcome } from '../../core/outcome.ts'
import type { Counts } from '../../math/exponential-histogram.ts'

/** How many calls or attempts ended how: by the number of the outcome in {@link OUTCOMES}. */
export type Ends = readonly number[]

/** How a call ended. `rejected`: the mesh sent nothing for what the caller did or may not do, with a 4xx. */
export type CallOutcome = Outcome | 'rejected'

/** Their order is that in which counts travel: a new one comes last. */
export const OUTCOMES = [
  'success',
  'failure',
  'refused',
  'limited',
  'timeout',
  'expired',
  'unreachable',
  'cancelled',
  'unsent',
  'rejected',
] as const satisfies readonly CallOutcome[]

/** What became of a message at one delivery. Their order is that in which counts travel: a new one comes last. */
export const DELIVERY_OUTCOMES = ['acked', 'retried', 'dead', 'duplicate', 'expired'] as const
export type DeliveryOutcome = (typeof DELIVERY_OUTCOMES)[number]

/** What waits in a queue, as the platform says it with a batch. */
export interface QueueNumbers {
  /** Messages. */
  readonly backlog: number
  /** How long the oldest has waited, in milliseconds. */
  readonly oldestMs: number
}

export interface EndpointNumbers {
  readonly ends: Ends
  readonly ms: Counts
}

/** A call that somebody can look at: its trace is sampled. */
export interface Slowest {
  readonly ms: number
  /** 32 hex digits. */
  readonly traceId: string
}

export interface ServiceNumbers {
  /** Of calls, as their callers saw them. */
  readonly ends: Ends
  readonly ms: Counts
  readonly attempts: number
  /** Attempts that were not the first of their call. */
  readonly retries: number
  readonly hedged: number
  /** By the caller's name; `''` where it has none. */
  readonly callers: Readonly<Record<string, Ends>>
  readonly rules: Readonly<Record<string, Ends>>
  readonly endpoints: Readonly<Record<string, EndpointNumbers>>
  /** Errors of the mesh, by their code. */
  readonly errors: Readonly<Record<string, number>>
  /** Why failed attempts were not retried. */
  readonly refused: Readonly<Record<string, number>>
  /**
   * What records on the way said of callers, by `verdictKey`: how often each of the verdicts. Left out by an isolate of an older
   * version.
   */
  readonly access?: Readonly<Record<string, readonly number[]>> | undefined
  /** Of a topic: events that nobody wanted, by their type. Left out where there were none. */
  readonly unclaimed?: Readonly<Record<string, number>> | undefined
  /** Of a receiver: messages that queues brought, by the queue, by the number of the outcome. Left out where there were none. */
  readonly deliveries?: Readonly<Record<string, Ends>> | undefined
  /** How long those that it took had waited, in milliseconds. */
  readonly lag?: Counts | undefined
  /** In a digest: the call that took longest, of those whose trace is sampled. In no sum. */
  readonly slowest?: Slowest | undefined
}

/** What an isolate counted since its last digest. */
export interface NumbersDigest {
  /** By the name whose record answered; `''` where none did, so that nobody can make series by inventing names. */
  readonly services: Readonly<Record<string, ServiceNumbers>>
  /** Entries that had no room of their own, and were counted as {@link OTHER}. */
  readonly overflow: number
  /** Queues that brought something, by name. */
  readonly queues?: Readonly<Record<string, QueueNumbers>> | undefined
}

/** Under this name goes what there is no room for. */
export const OTHER = '(other)'
