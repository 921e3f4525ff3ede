/** Subscriptions as a table has them: by event type, who gets which events, in words. */
import type { Issue, RecordView, WrittenRecord } from '../../admin/client.ts'

const EVENTS = 'events/'

export interface SubscriberRow {
  readonly id: string
  readonly sink: string
  /** The host of the sink; `undefined`: it has none. */
  readonly service: string | undefined
  /** Which events it wants, in words; `undefined`: every one of the type. */
  readonly wants: string | undefined
}

export interface TypeRow {
  /** An event type, or what types begin with: `com.example.*`. */
  readonly type: string
  readonly record: RecordView
  /** None where the mesh does not understand the record: the last good one serves on. */
  readonly subscribers: readonly SubscriberRow[]
}

/** Does the name of a record mean subscriptions, not a service? */
export function isOfEvents(name: string): boolean {
  return name.startsWith(EVENTS)
}

/** What is refused comes first, then in the order of the types. */
export function typeRows(records: readonly RecordView[]): readonly TypeRow[] {
  const rows = records.map((record) => ({
    type: typeOf(record.name),
    record,
    subscribers: record.state === 'refused' ? [] : subscribersOf(record.record),
  }))
  const rank = ({ record }: TypeRow) => (record.state === 'refused' ? 0 : 1)
  return rows.sort((one, other) => rank(one) - rank(other) || (one.type < other.type ? -1 : 1))
}

export function typeOf(name: string): string {
  return isOfEvents(name) ? name.slice(EVENTS.length) : name
}

/** Those in which what was typed stands: a type, an id or a sink. Of a type that is met, all subscribers. */
export function typesAmong(rows: readonly TypeRow[], typed: string): readonly TypeRow[] {
  const wanted = typed.trim().toLowerCase()
  const has = (text: string) => text.toLowerCase().includes(wanted)
  return rows.flatMap((row) => {
    if (has(row.type)) return [row]
    const subscribers = row.subscribers.filter(({ id, sink }) => has(id) || has(sink))
    return subscribers.length > 0 ? [{ ...row, subscribers }] : []
  })
}

/** What is wrong with a record, with its place: `subscriptions.0.sink: Expected …`. */
export function issueWords({ path, message }: Issue): string {
  return path.length === 0 ? message : `${path.join('.')}: ${message}`
}

/** What somebody has edited by hand is told as it stands, whatever it is. */
export function subscribersOf(record: WrittenRecord): readonly SubscriberRow[] {
  const { subscriptions } = typeof record === 'string' ? {} : record
  if (!Array.isArray(subscriptions)) return []
  return subscriptions.filter(isObject).map(({ id, sink, filters }) => ({
    id: String(id),
    sink: String(sink),
    service: /^https?:\/\/([^/?#]+)/.exec(String(sink))?.[1],
    wants: Array.isArray(filters) && filters.length > 0 ? filters.map((one) => words(one)).join(' and ') : undefined,
  }))
}

const COMPARED = { exact: 'is', prefix: 'begins with', suffix: 'ends with' } as const

/** @param isInner it stands in another: several parts need brackets. */
function words(filter: unknown, isInner = false): string {
  const [dialect, inner] = isObject(filter) ? (Object.entries(filter)[0] ?? []) : []
  if ((dialect === 'exact' || dialect === 'prefix' || dialect === 'suffix') && isObject(inner)) {
    const parts = Object.entries(inner).map(([name, text]) => `${name} ${COMPARED[dialect]} "${String(text)}"`)
    return joined(parts, 'and', isInner)
  }
  if ((dialect === 'all' || dialect === 'any') && Array.isArray(inner)) {
    const [only, ...more] = inner
    if (more.length === 0) return words(only, isInner)
    return joined(
      inner.map((one) => words(one, true)),
      dialect === 'all' ? 'and' : 'or',
      isInner || dialect === 'any',
    )
  }
  return dialect === 'not' ? `not ${words(inner, true)}` : JSON.stringify(filter)
}

function joined(parts: readonly string[], by: 'and' | 'or', isInner: boolean): string {
  const text = parts.join(` ${by} `)
  return isInner && parts.length > 1 ? `(${text})` : text
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
