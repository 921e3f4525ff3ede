/** A receipt: what the mesh decided for one request, and why. Filters write plain values into it. */
import type { Proof } from './caller.ts'
import type { MeshErrorCode } from './errors.ts'
import type { Blame, Outcome } from './outcome.ts'

/** Why a failed attempt was not retried. docs/retries.md explains each reason. */
export type RetryRefusal =
  /** The rule allows no further attempt. */
  | 'attempts'
  /** The allowance of the request is used up. */
  | 'allowance'
  /** The retry budget of this isolate for the service is empty, or the last five attempts failed. */
  | 'budget'
  /** The time left is too short for the wait and a typical answer. */
  | 'deadline'
  /** The request body was sent, and was too long to keep. */
  | 'not-replayable'
  /** The method is not idempotent, and there is no idempotency key. */
  | 'not-idempotent'
  /** The endpoint said not to retry. */
  | 'pushback'
  /** The invocation may make no further subrequest. */
  | 'subrequests'

export interface AttemptNote {
  /** 1 is the first. */
  readonly number: number
  readonly endpoint: string
  readonly startedAt: number
  /** Milliseconds until the response headers, or the error. */
  tookMs: number
  outcome: Outcome | undefined
  /** Who is to blame for the outcome. */
  blame: Blame | undefined
  /** The status of the answer. For gRPC: the HTTP status of the same meaning. */
  status: number | undefined
  /** The message of the error, where there was no answer. */
  reason: string | undefined
  /** Was the endpoint asleep before? Then the duration includes a cold start, and is no sample of its latency. */
  isCold?: true
}

/** The note of an attempt that starts. */
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

/** An endpoint that cannot be used, and why. */
export interface Skipped {
  readonly endpoint: string
  readonly reason: string
}

/** What a record on the way said of the caller. */
export interface AccessNote {
  /** Its registry key. */
  readonly record: string
  /** The name of the rule that decided, or `default`. */
  readonly rule: string
  readonly effect: 'allow' | 'deny'
  /** `audit`: a denial was told, and not enforced. */
  readonly mode: 'enforce' | 'audit'
  readonly proof: Proof
}

/** What counted the request, where a record on the way limits how often it is called. */
export interface RateNote {
  /** Its registry key. */
  readonly record: string
  /** What is counted apart, as the record says it. */
  readonly per: string
  /** The quota object, this isolate alone, or a binding of the platform. */
  readonly by: 'object' | 'isolate' | 'binding'
  readonly effect: 'allow' | 'deny'
  /** Why nobody counted, where that is so. */
  readonly unavailable: string | undefined
}

/** What a signed override did: `to` took the place of what was called, or it was `ignored`. */
export interface OverrideNote {
  /** The record that was used instead. */
  readonly to?: string
  /** Who asked for the token, as it says. */
  readonly by?: string
  /** Why it was not applied. */
  readonly ignored?: string
}

/** How current the record is that was used. */
export type Freshness = 'fresh' | 'stale' | 'last-good'

export interface Receipt {
  /** The name that was called. */
  service: string | undefined
  /** The name that was called, then each alias that was followed. */
  path: readonly string[]
  /** The registry key of the record that was used. */
  key: string | undefined
  revision: string | undefined
  /** The rule that matched: its name, or its position. */
  rule: string | undefined
  /** The service that the rule chose, where that is another. */
  backend: string | undefined
  freshness: Freshness | undefined
  /** Why the newest record was refused, where an older one was used. */
  refusedRecord: string | undefined
  attempts: AttemptNote[]
  /** Endpoints of the record that cannot be reached from this Worker. */
  skipped: readonly Skipped[]
  /** Endpoints that were not chosen because they were ejected, at the last attempt with any. */
  ejected: readonly string[] | undefined
  /** Was a second attempt sent while the first was under way? */
  hedged: boolean
  /** The id of the message in a queue, where the target is a queue. All attempts have the same. */
  messageId: string | undefined
  /** Retries used for this request, here and beneath. */
  retriesUsed: number
  /** The code of the mesh error that the caller got, if it got one. */
  error: MeshErrorCode | undefined
  /** Its message. */
  detail: string | undefined
  /** Why the last failed attempt was not retried. */
  retryRefused: RetryRefusal | undefined
  /** What the records on the way said of the caller, where they say who may call. */
  access: readonly AccessNote[] | undefined
  /** What counted it, where a record on the way limits how often it is called. */
  rates: readonly RateNote[] | undefined
  /** What a signed override did, where the call brought one that is about it. */
  override?: OverrideNote
  /** Headers with a deadline that could not be read. They were ignored. */
  unread: readonly string[] | undefined
  /** CORS headers of the answer. An error of the mesh gets them, too, so that the page can read it. */
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
    detail: undefined,
    retryRefused: undefined,
    access: undefined,
    rates: undefined,
    unread: undefined,
    crossOrigin: undefined,
  }
}

/** Notes a header that cannot be read, once. */
export function cannotRead(told: Pick<Receipt, 'unread'>, header: string): void {
  if (!told.unread?.includes(header)) told.unread = [...(told.unread ?? []), header]
}
