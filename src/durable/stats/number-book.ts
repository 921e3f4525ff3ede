/** Numbers of the mesh, summed up over isolates: by ten seconds for six hours, by five minutes for seven days. */
import { type NumbersDigest, OTHER, type ServiceNumbers } from '../../telemetry/numbers/numbers-digest.ts'
import {
  REPORTERS,
  type Reported,
  type ReporterKind,
  reportedKey,
  reportedOf,
} from '../../telemetry/numbers/reporters.ts'
import { folded, sumOf } from '../../telemetry/numbers/sum.ts'
import type { Store } from '../store.ts'

/** How finely numbers are kept, and for how long. */
interface Grain {
  readonly stepMs: number
  readonly keepMs: number
}

const FINE: Grain = { stepMs: 10_000, keepMs: 6 * 3_600_000 }
const COARSE: Grain = { stepMs: 300_000, keepMs: 7 * 24 * 3_600_000 }
const GRAINS = [FINE, COARSE]

/** Up to this length a window is summed of ten seconds each. */
const FINE_WINDOW_MS = 600_000
/** Points of a series, at most. */
const MOST_POINTS = 400

export interface NumberCaps {
  /** Bytes of all rows. An object holds 10 GB; this much is read back quickly. */
  readonly bytes: number
  /** Services of each reporter, at most; what comes beyond is counted as other. */
  readonly services: number
}

export const NUMBER_CAPS: NumberCaps = { bytes: 512 * 1024 * 1024, services: 2_000 }

export interface ServiceSum extends Reported {
  readonly numbers: ServiceNumbers
}

export interface Point {
  /** When it begins, in milliseconds since the Unix epoch. */
  readonly at: number
  /** Not by caller, rule, endpoint or verdict. */
  readonly numbers: ServiceNumbers
}

export interface NumberBook {
  take(digest: NumbersDigest, now: number): void
  /** Writes what was taken since the last time, and lets go of what is too old or too much. Within a transaction. */
  flush(now: number): void
  /** Sums of the last `windowMs`, by service and reporter, in order of their names. */
  sums(windowMs: number, now: number): ServiceSum[]
  /**
   * One service over time: of the last `windowMs`, in steps of one length.
   *
   * @param reporter who counted. Default: the first that did (`reporters.ts`).
   */
  series(service: string, windowMs: number, now: number, reporter?: ReporterKind): { stepMs: number; points: Point[] }
  /** All that was ever counted, by service and reporter: what only grows. */
  totals(): ServiceSum[]
  /** Services that wait to be written. */
  readonly waiting: number
}

type Row = { slot: number; service: string; numbers: string }

export function numberBook({ sql }: Store, caps: NumberCaps = NUMBER_CAPS): NumberBook {
  let pending = new Map<string, { at: number; service: string; all: ServiceNumbers[] }>()
  /** By reporter: what functions tell takes no room from what the mesh counts. */
  let known: Record<ReporterKind, Set<string>> | undefined
  let bytes: number | undefined

  /** Names are counted once in an object's life, and kept up from there. */
  function nameOf(key: string): string {
    known ??= names()
    const { service, reporter } = reportedOf(key)
    const mine = known[reporter]
    if (!mine.has(service) && mine.size >= caps.services) return reportedKey({ service: OTHER, reporter })
    mine.add(service)
    return key
  }

  function names(): Record<ReporterKind, Set<string>> {
    const known = { mesh: new Set<string>(), source: new Set<string>(), destination: new Set<string>() }
    for (const row of sql.exec<{ service: string }>('SELECT service FROM totals').toArray()) {
      const { service, reporter } = reportedOf(row.service)
      known[reporter].add(service)
    }
    return known
  }

  function write(
    { stepMs }: Grain,
    { at, service, all }: { at: number; service: string; all: ServiceNumbers[] },
  ): void {
    const slot = Math.floor(at / stepMs)
    const [row] = sql
      .exec<Row>(
        'SELECT slot, service, numbers FROM numbers WHERE step = ? AND slot = ? AND service = ?',
        stepMs,
        slot,
        service,
      )
      .toArray()
    const before = row ? [JSON.parse(row.numbers) as ServiceNumbers] : []
    const text = textOf(sumOf([...before, ...all]))
    sql.exec(
      'INSERT OR REPLACE INTO numbers (step, slot, service, numbers) VALUES (?, ?, ?, ?)',
      stepMs,
      slot,
      service,
      text,
    )
    bytes = held() + text.length - (row?.numbers.length ?? 0)
  }

  function held(): number {
    bytes ??=
      sql.exec<{ bytes: number | null }>('SELECT SUM(LENGTH(numbers)) AS bytes FROM numbers').toArray()[0]?.bytes ?? 0
    return bytes
  }

  function remove(where: string, ...bindings: number[]): number {
    const removed = sql
      .exec<{ bytes: number }>(`DELETE FROM numbers WHERE ${where} RETURNING LENGTH(numbers) AS bytes`, ...bindings)
      .toArray()
    bytes = removed.reduce((sum, { bytes }) => sum - bytes, held())
    return removed.length
  }

  /** One after the other: all of them may be more than an object has memory. */
  function rows({ stepMs }: Grain, since: number, service?: string): Iterable<Row> {
    const first = Math.floor(since / stepMs)
    const query = 'SELECT slot, service, numbers FROM numbers WHERE step = ? AND slot > ?'
    return service === undefined
      ? sql.exec<Row>(query, stepMs, first)
      : sql.exec<Row>(`${query} AND service = ? ORDER BY slot`, stepMs, first, service)
  }

  /** Reads one row, or none. */
  function has({ stepMs }: Grain, since: number, service: string): boolean {
    const query = 'SELECT slot FROM numbers WHERE step = ? AND slot > ? AND service = ? LIMIT 1'
    return sql.exec<Pick<Row, 'slot'>>(query, stepMs, Math.floor(since / stepMs), service).toArray().length > 0
  }

  /** What was ever counted of a service is a step that never ends. */
  function addUp(service: string, all: ServiceNumbers[]): void {
    const [row] = sql.exec<{ numbers: string }>('SELECT numbers FROM totals WHERE service = ?', service).toArray()
    const before = row ? [JSON.parse(row.numbers) as ServiceNumbers] : []
    const text = textOf(sumOf([...before, ...all]))
    sql.exec('INSERT OR REPLACE INTO totals (service, numbers) VALUES (?, ?)', service, text)
  }

  const grainOf = (windowMs: number) => (windowMs <= FINE_WINDOW_MS ? FINE : COARSE)

  return {
    take({ services }, now) {
      const slot = Math.floor(now / FINE.stepMs)
      for (const [said, numbers] of Object.entries(services)) {
        const service = nameOf(said)
        const key = `${slot} ${service}`
        const waiting = pending.get(key)
        if (waiting) waiting.all.push(numbers)
        else pending.set(key, { at: now, service, all: [numbers] })
      }
    },
    flush(now) {
      for (const one of pending.values()) {
        for (const grain of GRAINS) write(grain, one)
        addUp(one.service, one.all)
      }
      pending = new Map()
      for (const { stepMs, keepMs } of GRAINS)
        remove('step = ? AND slot < ?', stepMs, Math.floor((now - keepMs) / stepMs))
      while (held() > caps.bytes) {
        const oldest = 'SELECT MIN(slot * step) FROM numbers'
        if (remove(`slot * step = (${oldest})`) === 0) break
      }
    },
    sums(windowMs, now) {
      const byService = new Map<string, ServiceNumbers[]>()
      for (const { service, numbers } of rows(grainOf(windowMs), now - windowMs)) {
        gather(byService, service, JSON.parse(numbers) as ServiceNumbers)
      }
      return [...byService]
        .map(([key, all]) => ({ ...reportedOf(key), numbers: sumOf(all) }))
        .sort(byServiceAndReporter)
    },
    series(service, windowMs, now, reporter) {
      const grain = windowMs <= FINE.keepMs ? FINE : COARSE
      const since = now - windowMs
      const isThere = (reporter: ReporterKind) => has(grain, since, reportedKey({ service, reporter }))
      const told = reportedKey({ service, reporter: reporter ?? REPORTERS.find(isThere) ?? 'mesh' })
      const many = Math.max(1, Math.ceil(windowMs / grain.stepMs / MOST_POINTS))
      const stepMs = grain.stepMs * many
      const bySlot = new Map<number, ServiceNumbers[]>()
      for (const { slot, numbers } of rows(grain, since, told)) {
        const at = Math.floor((slot * grain.stepMs) / stepMs) * stepMs
        // Four hundred points with all that a service has would be too long for one answer.
        const whole = JSON.parse(numbers) as ServiceNumbers
        gather(bySlot, at, { ...whole, callers: {}, rules: {}, endpoints: {}, access: {}, unclaimed: undefined })
      }
      return { stepMs, points: [...bySlot].map(([at, all]) => ({ at, numbers: sumOf(all) })) }
    },
    totals: () =>
      sql
        .exec<{ service: string; numbers: string }>('SELECT service, numbers FROM totals ORDER BY service')
        .toArray()
        .map(({ service, numbers }) => ({ ...reportedOf(service), numbers: JSON.parse(numbers) as ServiceNumbers })),
    get waiting() {
      return pending.size
    },
  }
}

function byServiceAndReporter(one: Reported, other: Reported): number {
  if (one.service !== other.service) return one.service < other.service ? -1 : 1
  return REPORTERS.indexOf(one.reporter) - REPORTERS.indexOf(other.reporter)
}

/** Numbers that are held before they are added up. */
const AT_ONCE = 16

function gather<Key>(of: Map<Key, ServiceNumbers[]>, key: Key, numbers: ServiceNumbers): void {
  const all = [...(of.get(key) ?? []), numbers]
  of.set(key, all.length < AT_ONCE ? all : [sumOf(all)])
}

/** A row holds 2 MB; a character is three bytes at most, but for those that count twice as characters. */
const MOST_TEXT = 600_000

/** As a row holds it: where that would be too long, the entries that count least are counted as other. */
function textOf(numbers: ServiceNumbers): string {
  let text = JSON.stringify(numbers)
  for (let kept = 512; text.length > MOST_TEXT && kept >= 1; kept >>= 1) text = JSON.stringify(folded(numbers, kept))
  return text
}
