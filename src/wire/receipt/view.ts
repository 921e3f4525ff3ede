/** What stands on a receipt: what the mesh decided for one call and why, as whoever reads it knows it. */
import type { Blame, Outcome } from '../../core/outcome.ts'
import type { AccessNote, Freshness, OverrideNote, RateNote, RetryRefusal, Skipped } from '../../core/receipt.ts'

/** A record that was read for the call: for the name, an alias, a wildcard or a backend. */
export interface RecordRead {
  /** Its registry key; of a name without a record, the name's own. */
  readonly key: string
  /** `null`: the record has no revision, since it was written by hand. Not there: there is no record. */
  readonly revision?: string | null | undefined
  readonly freshness?: Freshness | undefined
  /** Why a newer record was refused. */
  readonly refused?: string | undefined
}

/** An endpoint that could have been chosen, as it stood at the choice. */
export interface CandidateRead {
  readonly endpoint: string
  readonly weight: number
  readonly state: 'healthy' | 'ejected' | 'probed'
  /** Until when it is left alone, in milliseconds since the epoch, where it is ejected. */
  readonly ejectedUntil?: number | undefined
  /** Requests in flight to it from this isolate. */
  readonly inFlight: number
  /** Median of its recent successes, in milliseconds, where that is known. */
  readonly latencyMs?: number | undefined
  /** What the balancer compares: lower is better. */
  readonly cost: number
  /** Would the call have had to wait until it woke? */
  readonly isCold?: true | undefined
  /** Why it was not among those that the balancer chose from. */
  readonly skipped?: 'ejected' | 'full' | 'tried' | 'farther' | undefined
}

/** One time that the balancer was asked. */
export interface Round {
  /** Positions in `candidates`, in the order in which the balancer saw them. */
  readonly among: readonly number[]
  /** What chance gave, 0 up to 1, in order. */
  readonly draws: readonly number[]
  /** A position in `candidates`; not there where none was chosen. */
  readonly chosen?: number | undefined
}

/** How the endpoint of one attempt was chosen. */
export interface ChoiceRead {
  /** 1 is the first attempt. */
  readonly attempt: number
  /** When, in milliseconds since the epoch. */
  readonly at: number
  readonly algorithm: string
  /** Was it chosen by a key of the request (`ringHash`)? The key is not told. */
  readonly isKeyed?: true | undefined
  readonly candidates: readonly CandidateRead[]
  /** None where a session or a probe decided. A second where the first one chosen was full. */
  readonly rounds: readonly Round[]
  /** The endpoint that was chosen; not there where the attempt was refused. */
  readonly chosen?: string | undefined
}

export interface AttemptRead {
  readonly number: number
  readonly endpoint: string
  /** Milliseconds from the beginning of the call. */
  readonly startedMs: number
  readonly tookMs: number
  /** Not there: it was still under way when the answer left. */
  readonly outcome?: Outcome | undefined
  readonly blame?: Blame | undefined
  readonly status?: number | undefined
  /** The message of the error, where there was no answer. */
  readonly reason?: string | undefined
  readonly isCold?: true | undefined
}

/** What stands on a receipt. A field that is not there is not known, or there was nothing to say. */
export interface ReceiptView {
  /** When the call began, in milliseconds since the epoch. */
  readonly at: number
  /** The Cloudflare location that decided: `AMS`. */
  readonly location?: string | undefined
  /** The isolate that decided: a name that it has given itself. */
  readonly isolate?: string | undefined
  readonly service?: string | undefined
  /** The name that was called, then each alias that was followed. */
  readonly path: readonly string[]
  /** In the order in which they were read, each once. */
  readonly records: readonly RecordRead[]
  /** The key of the record that was obeyed. */
  readonly key?: string | undefined
  /** The rule that matched: its name, or its position. */
  readonly rule?: string | undefined
  /** The service that the rule chose, where that is another. */
  readonly backend?: string | undefined
  /** What chance gave where the rule chose among its backends. */
  readonly backendDraws?: readonly number[] | undefined
  /** Endpoints that cannot be reached from that Worker, and why. */
  readonly skipped: readonly Skipped[]
  readonly choices: readonly ChoiceRead[]
  readonly attempts: readonly AttemptRead[]
  readonly hedged?: boolean | undefined
  readonly retriesUsed: number
  /** Why the last failed attempt was not retried (docs/retries.md). */
  readonly retryRefused?: RetryRefusal | undefined
  /** Retries that the retry budget could still pay for; `null` where it has no bound. */
  readonly budgetLeft?: number | null | undefined
  /** Retries left of the allowance. */
  readonly allowanceLeft?: number | undefined
  /** Milliseconds left of the deadline when the answer left; `null` where there is none. */
  readonly deadlineLeftMs?: number | null | undefined
  /** The code of the mesh's error, and its message. */
  readonly error?: string | undefined
  readonly detail?: string | undefined
  /** What a signed override did: the record that took the place of what was called, and for whom; or why it was not applied. */
  readonly override?: OverrideNote | undefined
  /** What the records on the way said of the caller: by which rule, and whether that was enforced. */
  readonly access?: readonly AccessNote[] | undefined
  /** What counted the call, where a record on the way limits how often it is made. */
  readonly rates?: readonly RateNote[] | undefined
  /** Headers with a deadline that could not be read. */
  readonly unread?: readonly string[] | undefined
  /** Milliseconds until the answer left, and how many of them endpoints took. */
  readonly tookMs: number
  readonly targetMs: number
  /** What did not fit: names of fields of this view. */
  readonly leftOut?: readonly string[] | undefined
}
