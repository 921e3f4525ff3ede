/** Dead letters that were kept: each message once, with why it died and how often, until it is redriven, dropped or too old. */
import type { Clock } from '../../core/time/clock.ts'
import { type Random, systemRandom } from '../../core/time/random.ts'
import { type DeadLetter, REQUEST } from '../../telemetry/dead-letter.ts'
import type { SqlValue, Store } from '../store.ts'

/** A letter without its message. */
export interface LetterRow {
  /**
   * 16 hex digits, drawn for each message: queue, name that was called and id are one message together; of an event its source and its
   * subscriber, too.
   */
  readonly id: string
  /** The id of the message: the caller's `idempotency-key`, or one of its own. */
  readonly messageId: string
  readonly queue: string
  /** The name that was called. */
  readonly subject: string | null
  /** The service that did not get it. */
  readonly to: string | null
  readonly reason: string
  readonly detail: string
  readonly attempts: number
  /** How often it was put here: more than once where it was redriven, or where whoever delivered it ended before it was settled. */
  readonly times: number
  readonly redriven: number
  /**
   * - `dead`: it waits for somebody.
   * - `sending`: it is being redriven; one that stays so was not.
   * - `redriven`: it is in its queue again.
   */
  readonly status: 'dead' | 'sending' | 'redriven'
  /** Milliseconds since the Unix epoch. */
  readonly firstAt: number
  readonly lastAt: number
  readonly traceId: string | null
}

export interface LettersQuestion {
  readonly queue?: string | undefined
  readonly reason?: string | undefined
  /** A service: the name that was called, or the one that did not get it. */
  readonly service?: string | undefined
  /** `waiting` is `dead` and `sending`. Default: all. */
  readonly status?: 'waiting' | 'redriven' | undefined
  /** 1 to 1,000. Default 100. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

export interface LetterCount {
  readonly queue: string
  readonly reason: string
  readonly letters: number
  /** When the one that waits longest came. */
  readonly oldestAt: number
}

export interface LettersEngine {
  /** False where there is no room, or the text is no letter: it is to come again. */
  keep(letter: string): Promise<boolean>
  /** The newest first. */
  list(question?: LettersQuestion): { readonly items: LetterRow[]; readonly cursor?: string }
  /** The letter as text: what a message holds is any JSON. */
  read(id: string): { readonly row: LetterRow; readonly letter: string } | undefined
  /** It is about to be put into its queue again. False: there is none. */
  sending(id: string): boolean
  /** It was; or it was not, and waits as before. */
  sent(id: string, isSent: boolean): void
  /** False: there is none. */
  drop(id: string): boolean
  /** Those that wait, by queue and reason. */
  counts(): LetterCount[]
  /** Lets go of what is too old. */
  turn(): void
  /** When the next turn is to be taken, at the latest; `undefined`: when a letter is kept. */
  nextAt(): number | undefined
}

export interface LettersCaps {
  readonly rows: number
  readonly bytes: number
}

/** A fifth of what an object may hold (10 GB), so that there is room to read and to prune. */
const CAPS: LettersCaps = { rows: 100_000, bytes: 2_000_000_000 }
/** As long as a queue keeps a message at most. */
const KEEP_MS = 14 * 24 * 3_600_000
/** How often it looks for what is too old, in milliseconds. */
const TURN_MS = 3_600_000
const MOST_PAGE = 1000
const ID_BYTES = 8

const TABLES = `
  CREATE TABLE IF NOT EXISTS letters (
    id TEXT PRIMARY KEY, known TEXT NOT NULL UNIQUE, messageId TEXT NOT NULL, queue TEXT NOT NULL, subject TEXT, receiver TEXT, reason TEXT NOT NULL, detail TEXT NOT NULL,
    attempts INTEGER NOT NULL, times INTEGER NOT NULL, redriven INTEGER NOT NULL, status TEXT NOT NULL,
    firstAt INTEGER NOT NULL, lastAt INTEGER NOT NULL, traceId TEXT, bytes INTEGER NOT NULL, letter TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS lettersByAge ON letters (lastAt, id);
  CREATE INDEX IF NOT EXISTS lettersByCause ON letters (queue, reason, status, firstAt, bytes)`

const COLUMNS = `id, messageId, queue, subject, receiver AS "to", reason, detail, attempts, times, redriven, status, firstAt, lastAt, traceId`

type Row = LetterRow & Record<string, SqlValue>

export interface LettersOptions {
  readonly store: Store
  readonly clock: Clock
  /** Default: the platform's. */
  readonly random?: Random
  /** Is told when a turn is to be taken. */
  readonly wake?: (at: number) => void
  readonly caps?: LettersCaps
}

export function lettersEngine({
  store,
  clock,
  random = systemRandom(),
  wake,
  caps = CAPS,
}: LettersOptions): LettersEngine {
  const { sql } = store
  sql.exec(TABLES)
  let held: { rows: number; bytes: number } | undefined

  /** Counted once in an object's life, and kept up from there. */
  function count(): { rows: number; bytes: number } {
    held ??= sql
      .exec<{ rows: number; bytes: number }>('SELECT COUNT(*) AS rows, COALESCE(SUM(bytes), 0) AS bytes FROM letters')
      .toArray()[0] ?? { rows: 0, bytes: 0 }
    return held
  }

  function remove(where: string, ...bindings: SqlValue[]): boolean {
    const held = count()
    const gone = sql
      .exec<{ bytes: number }>(`DELETE FROM letters WHERE ${where} RETURNING bytes`, ...bindings)
      .toArray()
    for (const { bytes } of gone) {
      held.rows -= 1
      held.bytes -= bytes
    }
    return gone.length > 0
  }

  function keep(text: string): boolean {
    const letter = letterIn(text)
    if (!letter) return false
    const { id: messageId, subject = null, traceparent, data } = letter
    const { queue, to = null, reason, detail, attempts } = data
    const known = JSON.stringify([queue, subject, messageId, ...eventOf(data.message)])
    const now = clock.now()
    const held = count()
    const before = sql.exec<{ bytes: number }>('SELECT bytes FROM letters WHERE known = ?', known).toArray()[0]
    const rows = held.rows + (before ? 0 : 1)
    const bytes = held.bytes - (before?.bytes ?? 0) + text.length
    if (rows > caps.rows || bytes > caps.bytes) return false
    sql.exec(
      `INSERT INTO letters VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, 'dead', ?, ?, ?, ?, ?)
       ON CONFLICT (known) DO UPDATE SET receiver = excluded.receiver, reason = excluded.reason, detail = excluded.detail,
         attempts = excluded.attempts, times = times + 1, status = 'dead', lastAt = excluded.lastAt,
         traceId = excluded.traceId, bytes = excluded.bytes, letter = excluded.letter`,
      random.hex(ID_BYTES),
      known,
      messageId,
      queue,
      subject,
      to,
      reason,
      detail,
      attempts,
      now,
      now,
      traceparent?.split('-')[1] ?? null,
      text.length,
      text,
    )
    Object.assign(held, { rows, bytes })
    if (rows === 1) wake?.(now + TURN_MS)
    return true
  }

  return {
    keep: async (text) => keep(text),

    list({ queue, reason, service, status, limit = 100, cursor } = {}) {
      const most = Math.max(1, Math.min(limit, MOST_PAGE))
      const [at, after] = cursorOf(cursor)
      const rows = sql
        .exec<Row>(
          `SELECT ${COLUMNS} FROM letters WHERE (lastAt, id) < (?, ?) AND (? IS NULL OR queue = ?) AND (? IS NULL OR reason = ?)
             AND (? IS NULL OR subject = ? OR receiver = ?) AND (? IS NULL OR (status = 'redriven') = (? = 'redriven'))
           ORDER BY lastAt DESC, id DESC LIMIT ?`,
          at,
          after,
          ...twice(queue),
          ...twice(reason),
          ...twice(service),
          service ?? null,
          ...twice(status),
          most + 1,
        )
        .toArray()
      const items = rows.slice(0, most)
      const last = items.at(-1)
      return rows.length > most && last ? { items, cursor: `${last.lastAt}:${last.id}` } : { items }
    },

    read(id) {
      const query = `SELECT ${COLUMNS}, letter FROM letters WHERE id = ?`
      const [found] = sql.exec<Row & { letter: string }>(query, id).toArray()
      if (!found) return undefined
      const { letter, ...row } = found
      return { row, letter }
    },

    sending: (id) =>
      sql.exec("UPDATE letters SET status = 'sending', redriven = redriven + 1 WHERE id = ? RETURNING id", id).toArray()
        .length > 0,

    sent(id, isSent) {
      // It may have died again meanwhile.
      const set = isSent ? "status = 'redriven'" : "status = 'dead', redriven = redriven - 1"
      sql.exec(`UPDATE letters SET ${set} WHERE id = ? AND status = 'sending'`, id)
    },

    drop: (id) => remove('id = ?', id),

    counts: () =>
      sql
        .exec<LetterCount & Record<string, SqlValue>>(
          `SELECT queue, reason, COUNT(*) AS letters, MIN(firstAt) AS oldestAt FROM letters
           WHERE status <> 'redriven' GROUP BY queue, reason ORDER BY queue, reason`,
        )
        .toArray(),

    turn() {
      const now = clock.now()
      remove('lastAt <= ?', now - KEEP_MS)
      if (count().rows > 0) wake?.(now + TURN_MS)
    },

    nextAt: () => (count().rows > 0 ? clock.now() + TURN_MS : undefined),
  }
}

function twice(value: string | undefined): [string | null, string | null] {
  return [value ?? null, value ?? null]
}

function cursorOf(cursor: string | undefined): [number, string] {
  const [, at, id] = /^(\d{1,15}):([0-9a-f]+)$/.exec(cursor ?? '') ?? []
  return at === undefined || id === undefined ? [Number.MAX_SAFE_INTEGER, ''] : [Number(at), id]
}

function letterIn(text: string): DeadLetter | undefined {
  try {
    const letter = JSON.parse(text)
    const { queue, to, reason, detail, attempts } = letter.data
    const isThere = [letter.id, queue, reason, detail].every((one) => typeof one === 'string')
    const isSound = [letter.subject, letter.traceparent, to].every(
      (one) => one === undefined || typeof one === 'string',
    )
    return isThere && isSound && Number.isInteger(attempts) ? letter : undefined
  } catch {
    return undefined
  }
}

/** What tells an event from others of its id: two sources may number alike, and each subscriber has a message of its own. */
function eventOf(message: unknown): unknown[] {
  if (typeof message !== 'object' || message === null || !('type' in message) || message.type === REQUEST) return []
  const { source, subscriber, meshkey } = message as Readonly<Record<string, unknown>>
  return [source, subscriber, meshkey]
}
