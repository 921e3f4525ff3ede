/** What stands on a receipt: what the mesh decided for one call and why, as whoever reads it knows it. */
import type { Blame, Outcome } from '../../core/outcome.ts'
import type { Freshness, RetryRefusal, Skipped } from '../../core/receipt.ts'

/** A record that was read for the call: for the name, an alias, a wildcard or a backend. */
export interface RecordRead {
  /** Its registry key; of a name without a record, the name's own. */
  readonly key: string
  /** `null`: the record has no revision, since it was written by hand. Not there: there is no record. */
  readonly revision?: string | null
  readonly freshness?: Freshness
  /** Why a newer record was refused. */
  readonly refused?: string
}

/** An endpoint that could have been chosen, as it stood at the choice. */
export interface CandidateRead {
  readonly endpoint: string
  readonly weight: number
  readonly state: 'healthy' | 'ejected' | 'probed'
  /** Until when it is left alone, in milliseconds since the epoch, where it is ejected. */
  readonly ejectedUntil?: number
  /** Requests in flight to it from this isolate. */
  readonly inFlight: number
  /** Median of its recent successes, in milliseconds, where that is known. */
  readonly latencyMs?: number
  /** What the balancer compares: lower is better. */
  readonly cost: number
  /** Would the call have had to wait until it woke? */
  readonly isCold?: true
  /** Why it was not among those that the balancer chose from. */
  readonly skipped?: 'ejected' | 'full' | 'tried' | 'farther'
}

/** One time that the balancer was asked. */
export interface Round {
  /** Positions in `candidates`, in the order in which the balancer saw them. */
  readonly among: readonly number[]
  /** What chance gave, 0 up to 1, in order. */
  readonly draws: readonly number[]
  /** A position in `candidates`; not there where none was chosen. */
  readonly chosen?: number
}

/** How the endpoint of one attempt was chosen. */
export interface ChoiceRead {
  /** 1 is the first attempt. */
  readonly attempt: number
  /** When, in milliseconds since the epoch. */
  readonly at: number
  readonly algorithm: string
  /** Was it chosen by a key of the request (`ringHash`)? The key is not told. */
  readonly isKeyed?: true
  readonly candidates: readonly CandidateRead[]
  /** None where a session or a probe decided. A second where the first one chosen was full. */
  readonly rounds: readonly Round[]
  /** The endpoint that was chosen; not there where the attempt was refused. */
  readonly chosen?: string
}

export interface AttemptRead {
  readonly number: number
  readonly endpoint: string
  /** Milliseconds from the beginning of the call. */
  readonly startedMs: number
  readonly tookMs: number
  /** Not there: it was still under way when the answer left. */
  readonly outcome?: Outcome
  readonly blame?: Blame
  readonly status?: number
  /** The message of the error, where there was no answer. */
  readonly reason?: string
  readonly isCold?: true
}

/** What stands on a receipt. A field that is not there is not known, or there was nothing to say. */
export interface ReceiptView {
  /** When the call began, in milliseconds since the epoch. */
  readonly at: number
  readonly service?: string
  /** The name that was called, then each alias that was followed. */
  readonly path: readonly string[]
  /** In the order in which they were read, each once. */
  readonly records: readonly RecordRead[]
  /** The key of the record that was obeyed. */
  readonly key?: string
  /** The rule that matched: its name, or its position. */
  readonly rule?: string
  /** The service that the rule chose, where that is another. */
  readonly backend?: string
  /** What chance gave where the rule chose among its backends. */
  readonly backendDraws?: readonly number[]
  /** Endpoints that cannot be reached from that Worker, and why. */
  readonly skipped: readonly Skipped[]
  readonly choices: readonly ChoiceRead[]
  readonly attempts: readonly AttemptRead[]
  readonly hedged?: true
  readonly retriesUsed: number
  /** Why the last failed attempt was not retried (docs/retries.md). */
  readonly retryRefused?: RetryRefusal
  /** Retries that the retry budget could still pay for; `null` where it has no bound. */
  readonly budgetLeft?: number | null
  /** Retries left of the allowance. */
  readonly allowanceLeft?: number
  /** Milliseconds left of the deadline when the answer left; `null` where there is none. */
  readonly deadlineLeftMs?: number | null
  /** The code of the mesh's error, and its message. */
  readonly error?: string
  readonly detail?: string
  /** Headers with a deadline that could not be read. */
  readonly unread?: readonly string[]
  /** Milliseconds until the answer left, and how many of them endpoints took. */
  readonly tookMs: number
  readonly targetMs: number
  /** What did not fit: names of fields of this view. */
  readonly leftOut?: readonly string[]
}
