/** In order: events of a source are applied in their sequence. What is early is held, what is late was applied already. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import { rowsOf, type SqlValue, synchronous, type Transactional } from './storage.ts'

export interface Sequenced {
  readonly source: string
  /** A number, or digits, as in the CloudEvents extension: 1 and up by one. */
  readonly sequence: string | number
}

export interface Ordered {
  /**
   * - `applied`: it was its turn.
   * - `held`: those before it are not here yet; it is applied with them. Answer it like one that was applied.
   * - `old`: it was applied before.
   * - `full`: 1,000 of its source are held. Answer 425, and it comes again.
   */
  readonly outcome: 'applied' | 'held' | 'old' | 'full'
  /** Events applied by this call, with those that were held. */
  readonly applied: number
}

export interface OrderOptions {
  /** The sequence of the first event that is waited for, of a source never heard of. Default 1. */
  readonly first?: number
  /** Default: the platform's. */
  readonly clock?: Clock
}

export interface Gap {
  readonly source: string
  /** The sequence that is missing. */
  readonly waitsFor: number
  /** Since when, in milliseconds since the Unix epoch. */
  readonly since: number
  /** Events that wait for it. */
  readonly held: number
}

/** Events of one source that are held, at most: 128 MB of the largest. */
const MOST_HELD = 1000

const TABLES = `
  CREATE TABLE IF NOT EXISTS selvedge_streams
    (source TEXT PRIMARY KEY, last INTEGER NOT NULL, held INTEGER NOT NULL, since INTEGER) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS selvedge_held
    (source TEXT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY (source, seq)) WITHOUT ROWID`

type Stream = { last: number; held: number; since: number | null }

/**
 * Applies an event where it is its turn, and those that waited for it, in one transaction: where `work` throws, nothing is kept.
 *
 * @param work synchronous; it is called for each event that is applied. An event that was held comes as its JSON says it.
 * @throws {RangeError} where the sequence is none.
 */
export function inOrder<Event extends Sequenced>(
  storage: Transactional,
  event: Event,
  work: (event: Event) => void,
  { first = 1, clock = systemClock }: OrderOptions = {},
): Ordered {
  const { sql } = storage
  const { source } = event
  const seq = sequenceOf(event)
  return storage.transactionSync(() => {
    const [known] = rowsOf<Stream>(
      sql,
      TABLES,
      'SELECT last, held, since FROM selvedge_streams WHERE source = ?',
      source,
    )
    const stream = known ?? { last: first - 1, held: 0, since: null }
    if (seq <= stream.last) return { outcome: 'old', applied: 0 }
    if (seq > stream.last + 1) return hold(sql, stream, event, seq, clock.now())
    synchronous(work(event))
    let [last, held] = [seq, stream.held]
    while (held > 0) {
      const [next] = sql.exec<{ event: string }>(TAKE, source, last + 1).toArray()
      if (!next) break
      synchronous(work(JSON.parse(next.event)))
      last++
      held--
    }
    // What waits now waits for another one.
    write(sql, source, { last, held, since: held > 0 ? clock.now() : null })
    return { outcome: 'applied', applied: last - stream.last }
  })
}

const TAKE = 'DELETE FROM selvedge_held WHERE source = ? AND seq = ? RETURNING event'

function hold<Event extends Sequenced>(
  sql: Transactional['sql'],
  { last, held, since }: Stream,
  event: Event,
  seq: number,
  now: number,
): Ordered {
  if (held >= MOST_HELD) return { outcome: 'full', applied: 0 }
  const { source } = event
  const added = sql
    .exec(
      'INSERT INTO selvedge_held VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING seq',
      source,
      seq,
      JSON.stringify(event),
    )
    .toArray().length
  if (added > 0) write(sql, source, { last, held: held + added, since: since ?? now })
  return { outcome: 'held', applied: 0 }
}

function write(sql: Transactional['sql'], source: string, { last, held, since }: Stream): void {
  const values: SqlValue[] = [source, last, held, since]
  sql.exec(
    `INSERT INTO selvedge_streams VALUES (?, ?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET last = excluded.last, held = excluded.held, since = excluded.since`,
    ...values,
  )
}

/**
 * Sources whose next event is not here though later ones are, the longest first.
 *
 * @param options.limit Default 100.
 */
export function gaps({ sql }: Transactional, { limit = 100 }: { readonly limit?: number } = {}): Gap[] {
  return rowsOf<Gap & Record<string, SqlValue>>(
    sql,
    TABLES,
    `SELECT source, last + 1 AS waitsFor, since, held FROM selvedge_streams WHERE held > 0 ORDER BY since LIMIT ?`,
    limit,
  )
}

/**
 * Gives up what a source waits for: those that are held are applied, up to the next gap. For an event that will never come.
 *
 * @returns how many were applied.
 */
export function passOver<Event extends Sequenced>(
  storage: Transactional,
  source: string,
  work: (event: Event) => void,
  options: OrderOptions = {},
): number {
  const { sql } = storage
  return storage.transactionSync(() => {
    const [next] = rowsOf<{ seq: number | null }>(
      sql,
      TABLES,
      'SELECT MIN(seq) AS seq FROM selvedge_held WHERE source = ?',
      source,
    )
    if (next?.seq == null) return 0
    sql.exec('UPDATE selvedge_streams SET last = ?, held = held - 1 WHERE source = ?', next.seq - 1, source)
    const [row] = sql.exec<{ event: string }>(TAKE, source, next.seq).toArray()
    return row ? inOrder(storage, JSON.parse(row.event) as Event, work, options).applied : 0
  })
}

function sequenceOf({ sequence }: Sequenced): number {
  const number = typeof sequence === 'string' && /^\d+$/.test(sequence) ? Number(sequence) : sequence
  if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number
  throw new RangeError(`A sequence is a whole number; got ${JSON.stringify(sequence)}.`)
}
