/** What was decided for one request, and why: plain values, noted as the request goes down and comes back. */
import type { MeshErrorCode } from './errors.ts'
import type { Blame, Outcome } from './outcome.ts'

/** Why a failed attempt was not followed by another. */
export type RetryRefusal =
  /** The attempts of the rule are used up. */
  | 'attempts'
  /** The allowance that came with the request is spent. */
  | 'allowance'
  /** This isolate's retry budget for the service is spent, or its last five attempts failed. */
  | 'budget'
  /** What is left of the deadline does not hold the wait and a typical attempt. */
  | 'deadline'
  /** The body has been sent and was not kept. */
  | 'not-replayable'
  /** Sending it again might do it twice. */
  | 'not-idempotent'
  /** The endpoint said not to. */
  | 'pushback'
  /** The platform allows this request no further subrequest. */
  | 'subrequests'

export interface AttemptNote {
  /** 1 is the first. */
  readonly number: number
  readonly endpoint: string
  readonly startedAt: number
  /** Until the response headers or the error. */
  tookMs: number
  outcome: Outcome | undefined
  /** Who is to blame for that. */
  blame: Blame | undefined
  /** Of its answer; of gRPC's, the one that says the same in HTTP. */
  status: number | undefined
  /** What went wrong, where there was no answer. */
  reason: string | undefined
  /** Was it the first after a pause, at a place that sleeps? What it took is then no sample. */
  isCold?: true
}

/** Of an attempt that begins. */
export function attemptNote(number: number, endpoint: string, startedAt: number): AttemptNote {
  return {
    number,
    endpoint,
    startedAt,
    tookMs: 0,
    outcome: undefined,
    blame: undefined,
    status: undefined,
    reason: undefined,
  }
}

/** An endpoint that was passed over. */
export interface Skipped {
  readonly endpoint: string
  readonly reason: string
}

/** How much the record that was obeyed can be relied on. */
export type Freshness = 'fresh' | 'stale' | 'last-good'

export interface Receipt {
  /** The name that was called. */
  service: string | undefined
  /** The names passed through: the one called, then each alias. */
  path: readonly string[]
  /** The registry key whose record was obeyed. */
  key: string | undefined
  revision: string | undefined
  /** The rule that matched: its name, or where it stands. */
  rule: string | undefined
  /** The service that the rule sent it to, where that is another. */
  backend: string | undefined
  freshness: Freshness | undefined
  /** Why the newest record was refused, where an older one served. */
  refusedRecord: string | undefined
  attempts: AttemptNote[]
  /** Endpoints of the record that cannot be reached from here. */
  skipped: readonly Skipped[]
  /** Endpoints that were passed over, since they were ejected: as it was at the last attempt that passed any over. */
  ejected: readonly string[] | undefined
  /** Was a second attempt sent while the first was under way? */
  hedged: boolean
  /** Under which id it was put into a queue, where it was: the same for every attempt. */
  messageId: string | undefined
  /** Retries spent for this request, here and beneath. */
  retriesUsed: number
  /** The mesh error that was answered, if one was. */
  error: MeshErrorCode | undefined
  /** Why the last failed attempt was not followed by another. */
  retryRefused: RetryRefusal | undefined
  /** Headers of the request that state a deadline and cannot be read: they were left out of account. */
  unread: readonly string[] | undefined
  /** Headers with which a page of another origin may read the answer, be it an error of ours. */
  crossOrigin: readonly (readonly [string, string])[] | undefined
}

const NONE: readonly Skipped[] = []

export function receipt(): Receipt {
  return {
    service: undefined,
    path: [],
    key: undefined,
    revision: undefined,
    rule: undefined,
    backend: undefined,
    freshness: undefined,
    refusedRecord: undefined,
    attempts: [],
    skipped: NONE,
    ejected: undefined,
    hedged: false,
    messageId: undefined,
    retriesUsed: 0,
    error: undefined,
    retryRefused: undefined,
    unread: undefined,
    crossOrigin: undefined,
  }
}

/** Notes a header that cannot be read, once. */
export function cannotRead(told: Pick<Receipt, 'unread'>, header: string): void {
  if (!told.unread?.includes(header)) told.unread = [...(told.unread ?? []), header]
}
