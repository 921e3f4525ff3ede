/** The outbox for D1: the event is a row of the batch that changes the state; an object of the service sends what waits. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type Random, systemRandom } from '../core/time/random.ts'
import { alarms } from './alarms.ts'
import { eventText, type Published } from './event.ts'
import { BATCH_ROWS, type EventQueue, sendAll, type Waiting } from './send.ts'
import { assertKey, type ObjectState, type SqlValue } from './storage.ts'

/** A part of `D1PreparedStatement`. */
export interface Statement {
  bind(...values: SqlValue[]): Statement
  all<Row>(): Promise<{ results: Row[] }>
}

/** A part of `D1Database`. */
export interface Database<S extends Statement> {
  prepare(query: string): S
  batch(statements: ReturnType<S['bind']>[]): Promise<unknown>
}

/** For a migration of the database, before any of these is called. */
export const D1_TABLES = `CREATE TABLE IF NOT EXISTS selvedge_outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, event TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS selvedge_once (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS selvedge_once_at ON selvedge_once (at);`

/** What a lost `kick` costs, in milliseconds. */
const POLL_MS = 60_000
/** Ids are kept for so long, in milliseconds. */
const KEEP_MS = 7 * 86_400_000
const ALARM = 'relay'

export interface D1Outbox<S extends Statement> {
  /**
   * The row of an event, for the batch that changes the state: both are kept, or neither.
   *
   * @throws {RangeError} where a message would not hold the event (127,488 bytes).
   */
  row(event: Published): ReturnType<S['bind']>
}

/**
 * @param options.source the `source` of its events: a URI, as `http://orders/`.
 *
 * @example
 * const events = d1Outbox(env.DB, { source: 'http://orders/' })
 * await env.DB.batch([insertOrder, events.row({ type: 'com.example.order.placed', subject: id, data })])
 * ctx.waitUntil(env.RELAY.getByName('orders').kick())
 */
export function d1Outbox<S extends Statement>(
  db: Pick<Database<S>, 'prepare'>,
  { source, clock = systemClock, random = systemRandom() }: { source: string; clock?: Clock; random?: Random },
): D1Outbox<S> {
  const insert = 'INSERT INTO selvedge_outbox (id, event) VALUES (?, ?)'
  return {
    row: (event) =>
      db.prepare(insert).bind(random.hex(16), eventText(event, source, clock.now())) as ReturnType<S['bind']>,
  }
}

export interface D1Relay {
  /** There is something to send. Who does not hear it has it sent a minute later. */
  kick(): void
  /** To be called by the object's own `alarm()`. It does not throw. */
  alarm(info?: unknown): Promise<void>
}

export interface D1RelayOptions {
  readonly db: Pick<Database<Statement>, 'prepare'>
  /** The queue that takes the events. */
  readonly to: EventQueue
  /** Is told why the queue or the database failed; it is tried again after 1 s, doubling up to 5 min. */
  readonly onFailure?: (name: string, error: unknown) => void
  readonly clock?: Clock
}

/** Within one Durable Object a database, of the service's own: it sends rows in the order in which they were committed. */
export function d1Relay(ctx: ObjectState, options: D1RelayOptions): D1Relay {
  const { db, to, clock = systemClock, onFailure } = options
  const woken = alarms(ctx, { clock, ...(onFailure && { onFailure }) })
  woken.on(ALARM, async () => {
    const isDone = await sendAll({
      to,
      clock,
      // Each row has its own.
      idOf: String,
      async next() {
        const query = db.prepare('SELECT seq, id, event FROM selvedge_outbox ORDER BY seq LIMIT ?').bind(BATCH_ROWS)
        return (await query.all<Waiting>()).results
      },
      sent: (seq) => db.prepare('DELETE FROM selvedge_outbox WHERE seq <= ?').bind(seq).all(),
    })
    // A kick that came meanwhile is not put off.
    if (woken.get(ALARM) === undefined) woken.set(ALARM, clock.now() + (isDone ? POLL_MS : 0))
  })
  return {
    kick() {
      if (woken.failures(ALARM) === 0) woken.set(ALARM, clock.now())
    },
    alarm: woken.alarm,
  }
}

/**
 * Runs statements in one batch with the mark of that id: where it was run before, nothing is written.
 *
 * @returns whether it was run now.
 * @throws what the database says of the statements; then nothing was written. {TypeError} for an empty id.
 */
export async function d1Once<S extends Statement>(
  db: Database<S>,
  id: string,
  statements: readonly ReturnType<S['bind']>[],
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Promise<boolean> {
  assertKey(id)
  const bound = (query: string, ...values: SqlValue[]) => db.prepare(query).bind(...values) as ReturnType<S['bind']>
  const now = clock.now()
  try {
    await db.batch([
      bound('INSERT INTO selvedge_once VALUES (?, ?)', id, now),
      ...statements,
      bound(
        'DELETE FROM selvedge_once WHERE id IN (SELECT id FROM selvedge_once WHERE at < ? ORDER BY at LIMIT 10)',
        now - KEEP_MS,
      ),
    ])
    return true
  } catch (error) {
    // A conflict of the mark, or one of theirs?
    const { results } = await bound('SELECT id FROM selvedge_once WHERE id = ?', id).all()
    if (results.length > 0) return false
    throw error
  }
}
