/** Where a mesh tells what it did. It must not throw, and nobody waits for it. */
import type { Deadline } from './deadline.ts'
import type { Ending } from './ending.ts'
import type { ObserverFilter } from './engine/stack.ts'
import type { Subrequests } from './engine/subrequests.ts'
import type { Receipt } from './receipt.ts'
import type { Span, Trace } from './span.ts'
import type { Clock } from './time/clock.ts'
import type { Random } from './time/random.ts'

/**
 * What is known of the request when a span of it ends. It belongs to the request: a sink takes what it needs at once, and keeps
 * none of it.
 */
export interface Telling {
  readonly clock: Clock
  readonly receipt: Receipt
  readonly deadline: Deadline
  readonly subrequests: Subrequests
  readonly trace: Trace | undefined
  /** Who calls, where that is known. */
  readonly caller?: string | undefined
  /** Of a `client` span: the attempt. */
  readonly attempt?:
    | { readonly number: number; readonly isHedge: boolean; readonly ending?: Ending | undefined }
    | undefined
  /** Must the endpoint wake first? */
  readonly isCold?: boolean | undefined
  /** The rule that matched, where the record has any, and what it has looked at. */
  readonly route?: { readonly matches: readonly RuleMatch[] } | undefined
  readonly asked?: { readonly path: string } | undefined
  /** Keeps work alive that outlives the request, where somebody does. No call waits for it. */
  readonly background?: ((work: Promise<unknown>) => void) | undefined
  /** The same, of a `server` span. */
  readonly defer?: ((work: Promise<unknown>) => void) | undefined
}

/** As much of a match as tells of paths. */
export interface RuleMatch {
  readonly path?: { readonly type?: PathKind | undefined; readonly value?: string | undefined } | undefined
}

type PathKind = 'Exact' | 'PathPrefix' | 'RegularExpression'

export interface Sink {
  /** A span has ended. It is a plain value and will not change. Beside it stands all that is known, for those who want more than the span. */
  span(span: Span, telling?: Telling, request?: Request): void
  /** The share of new traces that are marked as sampled, 0 to 1. Default 1. */
  readonly share?: number | undefined
  /** Makes a span of each call, above those of its attempts. Default: nothing does. */
  readonly calls?: CallTracing | undefined
}

export interface CallTracingNeeds extends Telling {
  /** The name that is called. */
  readonly name: string
  readonly random: Random
  /** The span of the request that the call is made for, where this mesh has opened it. */
  readonly span?: Span | undefined
}

export interface CallTracingGives {
  readonly callSpan: Span
  readonly trace: Trace
}

export type CallTracing = ObserverFilter<CallTracingNeeds, CallTracingGives>
