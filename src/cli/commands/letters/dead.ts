/** `selvedge dead`: messages that could not be delivered: which there are, why, and what becomes of them. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { type AdminClient, AdminError, type LettersOptions, type LetterView } from '../../../admin/client.ts'
import { sleep } from '../../../core/time/clock.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { everyPage } from '../../every-record.ts'
import { ageOf } from '../../print/age.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { told } from '../../target/told.ts'
import { printTold } from '../../told/print-told.ts'
import { example } from '../../verb.ts'
import { letterLines } from './letter-lines.ts'

interface Chosen {
  readonly queue?: string
  readonly reason?: string
  readonly service?: string
}

interface RedriveFlags extends Chosen {
  readonly all?: true
  readonly rate: number
  readonly to?: string
  readonly yes?: true
}

const STATUSES: readonly NonNullable<LettersOptions['status']>[] = ['waiting', 'redriven', 'all']
/** More are asked about first: they are calls that a service gets. */
const MANY = 100
const SECOND_MS = 1000

export function dead(command: Command, session: Session): void {
  example(
    command,
    'selvedge dead list jobs --reason attempts_used_up',
    'selvedge dead show 3f2a9c0d5e6b7a81',
    'selvedge dead redrive --all --service resizer --rate 5/s',
    "selvedge dead drop 3f2a9c0d5e6b7a81 --message 'the picture is gone'",
  )
  command.helpCommand(false)
  choosing(command.command('list').description('list those that wait, the newest first'))
    .argument('[queue]', 'the name of a queue. Default: all')
    .addOption(new Option('--status <status>', 'those that stand so').choices(STATUSES).default('waiting'))
    .action((queue: string | undefined, flags: Chosen & { status: LettersOptions['status'] }) =>
      list({ ...flags, ...(queue !== undefined && { queue }) }, session),
    )
  command
    .command('show')
    .description('show one, with its message; headers that may let somebody in are masked')
    .argument('<id>', 'as the list has it')
    .action((id: string) => showOne(id, session))
  choosing(command.command('redrive').description('put them into their queue again, with the same ids'))
    .argument('[id...]', 'as the list has them')
    .option('--all', 'all that wait, or those of them that --queue, --reason and --service leave')
    .option('--queue <queue>', 'with --all: of this queue alone')
    .option('--rate <rate>', 'so many a second', rate, 10)
    .option('--to <name>', 'a record with a queue and "deliverTo", by which they are delivered in place of their own')
    .option('--yes', `do not ask, though they are more than ${MANY}`)
    .action((ids: string[], flags: RedriveFlags) => redrive(ids, flags, session))
  command
    .command('drop')
    .description('forget them: they are not delivered')
    .argument('<id...>', 'as the list has them')
    .requiredOption('-m, --message <text>', 'why: kept in the audit, 256 bytes at most')
    .action((ids: string[], { message }: { message: string }) => drop(ids, message, session))
}

function choosing(command: Command): Command {
  return command
    .option('--reason <reason>', 'those that died of this, as gone or "status 422"')
    .option('--service <name>', 'those of a name that was called, or of a service that did not get them')
}

async function list(asked: LettersOptions, session: Session): Promise<void> {
  const rows = await everyPage((paging) => session.client().deadLetters({ ...asked, ...paging }))
  const none = 'No dead letter waits.'
  await show(session, { value: rows, rows, columns: columns(session.machine.clock.now()), none })
}

async function showOne(id: string, session: Session): Promise<void> {
  const letter = await session.client().deadLetter(id)
  if (!letter) throw new NegativeAnswer(`There is no dead letter "${id}".`)
  await printTold(session, letter, () => letterLines(letter))
}

async function redrive(ids: readonly string[], flags: RedriveFlags, session: Session): Promise<void> {
  const { print, machine } = session
  const client = session.client()
  const chosen = await chosenOf(ids, flags, client)
  if (chosen.length === 0) return print.tell('No dead letter waits.')
  if (chosen.length > MANY && !flags.yes) {
    const question = `Put ${chosen.length} messages into their queues again? [y/N] `
    if (!machine.confirm) throw new Fault(`They are ${chosen.length}: --yes says that all of them are meant.`)
    if (!(await machine.confirm(question))) throw new NegativeAnswer('Nothing was redriven.')
  }
  let done = 0
  const refused: string[] = []
  for (const id of chosen) {
    if (done + refused.length > 0) await sleep(machine.clock, SECOND_MS / flags.rate)
    try {
      const { binding, redriven } = await client.redrive(id, flags.to)
      done += 1
      print.line(`${id} is in ${binding} again${redriven > 1 ? `: redriven ${redriven} times` : ''}.`)
    } catch (error) {
      const end = error instanceof AdminError ? told(error, session.target()) : error
      if (!(end instanceof NegativeAnswer)) {
        // A mesh that does not answer, or knows no such token, takes none of the others, either.
        if (chosen.length > 1) print.tell(`${done} of ${chosen.length} were redriven.`)
        throw end
      }
      refused.push(`${id}: ${end.message}`)
      // What keeps one from its queue keeps all others, too.
      if (done === 0 && refused.length >= 3) break
    }
  }
  const [first, ...more] = refused
  if (first !== undefined) throw new NegativeAnswer(first, [...more, `${done} of ${chosen.length} were redriven.`])
}

async function chosenOf(
  ids: readonly string[],
  { all, queue, reason, service }: RedriveFlags,
  client: AdminClient,
): Promise<readonly string[]> {
  const narrowed = { queue, reason, service }
  const isNarrowed = Object.values(narrowed).some((value) => value !== undefined)
  if (!all && isNarrowed) throw new Fault('--queue, --reason and --service narrow down --all.')
  if (all && ids.length > 0) throw new Fault('--all takes no ids beside it.')
  if (!all && ids.length === 0) throw new Fault('Say which: ids, or --all.')
  if (!all) return [...new Set(ids)]
  const letters = await everyPage((paging) => client.deadLetters({ ...narrowed, ...paging }))
  // The oldest has waited longest.
  return letters.map(({ id }) => id).reverse()
}

async function drop(ids: readonly string[], message: string, { client, print }: Session): Promise<void> {
  for (const id of new Set(ids)) {
    await client().dropDeadLetter(id, message)
    print.line(`${id} is dropped.`)
  }
}

function columns(now: number): Column<LetterView>[] {
  return [
    { name: 'ID', of: ({ id }) => id },
    { name: 'QUEUE', of: ({ queue }) => queue },
    { name: 'TO', of: ({ to, subject }) => to ?? subject },
    { name: 'REASON', of: ({ reason }) => reason },
    { name: 'ATTEMPTS', of: ({ attempts }) => attempts },
    { name: 'FIRST', of: ({ firstAt }) => ageOf(now - Date.parse(firstAt)) },
    { name: 'LAST', of: ({ lastAt }) => ageOf(now - Date.parse(lastAt)) },
    { name: 'STATUS', of: ({ status, redriven }) => (redriven > 0 ? `${status},redriven=${redriven}` : status) },
    { name: 'TRACE', of: ({ traceId }) => traceId },
    { name: 'MESSAGE', of: ({ messageId }) => messageId, isWide: true },
    { name: 'DETAIL', of: ({ detail }) => detail, isWide: true },
  ]
}

function rate(text: string): number {
  const [, digits] = /^(\d{1,4})(?:\/s)?$/.exec(text) ?? []
  const value = Number(digits)
  if (value >= 1 && value <= 1000) return value
  throw new InvalidArgumentError('It is a number a second from 1 to 1000, as 10/s.')
}
