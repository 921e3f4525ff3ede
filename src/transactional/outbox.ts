/** The outbox of a Durable Object: a change of its state and the event that tells of it are one commit; an alarm sends what waits. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type Alarms, alarms } from './alarms.ts'
import { eventText, type Published } from './event.ts'
import { type Replay, replays } from './replay.ts'
import { BATCH_ROWS, type EventQueue, sendAll, type Waiting } from './send.ts'
import { type ObjectState, synchronous } from './storage.ts'

export interface OutboxOptions {
  /** The `source` of its events: a URI of this object, as `http://orders/42`. */
  readonly source: string
  /** The queue that takes them. */
  readonly to: EventQueue
  /** How long events that were sent are kept for `replay`, in milliseconds. Default 0: not at all. */
  readonly keepMs?: number
  /** Where the object has alarms of its own. Default: it has none, and its `alarm()` calls that of the outbox. */
  readonly alarms?: Alarms
  /** Is told why a queue took nothing; the outbox tries again by itself. Where `alarms` are given, they tell. */
  readonly onFailure?: (name: string, error: unknown) => void
  /** Default: the platform's. */
  readonly clock?: Clock
}

/** Writes an event into the transaction under way. */
export type Publish = (event: Published) => void

export interface Outbox {
  /**
   * Runs `work` in one transaction: what it writes and the events that it publishes are kept together, or neither where it throws.
   *
   * @throws {RangeError} where a message would not hold an event (127,488 bytes). Nothing is kept.
   * @throws {TypeError} where `work` is asynchronous, or an event has no type. Nothing is kept.
   */
  transaction<T>(work: (publish: Publish) => T): T
  /** To be called by the object's own `alarm()`, unless `alarms` were given. It does not throw: what a queue did not take is sent again after 1 s, doubling up to 5 min. */
  alarm(info?: unknown): Promise<void>
  /**
   * Sends events again that were sent already and are kept, with the same ids, to one subscriber.
   *
   * @returns how many.
   * @throws {TypeError} where nothing is kept, no subscriber is named, or `since` is no instant.
   */
  replay(options: Replay): number
  /** What was published and is not sent. */
  waiting(): Backlog
}

export interface Backlog {
  readonly rows: number
  /** When the oldest was published, in milliseconds since the Unix epoch. `undefined`: there is none. */
  readonly oldestAt: number | undefined
  /** How often in a row the queue took nothing. */
  readonly failures: number
}

const ALARM = 'outbox'

/**
 * @example
 * readonly #outbox = outbox(this.ctx, { source: `http://orders/${this.ctx.id.name}`, to: this.env.EVENTS })
 * place(order: Order) {
 *   return this.#outbox.transaction((publish) => {
 *     this.ctx.storage.sql.exec('INSERT INTO orders VALUES (?)', order.id)
 *     publish({ type: 'com.example.order.placed', subject: order.id, data: order })
 *   })
 * }
 * alarm() { return this.#outbox.alarm() }
 */
export function outbox(ctx: ObjectState, options: OutboxOptions): Outbox {
  const { source, to, keepMs = 0, clock = systemClock, onFailure } = options
  const { sql } = ctx.storage
  // `AUTOINCREMENT`: a number is never given twice, though its row is gone.
  sql.exec(
    `CREATE TABLE IF NOT EXISTS selvedge_outbox
       (seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, event TEXT NOT NULL)`,
  )
  const shared = options.alarms ?? alarms(ctx, { clock, ...(onFailure && { onFailure }) })
  const idOf = (seq: number) => `${ctx.id}:${seq}`
  const kept = replays(ctx.storage, { clock, keepMs, alarms: shared, to, idOf })

  /** Not where it waits already: the queue may be down. */
  function wake(): void {
    if (shared.get(ALARM) === undefined) shared.set(ALARM, clock.now())
  }

  async function relay(): Promise<void> {
    const isDone = await sendAll({
      to,
      clock,
      idOf,
      next: () =>
        sql.exec<Waiting>('SELECT seq, event FROM selvedge_outbox ORDER BY seq LIMIT ?', BATCH_ROWS).toArray(),
      sent: (seq) =>
        ctx.storage.transactionSync(() => {
          kept.keep(seq)
          sql.exec('DELETE FROM selvedge_outbox WHERE seq <= ?', seq)
        }),
    })
    if (!isDone) shared.set(ALARM, clock.now())
  }

  shared.on(ALARM, relay)
  if (sql.exec('SELECT 1 FROM selvedge_outbox LIMIT 1').toArray().length > 0) wake()

  return {
    transaction(work) {
      let state: 'open' | 'published' | 'over' = 'open'
      try {
        return ctx.storage.transactionSync(() => {
          const value = synchronous(
            work((event) => {
              if (state === 'over') throw new TypeError('The transaction is over: nothing can be published in it.')
              const now = clock.now()
              sql.exec('INSERT INTO selvedge_outbox (at, event) VALUES (?, ?)', now, eventText(event, source, now))
              state = 'published'
            }),
          )
          // In the same turn: row, state and alarm are one commit of the platform's.
          if (state === 'published') wake()
          return value
        })
      } finally {
        state = 'over'
      }
    },
    alarm: shared.alarm,
    replay: kept.replay,
    waiting() {
      const [row] = sql
        .exec<{ rows: number; oldest: number | null }>(
          'SELECT COUNT(*) AS rows, MIN(at) AS oldest FROM selvedge_outbox',
        )
        .toArray()
      return { rows: row?.rows ?? 0, oldestAt: row?.oldest ?? undefined, failures: shared.failures(ALARM) }
    },
  }
}
