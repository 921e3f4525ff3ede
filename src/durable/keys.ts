/** Keys: where each name stands between history and KV, and when it is to be looked at. */
import type { Store } from './store.ts'

/** How long a read of KV may show what was there before: three times the 60 s that the platform speaks of. */
export const LAG_MS = 180_000
/** Workers KV takes one write a second for a key. */
const WRITE_MS = 1_000
/** The longest wait between attempts to write a key. */
const MAX_BACKOFF_MS = 300_000

export type Key = {
  readonly name: string
  /** The newest in history; 0: history does not know the name. */
  readonly revision: number
  /** The one that KV is known to have taken. */
  readonly published: number
  readonly putAt: number
  readonly stoodAt: number
  readonly dueAt: number | null
  readonly failures: number
  /** Since when KV is known to hold what nobody here knows; 0: it does not. That is `found`, `null` where the key was deleted. */
  readonly drifted: number
  readonly found: string | null
}

export interface Keys {
  get(name: string): Key
  /** There is a new revision, to be published as soon as KV takes it. */
  append(name: string, revision: number, now: number): void
  /** A revision was made of what stands in KV. */
  journal(name: string, revision: number, now: number): void
  /** KV took a revision. */
  put(name: string, revision: number, now: number): void
  /** KV holds the newest revision: nothing is to be done. */
  confirm(key: Key, now: number): void
  /** KV holds what nobody here knows. It is looked at again at `dueAt`. */
  drift(name: string, found: string | null, dueAt: number, now: number): void
  /** KV lags, or must be written: no drift. It is looked at at that instant. */
  wait(name: string, at: number): void
  /** Looks at names at an instant, or earlier if that was planned. */
  look(names: readonly string[], at: number): void
  /** An operation on KV failed: it is tried again, after ever longer. */
  fail(names: readonly string[], now: number): void
  due(now: number, limit: number): Key[]
  nextDueAt(): number | undefined
}

const COLUMNS = 'name, revision, published, putAt, stoodAt, dueAt, failures, drifted, found'
const CLEAR_BUT_DUE = 'failures = 0, drifted = 0, found = NULL'
const CLEAR = `dueAt = NULL, ${CLEAR_BUT_DUE}`

export function keys({ sql }: Store): Keys {
  const put: Keys['put'] = (name, revision, now) => {
    // What was written meanwhile follows when KV takes it.
    const update = `UPDATE keys SET ${CLEAR_BUT_DUE}, published = ?, putAt = ?, stoodAt = ?,
      dueAt = CASE WHEN revision > ? THEN ? END WHERE name = ?`
    sql.exec(update, revision, now, now, revision, now + WRITE_MS, name)
  }
  return {
    get(name) {
      const [key] = sql.exec<Key>(`SELECT ${COLUMNS} FROM keys WHERE name = ?`, name).toArray()
      return key ?? unknown(name)
    },
    append(name, revision, now) {
      const upsert = `INSERT INTO keys (name, revision, published, dueAt) VALUES (?, ?, 0, ?) ON CONFLICT (name)
        DO UPDATE SET ${CLEAR_BUT_DUE}, revision = excluded.revision, dueAt = MAX(excluded.dueAt, putAt + ${WRITE_MS})`
      sql.exec(upsert, name, revision, now)
    },
    journal(name, revision, now) {
      const upsert = `INSERT INTO keys (name, revision, published, stoodAt) VALUES (?, ?, ?, ?) ON CONFLICT (name)
        DO UPDATE SET ${CLEAR}, revision = excluded.revision, published = excluded.published, stoodAt = excluded.stoodAt`
      sql.exec(upsert, name, revision, revision, now)
    },
    put,
    confirm({ name, revision, published, dueAt, drifted, failures }, now) {
      // A put that nobody heard the end of: when it was is not known, but not long ago.
      if (published !== revision) put(name, revision, now)
      else if (dueAt !== null || drifted || failures) sql.exec(`UPDATE keys SET ${CLEAR} WHERE name = ?`, name)
    },
    wait(name, at) {
      sql.exec(`UPDATE keys SET ${CLEAR_BUT_DUE}, dueAt = ? WHERE name = ?`, at, name)
    },
    drift(name, found, dueAt, now) {
      const upsert = `INSERT INTO keys (name, revision, published, drifted, found, dueAt) VALUES (?, 0, 0, ?, ?, ?) ON CONFLICT (name)
        DO UPDATE SET failures = 0, drifted = CASE WHEN drifted = 0 THEN excluded.drifted ELSE drifted END,
        found = excluded.found, dueAt = excluded.dueAt`
      sql.exec(upsert, name, now, found, dueAt)
    },
    look(names, at) {
      const upsert = `INSERT INTO keys (name, revision, published, dueAt) VALUES (?, 0, 0, ?) ON CONFLICT (name)
        DO UPDATE SET dueAt = MIN(excluded.dueAt, COALESCE(dueAt, excluded.dueAt))`
      for (const name of names) sql.exec(upsert, name, at)
    },
    fail(names, now) {
      const update = `UPDATE keys SET failures = failures + 1, dueAt = ? + MIN(${WRITE_MS} << MIN(failures, 10), ${MAX_BACKOFF_MS}) WHERE name = ?`
      for (const name of names) sql.exec(update, now, name)
    },
    due: (now, limit) =>
      sql.exec<Key>(`SELECT ${COLUMNS} FROM keys WHERE dueAt <= ? ORDER BY dueAt LIMIT ?`, now, limit).toArray(),
    nextDueAt() {
      const [row] = sql.exec<{ at: number | null }>('SELECT MIN(dueAt) AS at FROM keys').toArray()
      return row?.at ?? undefined
    },
  }
}

function unknown(name: string): Key {
  const never = { revision: 0, published: 0, putAt: 0, stoodAt: 0, failures: 0, drifted: 0 }
  return { name, ...never, dueAt: null, found: null }
}
