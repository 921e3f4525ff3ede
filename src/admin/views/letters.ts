/** What the admin API takes and answers of dead letters. */
import type { Paging } from './records.ts'

export interface LettersOptions extends Paging {
  /** The name of a queue. */
  readonly queue?: string | undefined
  readonly reason?: string | undefined
  /** The name that was called, or the service that did not get it. */
  readonly service?: string | undefined
  /** `waiting`, the default: dead, and not redriven since. */
  readonly status?: 'waiting' | 'redriven' | 'all' | undefined
}

export interface LetterView {
  /** 16 hex digits. */
  readonly id: string
  /** The caller's `idempotency-key`, or one of the message's own: the receiver gets it as `idempotency-key`. */
  readonly messageId: string
  readonly queue: string
  /** The name that was called; `null`: the message does not say. */
  readonly subject: string | null
  /** The service that did not get it; `null`: nobody knows. */
  readonly to: string | null
  /** A word, or `status` and a number. */
  readonly reason: string
  readonly detail: string
  /** Deliveries, the last time. */
  readonly attempts: number
  /** How often it died. */
  readonly times: number
  readonly redriven: number
  /** `sending`: it is being redriven; one that stays so was not. */
  readonly status: 'dead' | 'sending' | 'redriven'
  /** ISO 8601, UTC. */
  readonly firstAt: string
  readonly lastAt: string
  readonly traceId: string | null
}

/** A letter with what it holds. */
export interface LetterWholeView extends LetterView {
  /** What the receiver answered last; `null` where it did not. */
  readonly answer: { readonly status: number; readonly body: string } | null
  /** The message as it came. Values of headers that may let somebody in are masked. */
  readonly message: unknown
}

export interface RedrivenView {
  readonly id: string
  /** How often, this time included. */
  readonly redriven: number
  /** The queue that it is in now, by its name in the control plane's Worker. */
  readonly binding: string
}
