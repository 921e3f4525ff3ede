/** `selvedge events subscriptions`: who gets the events of a type, and which of them. */
import type { WrittenRecord } from '../../../admin/client.ts'
import { EVENTS, eventKeys } from '../../../record/events/event-key.ts'
import { everyRecord } from '../../every-record.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'

interface Row {
  /** The key without `events/`: a type, or what types begin with. */
  readonly type: string
  readonly id: string
  readonly sink: string
  readonly filters?: unknown
  readonly protocolsettings?: { readonly contentmode?: string }
  readonly delivery?: { readonly attempts?: number }
}

export async function subscriptions(type: string | undefined, session: Session): Promise<void> {
  const records = await everyRecord(session.client(), session.print, EVENTS)
  const keys = type === undefined ? records.map(({ name }) => name) : eventKeys(type)
  const all = keys.flatMap((key) => {
    const record = records.find(({ name }) => name === key)?.record
    return record === undefined ? [] : rowsOf(key, record)
  })
  // Of one id, the most specific key counts.
  const seen = new Set<string>()
  const rows = type === undefined ? all : all.filter(({ id }) => !seen.has(id) && seen.add(id))
  const none = type === undefined ? 'There are no subscriptions.' : `Nobody has subscribed to ${type}.`
  await show(session, { value: rows, rows, columns: COLUMNS, none })
}

const COLUMNS: Column<Row>[] = [
  { name: 'TYPE', of: ({ type }) => type },
  { name: 'ID', of: ({ id }) => id },
  { name: 'SINK', of: ({ sink }) => sink },
  { name: 'FILTERS', of: ({ filters }) => (filters === undefined ? undefined : JSON.stringify(filters)) },
  { name: 'MODE', of: ({ protocolsettings }) => protocolsettings?.contentmode ?? 'binary', isWide: true },
  { name: 'ATTEMPTS', of: ({ delivery }) => delivery?.attempts ?? 8, isWide: true },
]

/** None of what the mesh does not understand. */
function rowsOf(key: string, record: WrittenRecord): Row[] {
  if (typeof record === 'string' || !Array.isArray(record.subscriptions)) return []
  return record.subscriptions.map((one: Omit<Row, 'type'>) => ({ type: key.slice(EVENTS.length), ...one }))
}
