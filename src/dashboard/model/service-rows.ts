/** The services as a table has them: what history knows of each, beside what the isolates counted. */
import type { RecordView, StatView, WrittenRecord } from '../../admin/client.ts'

export interface ServiceRow {
  readonly name: string
  /** Left out where calls were counted, and no record of that name is there. */
  readonly record?: RecordView
  readonly kind: string
  /** Left out where nobody called. */
  readonly numbers?: StatView
  readonly health: Health
}

/** `quiet`: nobody called. */
export type Health = 'bad' | 'poor' | 'good' | 'quiet'

/** Below these shares of calls that ended well, somebody should look. */
const POOR_BELOW = 0.99
const BAD_BELOW = 0.95

export function serviceRows(records: readonly RecordView[], stats: readonly StatView[] = []): ServiceRow[] {
  const numbers = new Map(stats.map((one) => [one.service, one]))
  const known = new Set(records.map(({ name }) => name))
  const rows = records.map((record) => rowOf(record.name, record, numbers.get(record.name)))
  const others = stats.filter(({ service }) => !known.has(service)).map((one) => rowOf(one.service, undefined, one))
  return [...rows, ...others]
}

function rowOf(name: string, record: RecordView | undefined, numbers: StatView | undefined): ServiceRow {
  const isCalled = numbers !== undefined && numbers.requests > 0
  return {
    name,
    ...(record ? { record } : {}),
    kind: record ? kindOf(record.record) : name === '' ? 'answered by 404' : 'no record',
    ...(isCalled ? { numbers } : {}),
    health: record?.state === 'refused' ? 'bad' : healthOf(isCalled ? numbers.success : null),
  }
}

export function healthOf(success: number | null | undefined): Health {
  if (success === null || success === undefined) return 'quiet'
  if (success < BAD_BELOW) return 'bad'
  return success < POOR_BELOW ? 'poor' : 'good'
}

/** What is shown where names were called that no record answers for: they are counted together. */
export const UNKNOWN = 'unknown names'

/** What the record is, in two words. */
export function kindOf(record: WrittenRecord): string {
  if (typeof record === 'string') return 'URL'
  const { alias, rules, endpoints } = record
  if (alias !== undefined) return 'alias'
  const parts = [
    ...(Array.isArray(rules) ? [many(rules.length, 'rule')] : []),
    ...(Array.isArray(endpoints) ? [many(endpoints.length, 'endpoint')] : []),
  ]
  return parts.join(', ') || 'policy only'
}

function many(n: number, word: string): string {
  return `${n} ${word}${n === 1 ? '' : 's'}`
}

export type SortKey =
  | 'name'
  | 'kind'
  | 'state'
  | 'revision'
  | 'at'
  | 'rps'
  | 'success'
  | 'p50'
  | 'p95'
  | 'p99'
  | 'retries'

const VALUE: Record<SortKey, (row: ServiceRow) => string | number | null | undefined> = {
  name: ({ name }) => name,
  kind: ({ kind }) => kind,
  state: ({ record }) => record?.state,
  revision: ({ record }) => record?.revision,
  at: ({ record }) => record?.at,
  rps: ({ numbers }) => numbers?.rps,
  success: ({ numbers }) => numbers?.success,
  p50: ({ numbers }) => numbers?.p50Ms,
  p95: ({ numbers }) => numbers?.p95Ms,
  p99: ({ numbers }) => numbers?.p99Ms,
  retries: ({ numbers }) => numbers?.retries,
}

/** What has no value comes last, whichever way it is sorted, and names that nobody knows after all; what is equal, by name. */
export function sorted(rows: readonly ServiceRow[], key: SortKey, isDown: boolean): ServiceRow[] {
  const value = VALUE[key]
  return [...rows].sort((one, other) => {
    if (one.name === '' || other.name === '') return one.name === '' ? 1 : -1
    const [a, b] = [value(one), value(other)]
    if (a === b) return one.name < other.name ? -1 : 1
    if (a === undefined || a === null) return 1
    if (b === undefined || b === null) return -1
    return (a < b ? -1 : 1) * (isDown ? -1 : 1)
  })
}

/** All words that were typed stand in the name, the kind, the state or the author. */
export function matching(rows: readonly ServiceRow[], typed: string): readonly ServiceRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return rows
  return rows.filter(({ name, kind, record }) => {
    const text = [name, kind, record?.state, record?.author].join(' ').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}
