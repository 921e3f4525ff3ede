/** `selvedge history`: who changed a record, when, and why. */
import { type Command, InvalidArgumentError } from 'commander'
import type { RevisionView } from '../../../admin/client.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { absent } from '../../absent.ts'
import { everyPage } from '../../every-record.ts'
import { ageOf } from '../../print/age.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { example } from '../../verb.ts'

export function history(command: Command, session: Session): void {
  example(command, 'selvedge history users', 'selvedge history users --limit 1 --output json')
  command
    .argument('<name>', 'a name that has, or had, a record')
    .option('--limit <n>', 'revisions to show, the newest first', count, 50)
    .action((name: string, { limit }: { limit: number }) => run(name, limit, session))
}

async function run(name: string, limit: number, session: Session): Promise<void> {
  const { print, machine, output } = session
  const client = session.client()
  // One more shows whether there are others.
  const found = await everyPage((paging) => client.history(name, paging), undefined, limit + 1)
  if (found.length === 0) throw new NegativeAnswer(await absent(name, client))
  const rows = found.slice(0, limit)
  await show(
    { print, output },
    { value: rows, rows, columns: columns(machine.clock.now()), none: 'There are no revisions.' },
  )
  if ((await client.get(name))?.state === 'drifted')
    print.tell(`KV holds an edit by hand that is not in history: selvedge drift ${name}`)
  if (found.length > limit) print.tell(`Older revisions are left out: --limit ${limit * 2} shows more.`)
}

function columns(now: number): Column<RevisionView>[] {
  return [
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
