/** `selvedge top`: the busiest first, drawn anew every two seconds where somebody looks on. */
import type { Command } from 'commander'
import type { StatsView } from '../../../admin/client.ts'
import { type Clock, sleep } from '../../../core/time/clock.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { printable } from '../../print/printable.ts'
import { show } from '../../print/show.ts'
import { tableLines } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { type Kind, statColumns } from '../../traffic/columns.ts'
import { silence } from '../../traffic/silence.ts'
import { type Windowed, windowOption } from '../../traffic/window.ts'
import { example } from '../../verb.ts'
import { byOption } from './stat.ts'

interface TopFlags extends Windowed {
  readonly by: Kind
}

/** Isolates tell every five seconds: sooner there is little new. */
const EVERY_MS = 2_000

export function top(command: Command, session: Session): void {
  example(command, 'selvedge top', 'selvedge top users --by endpoint -t 30s   # Ctrl-C ends it')
  command
    .argument('[name]', 'a service. Default: all that had calls')
    .addOption(byOption())
    .addOption(windowOption())
    .action((name: string | undefined, flags: TopFlags) => run(name, flags, session))
}

async function run(name: string | undefined, { by, timeWindow }: TopFlags, session: Session): Promise<void> {
  const { machine, print, output = 'table' } = session
  const client = session.client()
  const ask = async (): Promise<StatsView> => {
    const told = await client.stats({ window: timeWindow, by, ...(name !== undefined && { service: name }) })
    return { ...told, items: told.items.toSorted((one, other) => other.rps - one.rps) }
  }
  const columns = statColumns(by)
  const noneOf = (told: StatsView) => silence(told, name === undefined ? '' : `of ${name}`, timeWindow)
  const isLive = machine.isOutSeen === true && (output === 'table' || output === 'wide')
  if (!isLive) {
    const told = await ask()
    return show(session, { value: told, columns, rows: told.items, none: noneOf(told) })
  }

  const shown = columns.filter(({ isWide }) => output === 'wide' || !isWide)
  const linesOf = (told: StatsView) =>
    told.items.length > 0 ? tableLines(shown, told.items, printable) : [noneOf(told)]
  const interrupted = machine.interrupted ?? (await import('../../dev/interruption.ts')).interruption
  let told = await ask()
  let trouble: string | undefined
  await every(EVERY_MS, machine.clock, interrupted(), async (isFirst) => {
    if (!isFirst) {
      try {
        told = await ask()
        trouble = undefined
      } catch (error) {
        // It may be back: what was told last stays, with its time.
        if (!(error instanceof Fault)) throw error
        trouble = error.message
      }
    }
    const at = told.at.slice(11, 19)
    const head = `The last ${timeWindow} at ${at} UTC, of ${told.isolates} ${told.isolates === 1 ? 'isolate' : 'isolates'}. Ctrl-C ends.`
    print.screen([trouble === undefined ? head : `${trouble} This is of ${at} UTC.`, '', ...linesOf(told)])
  })
}

/** Does it now, and again after each pause, until the end. */
async function every(
  ms: number,
  clock: Clock,
  end: Promise<void>,
  draw: (isFirst: boolean) => Promise<void>,
): Promise<void> {
  let isEnded = false
  void end.then(() => {
    isEnded = true
  })
  for (let isFirst = true; !isEnded; isFirst = false) {
    await draw(isFirst)
    await Promise.race([sleep(clock, ms), end])
  }
}
