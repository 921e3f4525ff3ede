/** Sends what is held, in work that nobody waits for: every few seconds, or when there is a batch. One request at a time. */
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { type Clock, sleep } from '../../core/time/clock.ts'
import type { LogLine } from '../log.ts'
import type { Collector } from './address.ts'
import { logsBody, type Resource, tracesBody } from './encode.ts'
import type { Batch, Held } from './held.ts'
import { type Fetch, sendTo } from './send.ts'

export interface ExporterOptions {
  readonly held: Held
  readonly collector: Collector
  readonly resource: Resource
  readonly version: string
  readonly everyMs: number
  readonly timeoutMs: number
  /** Requests to the collector that one request of the mesh may spend. */
  readonly maxRequests: number
  readonly fetch: Fetch
  /** Is told of failures, once a minute at most. */
  warn(line: LogLine): void
}

/** What a request lends for the export: its lifetime, and what it may still ask of the platform. */
export interface Lender {
  readonly clock: Clock
  readonly subrequests?: Pick<Subrequests, 'take'> | undefined
  readonly defer?: ((work: Promise<unknown>) => void) | undefined
}

export interface Exporter {
  /** Something is held: it is sent in time, by this request or by one before it. */
  due(lender: Lender): void
  /** Sends all that is held now. */
  flush(clock: Clock): Promise<void>
}

/** Spans that are worth a request at once. */
const ENOUGH = 512
/** From this on the wait after a failure grows no more. */
const LONGEST_WAIT_MS = 60_000
/** Failures are told at most once in so many milliseconds. */
const TOLD_MS = 60_000

export function exporter(options: ExporterOptions): Exporter {
  const { held, collector, resource, version, everyMs, timeoutMs, maxRequests, fetch, warn } = options
  /** Until then another request has it in hand: numbers, since its promise may be gone with it. */
  let inHandUntil = 0
  let isSending = false
  /** What is being sent. Where its request was ended by the platform nobody hears of it any more. */
  const under = new Set<Batch>()
  let turn = 0
  let failures = 0
  let waitUntil = 0
  let toldAt = Number.NEGATIVE_INFINITY
  let toldDropped = 0

  function due({ clock, subrequests, defer }: Lender): void {
    if (held.waiting === 0) return
    const now = clock.now()
    const isUrgent = held.waiting >= ENOUGH && now >= waitUntil
    if (now < inHandUntil && (isSending || !isUrgent)) return
    if (now >= inHandUntil) for (const batch of under) lose(batch)
    const waitMs = isUrgent ? 0 : Math.max(everyMs, waitUntil - now)
    turn += 1
    const mine = turn
    isSending = isUrgent
    inHandUntil = now + waitMs + maxRequests * 2 * timeoutMs
    const work = (waitMs > 0 ? sleep(clock, waitMs) : Promise.resolve())
      // Meanwhile there was a whole batch, and another request has sent it.
      .then(() => (mine === turn ? send(mine, clock, maxRequests, subrequests) : undefined))
      .catch(() => {})
    defer?.(work)
  }

  function lose(batch: Batch): void {
    under.delete(batch)
    batch.settle(batch.spans.length + batch.lines.length)
  }

  async function send(mine: number, clock: Clock, most: number, subrequests?: Lender['subrequests']): Promise<void> {
    let left = most
    isSending = true
    try {
      // What one request spends is counted as its own.
      for (; left > 0 && held.waiting > 0 && (subrequests?.take(1) ?? true); left--) {
        const batch = held.take()
        if (!batch || !(await isTaken(batch, clock))) break
      }
    } finally {
      if (mine === turn) {
        isSending = false
        inHandUntil = 0
      }
    }
  }

  async function isTaken(batch: Batch, clock: Clock): Promise<boolean> {
    const { spans, lines } = batch
    under.add(batch)
    const [path, body] =
      spans.length > 0
        ? (['/v1/traces', tracesBody(spans, resource, version)] as const)
        : (['/v1/logs', logsBody(lines, resource, version)] as const)
    const { verdict, waitMs, reason, rejected = 0 } = await sendTo(collector, path, body, timeoutMs, clock, fetch)
    clock.turn?.()
    const now = clock.now()
    // It took so long that it was given up.
    if (!under.delete(batch)) return false
    // What may be of use later is kept, and sent first.
    if (verdict === 'again') batch.giveBack()
    else batch.settle(verdict === 'taken' ? rejected : spans.length + lines.length)
    failures = verdict === 'taken' ? 0 : failures + 1
    if (failures > 0) waitUntil = now + Math.min(LONGEST_WAIT_MS, waitMs ?? everyMs * 2 ** failures)
    tell(reason ?? (rejected > 0 ? `${collector.origin} rejected ${rejected} of them` : undefined), now)
    return verdict === 'taken'
  }

  function tell(reason: string | undefined, now: number): void {
    const dropped = held.counts.dropped - toldDropped
    if ((reason === undefined && dropped === 0) || now - toldAt < TOLD_MS) return
    toldAt = now
    toldDropped = held.counts.dropped
    const what = reason === undefined ? 'more was told than there is room for' : reason
    const message = `Traces were not exported: ${what}. ${dropped} spans and lines were dropped since this was last told.`
    warn({ at: new Date(now).toISOString(), level: 'warn', event: 'otlp_failed', message })
  }

  return {
    due,
    async flush(clock) {
      turn += 1
      inHandUntil = clock.now() + timeoutMs
      await send(turn, clock, Number.POSITIVE_INFINITY)
    },
  }
}
