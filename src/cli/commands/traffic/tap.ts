/** `selvedge tap`: calls as they are made, a line each, until the time is up or somebody ends it. */
import { type Command, InvalidArgumentError } from 'commander'
import { AdminError, type TapCallView, type TapLine, type TapOptions } from '../../../admin/client.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { absent } from '../../absent.ts'
import { growingTable } from '../../print/growing-table.ts'
import { printable } from '../../print/printable.ts'
import type { Session } from '../../session.ts'
import { CALL_COLUMNS } from '../../traffic/call-columns.ts'
import { example } from '../../verb.ts'

type TapFlags = Omit<TapOptions, 'service'>

export function tap(command: Command, session: Session): void {
  example(command, 'selvedge tap users --status 5xx', 'selvedge tap --caller checkout --path /v1 --seconds 300 -o json')
  command
    .argument('[name]', 'a service. Default: all')
    .option('--method <method>', 'calls by this method alone')
    .option('--path <path>', 'calls of it, and of what lies beneath it; ids are masked, in it as in what is shown')
    .option('--status <status>', 'one, as 503, or a class, as 5xx')
    .option('--caller <name>', 'calls by this caller alone')
    .option('--seconds <seconds>', 'how long it looks, 1 to 600', seconds, 60)
    .action((name: string | undefined, flags: TapFlags) => run(name, flags, session))
}

async function run(service: string | undefined, flags: TapFlags, session: Session): Promise<void> {
  const { machine, print } = session
  const client = session.client()
  if (service !== undefined && !(await client.get(service))) throw new NegativeAnswer(await absent(service, client))
  const left = new AbortController()
  const interrupted = machine.interrupted ?? (await import('../../dev/interruption.ts')).interruption
  void interrupted().then(() => left.abort())
  const show = await showing(session)
  let shown = 0
  let isOver = false
  try {
    for await (const line of client.tap({ ...flags, service }, left.signal)) {
      isOver ||= line.kind === 'over'
      if (line.kind === 'call') shown += 1
      if (line.kind === 'begun') {
        print.tell(
          `Looking at calls until ${line.until.slice(11, 19)} UTC. The first show within 10 s; of one isolate, ${line.most} a second at most. Ctrl-C ends it.`,
        )
      }
      if (line.kind === 'left-out') {
        print.tell(`${line.calls} more ${line.calls === 1 ? 'was' : 'were'} left out: flags narrow down what is shown.`)
      }
      if (line.kind === 'over' && line.reason === 'lost')
        throw new Fault("The tap was lost: the control plane's object was restarted. Start it again.")
      await show(line)
    }
  } catch (error) {
    if (left.signal.aborted) return print.tell(endOf(shown))
    if (error instanceof Fault || error instanceof AdminError) throw error
    throw new Fault('The connection broke off. Start it again.', { cause: error })
  }
  if (!isOver) throw new Fault('The connection broke off. Start it again.')
  print.tell(endOf(shown))
}

/** Prints calls in the form that was asked for. */
async function showing({ print, output = 'table' }: Session): Promise<(line: TapLine) => void | Promise<void>> {
  if (output === 'json' || output === 'yaml') {
    return async (line) => {
      if (line.kind !== 'call' && line.kind !== 'left-out') return
      if (output === 'json') return print.data(`${JSON.stringify(line)}\n`)
      print.data(`---\n${(await import('../../print/yaml-text.ts')).yamlText(line)}`)
    }
  }
  const columns = CALL_COLUMNS.filter(({ isWide }) => output === 'wide' || !isWide)
  const table = growingTable<TapCallView>(columns, printable)
  return (line) => {
    if (line.kind === 'begun') print.line(table.head)
    if (line.kind === 'call') print.line(table.line(line))
  }
}

function endOf(shown: number): string {
  if (shown > 0) return `${shown} ${shown === 1 ? 'call was' : 'calls were'} shown.`
  return 'No call was seen. An isolate hears of a tap within 5 s of a call: what it serves before that is not shown.'
}

function seconds(text: string): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= 600) return value
  throw new InvalidArgumentError('It is a whole number, 1 to 600.')
}
