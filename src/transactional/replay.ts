/** Events that were sent and are kept: one subscriber may have them again, which a queue cannot give. */
import type { Clock } from '../core/time/clock.ts'
import type { Alarms } from './alarms.ts'
import { BATCH_ROWS, type EventQueue, sendAll, type Waiting } from './send.ts'
import type { Transactional } from './storage.ts'

export interface Replay {
  /** Events published at this instant or later, in milliseconds since the Unix epoch. Default: all that are kept. */
  readonly since?: number
  /** The id of the subscription that gets them; nobody else does. */
  readonly subscriber: string
}

interface Kept {
  /** Keeps the rows of the outbox up to this one, which are about to be deleted. */
  keep(seq: number): void
  replay(options: Replay): number
}

interface KeptOptions {
  readonly clock: Clock
  readonly keepMs: number
  readonly alarms: Alarms
  readonly to: EventQueue
  readonly idOf: (seq: number) => string
}

const SENT = 'outbox kept'
const AGAIN = 'outbox replay'

type Row = { id: number; subscriber: string; next: number; last: number }

export function replays(storage: Transactional, { clock, keepMs, alarms, to, idOf }: KeptOptions): Kept {
  if (!(keepMs > 0)) return { keep() {}, replay: refused }
  const { sql } = storage
  sql.exec(
    `CREATE TABLE IF NOT EXISTS selvedge_sent (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, event TEXT NOT NULL);
     CREATE TABLE IF NOT EXISTS selvedge_replays (id INTEGER PRIMARY KEY, subscriber TEXT NOT NULL, next INTEGER NOT NULL, last INTEGER NOT NULL)`,
  )

  alarms.on(SENT, () => {
    const oldestAt = clock.now() - keepMs
    // Rows stand in the order of their instants: it stops at the first that is young enough.
    sql.exec(
      `DELETE FROM selvedge_sent WHERE seq < COALESCE(
         (SELECT seq FROM selvedge_sent WHERE at > ? ORDER BY seq LIMIT 1), (SELECT MAX(seq) + 1 FROM selvedge_sent))`,
      oldestAt,
    )
    const [first] = sql.exec<{ at: number }>('SELECT at FROM selvedge_sent ORDER BY seq LIMIT 1').toArray()
    if (first) alarms.set(SENT, first.at + keepMs)
  })

  alarms.on(AGAIN, async () => {
    for (const { id, subscriber, last } of sql.exec<Row>('SELECT * FROM selvedge_replays ORDER BY id').toArray()) {
      const isDone = await sendAll({
        to,
        clock,
        idOf,
        subscriber,
        next: () =>
          sql
            .exec<Waiting>(
              `SELECT seq, event FROM selvedge_sent
               WHERE seq >= (SELECT next FROM selvedge_replays WHERE id = ?) AND seq <= ? ORDER BY seq LIMIT ?`,
              id,
              last,
              BATCH_ROWS,
            )
            .toArray(),
        sent: (seq) => sql.exec('UPDATE selvedge_replays SET next = ? WHERE id = ?', seq + 1, id),
      })
      if (!isDone) return alarms.set(AGAIN, clock.now())
      sql.exec('DELETE FROM selvedge_replays WHERE id = ?', id)
    }
  })

  return {
    keep(seq) {
      sql.exec('INSERT INTO selvedge_sent SELECT seq, at, event FROM selvedge_outbox WHERE seq <= ?', seq)
      if (alarms.get(SENT) === undefined) alarms.set(SENT, clock.now() + keepMs)
    },
    replay({ since = 0, subscriber }) {
      if (typeof subscriber !== 'string' || subscriber === '') {
        throw new TypeError(`A replay names its subscriber; got ${JSON.stringify(subscriber)}.`)
      }
      if (!Number.isFinite(since)) throw new TypeError(`since is milliseconds since 1970; got ${since}.`)
      return storage.transactionSync(() => {
        const [found] = sql
          .exec<{ first: number | null; last: number | null; rows: number }>(
            'SELECT MIN(seq) AS first, MAX(seq) AS last, COUNT(*) AS rows FROM selvedge_sent WHERE at >= ?',
            since,
          )
          .toArray()
        if (found?.first == null) return 0
        sql.exec(
          'INSERT INTO selvedge_replays (subscriber, next, last) VALUES (?, ?, ?)',
          subscriber,
          found.first,
          found.last,
        )
        alarms.set(AGAIN, clock.now())
        return found.rows
      })
    },
  }
}

function refused(): never {
  throw new TypeError('Nothing is kept that could be replayed: the outbox has no "keepMs".')
}
