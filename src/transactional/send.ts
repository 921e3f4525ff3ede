/** Sends what waits, in batches that a queue takes, in order; what was sent is forgotten only then. */
import { type Clock, within } from '../core/time/clock.ts'
import { ADDED_BYTES, eventOf, LARGEST_CHARACTER, type StoredEvent } from './event.ts'

/** A part of `Queue`. */
export interface EventQueue {
  sendBatch(messages: { body: StoredEvent; contentType: 'json' }[]): Promise<unknown>
}

/** A row that waits. */
export type Waiting = {
  readonly seq: number
  /** Where it is not made of the sequence. */
  readonly id?: string
  readonly event: string
}

/** Messages of a batch (Queues limits). */
export const BATCH_ROWS = 100
/** Of 256 KB that a batch holds. Counted in characters of three bytes at most, so that nobody encodes to measure. */
const BATCH_BYTES = 240_000
/** A queue may hang for a minute (cloudflare/workerd#6053). In milliseconds. */
const SEND_MS = 10_000
/** One alarm relays for so long, in milliseconds, so that others of the object have their turn. */
const TURN_MS = 30_000

export interface Relaying {
  readonly to: EventQueue
  readonly clock: Clock
  /** `BATCH_ROWS` rows at most that are to be sent next, in order. */
  next(): Waiting[] | Promise<Waiting[]>
  /** All up to this one were sent. */
  sent(seq: number): unknown
  /** Of a row without an id. */
  idOf(seq: number): string
  readonly subscriber?: string | undefined
}

/**
 * @returns whether nothing is left; false where its time is up.
 * @throws what the queue says, or that it says nothing. What was not sent stays.
 */
export async function sendAll({ to, clock, next, sent, idOf, subscriber }: Relaying): Promise<boolean> {
  const endsAt = clock.now() + TURN_MS
  for (;;) {
    const rows = fitting(await next())
    const last = rows.at(-1)
    if (!last) return true
    const messages = rows.map(({ seq, id, event }) => ({
      body: eventOf(event, id ?? idOf(seq), seq, subscriber),
      contentType: 'json' as const,
    }))
    await within(clock, SEND_MS, to.sendBatch(messages), () => new Error(`The queue took nothing for ${SEND_MS} ms.`))
    await sent(last.seq)
    if (clock.now() >= endsAt) return false
  }
}

/** As many of them, from the first on, as fit into a batch; one at least. */
function fitting(rows: Waiting[]): Waiting[] {
  let left = BATCH_BYTES
  const over = rows.findIndex(({ event }) => {
    left -= event.length * LARGEST_CHARACTER + ADDED_BYTES
    return left < 0
  })
  return over < 0 ? rows : rows.slice(0, Math.max(1, over))
}
