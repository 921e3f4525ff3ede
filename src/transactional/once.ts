/** Once: work that is asked for again, by the same id, is not done again. Mark and work are one transaction. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import { fromJson, rowsOf, synchronous, type Transactional, toJson } from './storage.ts'

export interface Once<T> {
  /** False: it was done before, and `value` is what it gave then. */
  readonly isFirst: boolean
  readonly value: T
}

const DAY_MS = 86_400_000
/**
 * Ids are kept for seven days, and up to a day more: longer than a message waits in a queue unless somebody says more (4 days).
 * They stand by day, so that a row needs no index beside it and the oldest are found at once.
 */
const DAYS = 7
/** Old ids that go with each new one, at most. */
const FORGOTTEN = 100

const TABLES = `CREATE TABLE IF NOT EXISTS selvedge_once
  (day INTEGER NOT NULL, id TEXT NOT NULL, value TEXT, PRIMARY KEY (day, id)) WITHOUT ROWID`

type Found = { oldest: number | null; isKnown: number; value: string | null }

/**
 * Does `work` where that id is new, within one transaction of the receiver's own: where it throws, neither is kept.
 *
 * @param id the `idempotency-key`, or the `ce-id` beside its source.
 * @param work synchronous; what it gives is remembered as JSON.
 * @throws what `work` throws.
 *
 * @example
 * const { isFirst } = once(this.ctx.storage, key, () => this.charge(order))
 */
export function once<T>(
  storage: Transactional,
  id: string,
  work: () => T,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Once<T> {
  const { sql } = storage
  const today = Math.floor(clock.now() / DAY_MS)
  return storage.transactionSync(() => {
    const days = Array.from({ length: DAYS + 1 }, (_, ago) => today - ago)
    const [found] = rowsOf<Found>(sql, TABLES, FIND, ...days, id)
    if (found?.isKnown === 1) return { isFirst: false, value: fromJson<T>(found.value) }
    // After it: who asks for the same within the work of the same id would wait for itself.
    const value = synchronous(work())
    sql.exec('INSERT INTO selvedge_once VALUES (?, ?, ?)', today, id, toJson(value))
    if (found?.oldest != null && found.oldest < today - DAYS) sql.exec(FORGET, today - DAYS)
    return { isFirst: true, value }
  })
}

// Eight days: each is looked up by the key of the table.
const FIND = `SELECT (SELECT MIN(day) FROM selvedge_once) AS oldest, COUNT(*) AS isKnown, MAX(value) AS value
  FROM selvedge_once WHERE day IN (?, ?, ?, ?, ?, ?, ?, ?) AND id = ?`

const FORGET = `DELETE FROM selvedge_once WHERE (day, id) IN
  (SELECT day, id FROM selvedge_once WHERE day < ? ORDER BY day LIMIT ${FORGOTTEN})`
