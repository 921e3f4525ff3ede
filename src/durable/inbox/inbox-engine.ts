/** The engine of an inbox: a message is claimed while it is delivered, and remembered when it was taken. */
import type { Clock } from '../../core/time/clock.ts'
import type { Claim } from '../../telemetry/inbox.ts'
import type { Store } from '../store.ts'

export interface InboxEngine {
  /** @param leaseMs how long the claim holds where nobody ends it. */
  claim(id: string, leaseMs: number): Claim
  /** @param keepMs how long it is remembered. */
  done(id: string, keepMs: number): void
  /** It was not taken: the next one may have it. A claim that is over, and was made anew, stays. */
  release(id: string, token: number): void
  /** Lets go of what is over. */
  turn(): void
  /** When the next turn is to be taken, at the latest; `undefined`: when a message is claimed. */
  nextAt(): number | undefined
}

export interface InboxOptions {
  readonly store: Store
  readonly clock: Clock
  /** Is told when a turn is to be taken. */
  readonly wake?: (at: number) => void
}

/** How often it looks for what is over, in milliseconds. */
const TURN_MS = 3_600_000

const TABLES = `
  CREATE TABLE IF NOT EXISTS messages (id TEXT PRIMARY KEY, isDone INTEGER NOT NULL, claims INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS messagesByEnd ON messages (until)`

type Row = { isDone: number; claims: number; until: number }

export function inboxEngine({ store: { sql }, clock, wake }: InboxOptions): InboxEngine {
  sql.exec(TABLES)
  const hasRows = () => sql.exec('SELECT 1 FROM messages LIMIT 1').toArray().length > 0
  // Rows that were there before have an alarm. A claim must not put it off: an object that is evicted between claims would never take a turn.
  let isAwake = hasRows()

  function write(id: string, isDone: boolean, claims: number, until: number): void {
    sql.exec(
      `INSERT INTO messages VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET isDone = excluded.isDone, claims = excluded.claims, until = excluded.until`,
      id,
      isDone ? 1 : 0,
      claims,
      until,
    )
    if (!isAwake) wake?.(clock.now() + TURN_MS)
    isAwake = true
  }
  const known = (id: string) =>
    sql.exec<Row>('SELECT isDone, claims, until FROM messages WHERE id = ?', id).toArray()[0]

  return {
    claim(id, leaseMs) {
      const now = clock.now()
      const row = known(id)
      if (row && row.until > now) {
        return row.isDone === 1 ? { state: 'done' } : { state: 'running', leftMs: row.until - now }
      }
      const token = (row?.claims ?? 0) + 1
      write(id, false, token, now + leaseMs)
      return { state: 'new', token }
    },
    done(id, keepMs) {
      write(id, true, known(id)?.claims ?? 1, clock.now() + keepMs)
    },
    release(id, token) {
      sql.exec('DELETE FROM messages WHERE id = ? AND claims = ? AND isDone = 0', id, token)
    },
    turn() {
      const now = clock.now()
      sql.exec('DELETE FROM messages WHERE until <= ?', now)
      isAwake = hasRows()
      if (isAwake) wake?.(now + TURN_MS)
    },
    nextAt: () => (isAwake ? clock.now() + TURN_MS : undefined),
  }
}
