/** How the messages of a queue are delivered: what may be written, and the defaults. */
import * as v from 'valibot'
import { durationMs } from '../../schema/duration.ts'
import { duration, object, whole } from '../../schema/kit.ts'
import { bindingName } from '../fields.ts'

/** Optional, from `least` to `most`. */
export function span(least: string, most: string) {
  return v.optional(duration(`a duration from ${least} to ${most}`, durationMs(least), durationMs(most)))
}

/** Queues count in seconds, put a message off by 12 h at most, and keep it for 14 days; a consumer ends after 15 min (Queues limits). */
export function delivery() {
  return object({
    attempts: v.optional(whole(1, 100)),
    backoff: span('1s', '12h'),
    maxBackoff: span('1s', '12h'),
    expire: span('1s', '336h'),
    timeout: span('1s', '10m'),
    deadLetter: v.optional(bindingName('a queue')),
    deduplicate: span('1m', '336h'),
  })
}

export type WrittenDelivery = v.InferOutput<ReturnType<typeof delivery>>

export interface DeliveryPolicy {
  /** Deliveries, not repetitions. Default 8: with the waits below a receiver may be away for five minutes at least. */
  readonly attempts: number
  /** The longest wait after the first delivery, in milliseconds; it doubles with each. Default 5_000 (Dapr's `duration`). */
  readonly backoffMs: number
  /** No wait is longer, in milliseconds. Default 900_000 (15 min). */
  readonly maxBackoffMs: number
  /** How long one delivery may take, in milliseconds, where the receiver's record allows as much. Default 30_000. */
  readonly timeoutMs: number
  /** The binding of the queue that gets the dead letters; `undefined`: DEAD_LETTERS. */
  readonly deadLetter: string | undefined
  /** How long a message that was taken is remembered, so that it is not brought again, in milliseconds. Default `undefined`: it is not. */
  readonly deduplicateMs: number | undefined
}

export function deliveryPolicy(written: WrittenDelivery = {}): DeliveryPolicy {
  return {
    attempts: written.attempts ?? 8,
    backoffMs: durationMs(written.backoff ?? '5s'),
    maxBackoffMs: durationMs(written.maxBackoff ?? '15m'),
    timeoutMs: durationMs(written.timeout ?? '30s'),
    deadLetter: written.deadLetter,
    deduplicateMs: written.deduplicate === undefined ? undefined : durationMs(written.deduplicate),
  }
}
