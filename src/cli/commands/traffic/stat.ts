/** `selvedge stat`: how calls ended and how long they took, by service, rule, endpoint or caller. */
import { type Command, Option } from 'commander'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { absent } from '../../absent.ts'
import { show } from '../../print/show.ts'
import type { Session } from '../../session.ts'
import { KINDS, type Kind, statColumns } from '../../traffic/columns.ts'
import { type OfReporter, reporterOption } from '../../traffic/reporter.ts'
import { silence } from '../../traffic/silence.ts'
import { type Windowed, windowOption } from '../../traffic/window.ts'
import { example } from '../../verb.ts'

interface StatFlags extends Windowed, OfReporter {
  readonly by: Kind
}

export function stat(command: Command, session: Session): void {
  example(
    command,
    'selvedge stat',
    'selvedge stat users --by endpoint -t 10m',
    'selvedge stat -o wide   # with errors by code, and why attempts were not retried',
  )
  command
    .argument('[name...]', 'names of services. Default: all that had calls')
    .addOption(byOption())
    .addOption(windowOption())
    .addOption(reporterOption())
    .action((names: string[], flags: StatFlags) => run(names, flags, session))
}

export function byOption(): Option {
  return new Option('--by <kind>', 'what a row stands for').choices(KINDS).default('service')
}

async function run(names: readonly string[], { by, timeWindow, reporter }: StatFlags, session: Session): Promise<void> {
  const client = session.client()
  const [service] = names
  const told = await client.stats({ window: timeWindow, by, reporter, ...(names.length === 1 && { service }) })
  const items = names.length === 0 ? told.items : told.items.filter((item) => names.includes(item.service))
  const silent = names.filter((name) => !items.some((item) => item.service === name))
  const missing: string[] = []
  for (const name of silent) if ((await client.get(name)) === undefined) missing.push(await absent(name, client))
  const called = names.length === 0 ? '' : `of ${names.join(' or ')}`
  if (items.length > 0 || missing.length < names.length || names.length === 0) {
    const none = silence(told, called, timeWindow)
    await show(session, { value: { ...told, items }, columns: statColumns(by), rows: items, none })
  }
  const [first, ...more] = missing
  if (first !== undefined) throw new NegativeAnswer(first, more)
}
