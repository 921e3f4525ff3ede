/** The one alarm of an object, shared by names: each is woken at its own time, and what fails is woken again. */
import { type Clock, systemClock } from '../core/time/clock.ts'
import type { ObjectState } from './storage.ts'

export interface Alarms {
  /** What is done when that name is woken. It may set its name again; where it throws, it is woken again after 1 s, doubling up to 5 min. */
  on(name: string, work: () => void | Promise<void>): void
  /**
   * Wakes that name at an instant, in place of any before. In a transaction it is a part of it.
   *
   * @param at milliseconds since the Unix epoch; what has passed is now.
   * @throws {TypeError} for what is no instant.
   */
  set(name: string, at: number): void
  /** When it is woken next; `undefined` where it is not, or where its work is under way. */
  get(name: string): number | undefined
  clear(name: string): void
  /** Failures of its work in a row. */
  failures(name: string): number
  /** To be called by the object's own `alarm()`. It does what is due, one name after the other, and does not throw for what fails. */
  alarm(info?: unknown): Promise<void>
}

export interface AlarmsOptions {
  /** Is told what a work threw. */
  readonly onFailure?: (name: string, error: unknown) => void
  /** Default: the platform's. */
  readonly clock?: Clock
}

/** The platform gives an alarm up that failed six times (tried: after 2½ min), so we wait by ourselves. In milliseconds. */
const FIRST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 300_000
/** An alarm that should have rung so long ago is lost, in milliseconds. */
const LOST_MS = 60_000

type Row = { name: string; at: number; failures: number; running: number }

/**
 * @example
 * readonly #alarms = alarms(this.ctx)
 * // once, in the constructor:
 * this.#alarms.on('invoice', () => this.sendInvoice())
 * // in a method, to wake it when the order is due: this.#alarms.set('invoice', order.dueAt)
 * alarm() { return this.#alarms.alarm() }
 */
export function alarms(ctx: ObjectState, { clock = systemClock, onFailure }: AlarmsOptions = {}): Alarms {
  const { storage } = ctx
  const { sql } = storage
  const works = new Map<string, () => void | Promise<void>>()
  sql.exec(
    `CREATE TABLE IF NOT EXISTS selvedge_alarms (name TEXT PRIMARY KEY, at INTEGER NOT NULL,
       failures INTEGER NOT NULL, running INTEGER NOT NULL) WITHOUT ROWID`,
  )
  const next = () => sql.exec<{ at: number | null }>('SELECT MIN(at) AS at FROM selvedge_alarms').toArray()[0]?.at
  const row = (name: string) => sql.exec<Row>('SELECT * FROM selvedge_alarms WHERE name = ?', name).toArray()[0]

  /** Not waited for: it is stored in one piece with what was written before it, in the same turn. */
  function arm(): void {
    const at = next()
    if (at != null) void storage.setAlarm(Math.max(at, clock.now()))
  }

  // An alarm is lost where the platform gave it up, or where somebody else set the object's only one.
  void ctx.blockConcurrencyWhile(async () => {
    const set = await storage.getAlarm()
    const at = next()
    if (at != null && (set === null || set > at || set < clock.now() - LOST_MS)) arm()
  })

  async function wake({ name, failures }: Row): Promise<void> {
    // It stays there while it works: whoever ends the object now leaves it to be woken again.
    sql.exec('UPDATE selvedge_alarms SET running = 1 WHERE name = ?', name)
    try {
      const work = works.get(name)
      if (!work) throw new Error(`Nobody answers for the alarm "${name}".`)
      await work()
      // Unless it was set meanwhile.
      sql.exec('DELETE FROM selvedge_alarms WHERE name = ? AND running = 1', name)
    } catch (error) {
      const waitMs = Math.min(FIRST_WAIT_MS * 2 ** failures, LONGEST_WAIT_MS)
      sql.exec(
        'UPDATE selvedge_alarms SET at = ?, failures = ?, running = 0 WHERE name = ?',
        clock.now() + waitMs,
        failures + 1,
        name,
      )
      tell(name, error)
    }
  }

  function tell(name: string, error: unknown): void {
    try {
      onFailure?.(name, error)
    } catch {
      // The others are woken all the same: whoever is told has no say in that.
    }
  }

  return {
    on: (name, work) => void works.set(name, work),
    set(name, at) {
      if (!Number.isFinite(at)) throw new TypeError(`An alarm is set to milliseconds since 1970; got ${at}.`)
      sql.exec(
        `INSERT INTO selvedge_alarms VALUES (?, ?, 0, 0)
         ON CONFLICT (name) DO UPDATE SET at = excluded.at, failures = 0, running = 0`,
        name,
        Math.ceil(at),
      )
      arm()
    },
    get(name) {
      const known = row(name)
      return known?.running === 0 ? known.at : undefined
    },
    clear: (name) => void sql.exec('DELETE FROM selvedge_alarms WHERE name = ?', name),
    failures: (name) => row(name)?.failures ?? 0,
    async alarm() {
      const due = sql.exec<Row>('SELECT * FROM selvedge_alarms WHERE at <= ? ORDER BY at', clock.now()).toArray()
      for (const one of due) await wake(one)
      arm()
    },
  }
}
