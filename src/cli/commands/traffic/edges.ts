/** `selvedge edges`: who calls whom, and how it goes. */
import type { Command } from 'commander'
import { show } from '../../print/show.ts'
import type { Session } from '../../session.ts'
import { EDGE_COLUMNS } from '../../traffic/columns.ts'
import { type OfReporter, reporterOption } from '../../traffic/reporter.ts'
import { silence } from '../../traffic/silence.ts'
import { type Windowed, windowOption } from '../../traffic/window.ts'
import { example } from '../../verb.ts'

export function edges(command: Command, session: Session): void {
  example(command, 'selvedge edges', 'selvedge edges users -t 1h   # who calls users, and whom it calls')
  command
    .argument('[name...]', 'edges that begin or end at one of these. Default: all')
    .addOption(windowOption())
    .addOption(reporterOption())
    .action((names: string[], flags: Windowed & OfReporter) => run(names, flags, session))
}

async function run(
  names: readonly string[],
  { timeWindow, reporter }: Windowed & OfReporter,
  session: Session,
): Promise<void> {
  const told = await session.client().edges(timeWindow, reporter)
  const isAsked = (name: string) => names.length === 0 || names.includes(name)
  const rows = told.items.filter(({ caller, service }) => isAsked(caller) || isAsked(service))
  const called = names.length === 0 ? '' : `of, or by, ${names.join(' or ')}`
  const none = silence(told, called, timeWindow)
  await show(session, { value: { ...told, items: rows }, columns: EDGE_COLUMNS, rows, none })
}
