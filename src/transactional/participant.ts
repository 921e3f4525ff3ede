/** A participant of a saga: what it did can be undone by the same key, whichever of the two comes first. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import { assertKey, fromJson, rowsOf, synchronous, type Transactional, toJson } from './storage.ts'

export type Forwarded<T> =
  | {
      readonly isUndone: false
      /** False: it was done before, and `value` is what it gave then. */
      readonly isFirst: boolean
      readonly value: T
    }
  /** It was undone before it came, or since: it must not be done any more. Answer 410. */
  | { readonly isUndone: true }

export interface Participant {
  /**
   * Does the work of a step once, in one transaction with its mark. Where `work` throws, nothing is kept, and it may come again.
   *
   * @param key the `idempotency-key` of the step.
   * @param work synchronous; what it gives is remembered as JSON.
   * @throws {TypeError} for an empty key.
   */
  forward<T>(key: string, work: () => T): Forwarded<T>
  /**
   * Undoes it once, and always succeeds: `work` is called only where it was done and is not undone yet. A step that comes later is refused.
   *
   * @param key that of the step, not that of the undo.
   * @param work synchronous; it is given what `forward` gave.
   * @returns whether there was something to undo.
   * @throws {TypeError} for an empty key.
   */
  undo<T>(key: string, work: (value: T) => void): boolean
}

const DAY_MS = 86_400_000
/** What was done may be undone for so long: a saga is parked for a year at most. */
const DONE_MS = 400 * DAY_MS
/** What was undone is refused for so long: no request is on its way for longer. */
const UNDONE_MS = 30 * DAY_MS
/** Old keys that go with each new one, at most. */
const FORGOTTEN = 10

const TABLES = `
  CREATE TABLE IF NOT EXISTS selvedge_steps
    (key TEXT PRIMARY KEY, until INTEGER NOT NULL, isUndone INTEGER NOT NULL, value TEXT) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS selvedge_steps_until ON selvedge_steps (until)`

type Step = { isUndone: number; value: string | null }

/**
 * @example
 * readonly #steps = participant(this.ctx.storage)
 * reserve(key: string, amount: number) { return this.#steps.forward(key, () => this.take(amount)) }
 * release(key: string) { return this.#steps.undo(key, (taken: number) => this.giveBack(taken)) }
 */
export function participant(
  storage: Transactional,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): Participant {
  const { sql } = storage
  function known(key: string): Step | undefined {
    assertKey(key)
    return rowsOf<Step>(sql, TABLES, 'SELECT isUndone, value FROM selvedge_steps WHERE key = ?', key)[0]
  }

  function note(key: string, isUndone: boolean, value: string | null): void {
    const now = clock.now()
    sql.exec(
      'INSERT OR REPLACE INTO selvedge_steps VALUES (?, ?, ?, ?)',
      key,
      now + (isUndone ? UNDONE_MS : DONE_MS),
      isUndone ? 1 : 0,
      value,
    )
    sql.exec(
      `DELETE FROM selvedge_steps WHERE key IN
         (SELECT key FROM selvedge_steps WHERE until < ? ORDER BY until LIMIT ${FORGOTTEN})`,
      now,
    )
  }

  return {
    forward<T>(key: string, work: () => T): Forwarded<T> {
      return storage.transactionSync(() => {
        const step = known(key)
        if (step?.isUndone === 1) return { isUndone: true }
        if (step) return { isUndone: false, isFirst: false, value: fromJson<T>(step.value) }
        const value = synchronous(work())
        note(key, false, toJson(value))
        return { isUndone: false, isFirst: true, value }
      })
    },
    undo<T>(key: string, work: (value: T) => void) {
      return storage.transactionSync(() => {
        const step = known(key)
        const isDone = step?.isUndone === 0
        if (isDone) synchronous(work(fromJson<T>(step.value)))
        // A second undo keeps the first one's time: what is refused is refused for 30 days from then.
        if (step?.isUndone !== 1) note(key, true, null)
        return isDone
      })
    },
  }
}
