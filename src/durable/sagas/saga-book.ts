/** The list of sagas: one row each, so that one that stands still is seen. A saga itself needs nothing of it. */
import { SAGA_ENDS, type SagaState, type SagaTold } from '../../core/saga/told.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Store } from '../store.ts'

/** Instants are milliseconds since the Unix epoch. */
export type SagaRow = {
  readonly id: string
  readonly saga: string
  readonly version: number
  readonly state: SagaState
  readonly step: string
  readonly because: string | null
  /** The Workflow, by its name in the Worker that started it. */
  readonly binding: string | null
  /** The trace of all its calls. */
  readonly traceId: string | null
  /** The type of the event that it waits for. */
  readonly waitsFor: string | null
  readonly cancelledBy: string | null
  /** What was decided last, by whom and why. */
  readonly decided: string | null
  readonly startedAt: number
  readonly changedAt: number
  readonly parkedAt: number | null
  readonly endedAt: number | null
}

export interface SagaQuery {
  readonly state?: SagaState | undefined
  readonly saga?: string | undefined
  readonly version?: number | undefined
  readonly cursor?: string | undefined
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
}

/** Sagas of one name and version that stand alike. */
export type SagaCount = {
  readonly saga: string
  readonly version: number
  readonly state: SagaState
  readonly count: number
  /** When the first of them was parked. */
  readonly parkedAt: number | null
  /** How many are parked at their definition: without the code that they began with. */
  readonly withoutCode: number
}

export interface SagaBook {
  tell(told: SagaTold): void
  /** Notes at which step it is, and which event it waits for. Gives who has called it off. */
  look(id: string, step: string, waitsFor?: string): string | undefined
  get(id: string): SagaRow | undefined
  /** The newest first. */
  list(query: SagaQuery): { items: SagaRow[]; cursor?: string }
  counts(): SagaCount[]
  /** Those that have not ended, and of which nothing was heard for the longest time. */
  stalest(limit: number): SagaRow[]
  /** Calls it off: it is refused at its next step. `false`: it has ended, or nobody knows it. */
  cancel(id: string, by: string): boolean
  /** Notes a decision. */
  decided(id: string, what: string): void
}

/** Ended sagas are listed for so long, in milliseconds: as long as Workflows keeps what has ended (30 days). */
const KEEP_MS = 30 * 86_400_000
/** And no more of them than so many. */
const MOST_ENDED = 100_000

export function sagaBook({ sql }: Store, clock: Clock, mostEnded = MOST_ENDED): SagaBook {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS sagas (
      id TEXT PRIMARY KEY, saga TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL,
      because TEXT, binding TEXT, traceId TEXT, waitsFor TEXT, cancelledBy TEXT, decided TEXT,
      startedAt INTEGER NOT NULL, changedAt INTEGER NOT NULL, parkedAt INTEGER, endedAt INTEGER) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS sagasByAge ON sagas (startedAt, id);
    CREATE INDEX IF NOT EXISTS sagasByEnd ON sagas (endedAt);
    CREATE INDEX IF NOT EXISTS sagasByState ON sagas (state, startedAt, id);
  `)

  let ended: number | undefined
  /** Counted once in an object's life, and kept up from there. */
  function countEnded(): number {
    const query = 'SELECT COUNT(*) AS count FROM sagas WHERE endedAt IS NOT NULL'
    ended ??= sql.exec<{ count: number }>(query).toArray()[0]?.count ?? 0
    return ended
  }

  function remove(where: string, binding: number): void {
    const before = countEnded()
    ended = before - sql.exec(`DELETE FROM sagas WHERE ${where} RETURNING id`, binding).toArray().length
  }

  function letGo(now: number): void {
    remove('endedAt < ?', now - KEEP_MS)
    const over = countEnded() - mostEnded
    if (over > 0) remove('id IN (SELECT id FROM sagas WHERE endedAt IS NOT NULL ORDER BY endedAt LIMIT ?)', over)
  }

  const hasEnded = (id: string) =>
    sql.exec('SELECT 1 FROM sagas WHERE id = ? AND endedAt IS NOT NULL', id).toArray().length > 0

  return {
    tell({ id, saga, version, state, step, because = null, binding = null, traceId = null }) {
      const now = clock.now()
      const isEnd = SAGA_ENDS.includes(state)
      const isNews = isEnd && !hasEnded(id)
      // What a step of a saga that has ended tells late changes nothing.
      sql.exec(
        `INSERT INTO sagas (id, saga, version, state, step, because, binding, traceId, startedAt, changedAt, parkedAt, endedAt)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET saga = excluded.saga, version = excluded.version, state = excluded.state,
           step = excluded.step, because = excluded.because, binding = COALESCE(excluded.binding, binding), traceId = COALESCE(excluded.traceId, traceId), waitsFor = NULL,
           changedAt = excluded.changedAt, endedAt = excluded.endedAt,
           parkedAt = CASE WHEN excluded.parkedAt IS NULL THEN NULL ELSE COALESCE(parkedAt, excluded.parkedAt) END
         WHERE endedAt IS NULL OR excluded.endedAt IS NOT NULL`,
        id,
        saga,
        version,
        state,
        step,
        because,
        binding,
        traceId,
        now,
        now,
        state === 'parked' ? now : null,
        isEnd ? now : null,
      )
      if (!isNews) return
      if (ended !== undefined) ended += 1
      letGo(now)
    },
    look(id, step, waitsFor) {
      const [row] = sql
        .exec<{ cancelledBy: string | null }>(
          `UPDATE sagas SET step = ?, waitsFor = ?, changedAt = ? WHERE id = ? AND endedAt IS NULL RETURNING cancelledBy`,
          step,
          waitsFor ?? null,
          clock.now(),
          id,
        )
        .toArray()
      return row?.cancelledBy ?? undefined
    },
    get(id) {
      return sql.exec<SagaRow>('SELECT * FROM sagas WHERE id = ?', id).toArray()[0]
    },
    list({ state, saga, version, cursor, limit = 100 }) {
      const [, at = Number.MAX_SAFE_INTEGER, after = ''] = /^(\d+):(.*)$/.exec(cursor ?? '') ?? []
      // Said so that those of one state are found by their index: most have ended, and few are parked.
      const inState = state === undefined ? '?1 IS NULL' : 'state = ?1'
      const items = sql
        .exec<SagaRow>(
          `SELECT * FROM sagas WHERE ${inState} AND (?2 IS NULL OR saga = ?2) AND (?3 IS NULL OR version = ?3)
             AND (startedAt, id) < (?4, ?5) ORDER BY startedAt DESC, id DESC LIMIT ?6`,
          state ?? null,
          saga ?? null,
          version ?? null,
          Number(at),
          after,
          limit + 1,
        )
        .toArray()
      const page = items.slice(0, limit)
      const last = page.at(-1)
      return { items: page, ...(items.length > limit && last && { cursor: `${last.startedAt}:${last.id}` }) }
    },
    counts() {
      return sql
        .exec<SagaCount>(
          `SELECT saga, version, state, COUNT(*) AS count, MIN(parkedAt) AS parkedAt,
             SUM(CASE WHEN state = 'parked' AND step = 'definition' THEN 1 ELSE 0 END) AS withoutCode FROM sagas
           GROUP BY saga, version, state ORDER BY saga, version, state LIMIT 10000`,
        )
        .toArray()
    },
    stalest(limit) {
      const query = 'SELECT * FROM sagas WHERE endedAt IS NULL ORDER BY changedAt LIMIT ?'
      return sql.exec<SagaRow>(query, limit).toArray()
    },
    cancel(id, by) {
      const set = 'UPDATE sagas SET cancelledBy = ? WHERE id = ? AND endedAt IS NULL RETURNING id'
      return sql.exec<{ id: string }>(set, by, id).toArray().length > 0
    },
    decided(id, what) {
      sql.exec('UPDATE sagas SET decided = ?, changedAt = ? WHERE id = ?', what, clock.now(), id)
    },
  }
}
