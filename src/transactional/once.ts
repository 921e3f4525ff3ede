/** Once: work that is asked for again, by the same id, is not done again. Mark and work are one transaction. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import { assertKey, fromJson, rowsOf, synchronous, type Transactional, toJson } from './storage.ts'

export interface Once<T> {
  /** False: it was done before, and `value` is what it gave then. */
  readonly isFirst: boolean
  readonly value: T
}

const WEEK_MS = 7 * 86_400_000
/** Old ids that go with each new one, at most. */
const FORGOTTEN = 100

/**
 * Ids are kept for seven days at least: longer than a message waits in a queue unless somebody says more (4 days). They stand by
 * week, this one and the last, so that a row needs no index beside it and the old ones are found at once.
 */
const TABLES = `CREATE TABLE IF NOT EXISTS selvedge_once
  (week INTEGER NOT NULL, id TEXT NOT NULL, value TEXT, PRIMARY KEY (week, id)) WITHOUT ROWID`

/**
 * Does `work` where that id is new, within one transaction of the receiver's own: where it throws, neither is kept.
 *
 * @param id the `idempotency-key`, or the `ce-id` beside its source.
 * @param work synchronous; what it gives is remembered as JSON.
 * @throws what `work` throws; {TypeError} for an empty id.
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
  assertKey(id)
  const { sql } = storage
  const week = Math.floor(clock.now() / WEEK_MS)
  return storage.transactionSync(() => {
    const [marked] = rowsOf<{ oldest: number }>(sql, TABLES, MARK, week, id, week - 1, id)
    if (!marked) {
      const [known] = sql.exec<{ value: string | null }>(FIND, week, week - 1, id).toArray()
      return { isFirst: false, value: fromJson<T>(known?.value ?? null) }
    }
    const value = synchronous(work())
    const text = toJson(value)
    if (text !== null) sql.exec('UPDATE selvedge_once SET value = ? WHERE week = ? AND id = ?', text, week, id)
    if (marked.oldest < week - 1) sql.exec(FORGET, week - 1)
    return { isFirst: true, value }
  })
}

// One statement looks for the id and marks it.
const MARK = `INSERT INTO selvedge_once (week, id)
  SELECT ?, ? WHERE NOT EXISTS (SELECT 1 FROM selvedge_once WHERE week = ? AND id = ?)
  ON CONFLICT DO NOTHING RETURNING (SELECT MIN(week) FROM selvedge_once) AS oldest`

const FIND = 'SELECT value FROM selvedge_once WHERE week IN (?, ?) AND id = ?'

const FORGET = `DELETE FROM selvedge_once WHERE (week, id) IN
  (SELECT week, id FROM selvedge_once WHERE week < ? ORDER BY week LIMIT ${FORGOTTEN})`
