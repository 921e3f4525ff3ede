/** `selvedge get`: the records of the mesh, or some of them. */
import type { Command } from 'commander'
import type { RecordView, WrittenRecord } from '../../admin/client.ts'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import type { ServiceRecord } from '../../record/record.ts'
import { absent } from '../absent.ts'
import { everyRecord } from '../every-record.ts'
import { ageOf } from '../print/age.ts'
import { show } from '../print/show.ts'
import type { Column } from '../print/table.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

export function get(command: Command, session: Session): void {
  example(
    command,
    'selvedge get',
    "selvedge get users orders 'shop-*'",
    "selvedge get 'events/*'                          # who has subscribed to which events",
    'selvedge get users --output yaml > users.yaml   # apply -f reads it again',
  )
  command
    .argument('[name...]', 'names; one that ends in * stands for all that begin so. Default: all')
    .action((names: string[]) => run(names, session))
}

async function run(names: readonly string[], session: Session): Promise<void> {
  const { print, machine, output } = session
  const client = session.client()
  const found = names.length === 0 ? [await everyRecord(client, print)] : []
  const missing: string[] = []
  for (const name of names) {
    if (name.endsWith('*')) {
      found.push(await everyRecord(client, print, name.slice(0, -1)))
      continue
    }
    const record = await client.get(name)
    if (record) found.push([record])
    else missing.push(name)
  }
  const rows = [...new Map(found.flat().map((record) => [record.name, record])).values()]
  const [only] = rows
  const isOne = names.length === 1 && names[0]?.endsWith('*') === false && only !== undefined
  if (rows.length > 0 || missing.length === 0) {
    await show(
      { print, output },
      { value: isOne ? only : rows, rows, columns: await columns(machine.clock.now()), none: none(names) },
    )
  }
  if (missing.length === 0) return
  const [first = '', ...more] = await Promise.all(missing.map((name) => absent(name, client)))
  throw new NegativeAnswer(first, more)
}

function none(names: readonly string[]): string {
  return names.length === 0 ? 'There are no records.' : `No record is called ${names.join(' or ')}.`
}

async function columns(now: number): Promise<Column<RecordView>[]> {
  // Long, and help has no use for it.
  const { parseRecord } = await import('../../record/parse.ts')
  const shapeOf = (record: WrittenRecord) => shape(record, parseRecord)
  return [
    { name: 'NAME', of: ({ name }) => name },
    { name: 'KIND', of: ({ name, record }) => (isOfEvents(name) ? 'events' : shapeOf(record).kind) },
    { name: 'ENDPOINTS', of: ({ record }) => shapeOf(record).endpoints },
    { name: 'RULES', of: ({ record }) => shapeOf(record).rules },
    { name: 'REVISION', of: ({ revision }) => revision },
    { name: 'AGE', of: ({ at }) => ageOf(now - Date.parse(at)) },
    { name: 'AUTHOR', of: ({ author }) => author, isWide: true },
    { name: 'MESSAGE', of: ({ message }) => message, isWide: true },
    { name: 'STATE', of: ({ state }) => state, isWide: true },
  ]
}

interface Shape {
  readonly kind?: string
  readonly endpoints?: number
  readonly rules?: number
}

/** What a record is, in a word: `alias`, the kinds of its endpoints, or `rules` where there is nothing else. */
function shape(record: WrittenRecord, parse: (text: string) => ServiceRecord): Shape {
  try {
    const { alias, endpoints, rules = [] } = parse(typeof record === 'string' ? record : JSON.stringify(record))
    const kinds = [...new Set(endpoints.map(({ target }) => target.kind))].join(',')
    const kind = alias && alias.length > 0 ? 'alias' : kinds || (rules.length > 0 ? 'rules' : undefined)
    return { endpoints: endpoints.length, rules: rules.length, ...(kind === undefined ? {} : { kind }) }
  } catch {
    // The mesh does not understand it either: its state says so.
    return {}
  }
}
