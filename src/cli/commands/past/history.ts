/** `selvedge history`: who changed a record, when, and why. */
import { type Command, InvalidArgumentError } from 'commander'
import type { Paging, RevisionView } from '../../../admin/client.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { absent } from '../../absent.ts'
import { everyPage } from '../../every-record.ts'
import { ageOf } from '../../print/age.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { example } from '../../verb.ts'

export function history(command: Command, session: Session): void {
  example(
    command,
    'selvedge history users',
    'selvedge history users --limit 1 --output json',
    'selvedge history   # of all names; deletions are among them',
  )
  command
    .argument('[name]', 'a name that has, or had, a record. Default: all')
    .option('--limit <n>', 'revisions to show, the newest first', count, 50)
    .action((name: string | undefined, { limit }: { limit: number }) => run(name, limit, session))
}

async function run(name: string | undefined, limit: number, session: Session): Promise<void> {
  const { print, machine, output } = session
  const client = session.client()
  // One more shows whether there are others.
  const page = (paging: Paging) => (name === undefined ? client.changes(paging) : client.history(name, paging))
  const found = await everyPage(page, undefined, limit + 1)
  if (found.length === 0 && name !== undefined) throw new NegativeAnswer(await absent(name, client))
  const rows = found.slice(0, limit)
  await show(
    { print, output },
    { value: rows, rows, columns: columns(machine.clock.now(), name === undefined), none: 'There are no revisions.' },
  )
  if (name !== undefined && (await client.get(name))?.state === 'drifted')
    print.tell(`KV holds an edit by hand that is not in history: selvedge drift ${name}`)
  if (found.length > limit) print.tell(`Older revisions are left out: --limit ${limit * 2} shows more.`)
}

function columns(now: number, isOfAll: boolean): Column<RevisionView>[] {
  return [
    ...(isOfAll ? [{ name: 'NAME', of: ({ name }: RevisionView) => name }] : []),
    { name: 'REVISION', of: ({ revision }) => revision },
    { name: 'AUTHOR', of: ({ author }) => author },
    { name: 'AGE', of: ({ at }) => ageOf(now - Date.parse(at)) },
    { name: 'ORIGIN', of: ({ origin, record }) => (record === null ? `${origin},deleted` : origin) },
    { name: 'MESSAGE', of: ({ message }) => message },
  ]
}

export function count(text: string): number {
  const value = Number(text)
  if (!/^\d{1,6}$/.test(text) || value === 0) throw new InvalidArgumentError('It is a number from 1 to 999999.')
  return value
}
