/** `selvedge sagas`: which sagas there are, where each stands, and what is decided of one that stands still. */
import { Argument, type Command, InvalidArgumentError, Option } from 'commander'
import type { SagaView } from '../../../admin/client.ts'
import { SAGA_STATES, type SagaState } from '../../../core/saga/told.ts'
import { sleep } from '../../../core/time/clock.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { everyPage } from '../../every-record.ts'
import { ageOf } from '../../print/age.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { printTold } from '../../told/print-told.ts'
import { example } from '../../verb.ts'
import { count } from '../past/history.ts'
import { sagaLines } from './saga-lines.ts'

/** Milliseconds between two looks of `watch`. */
const EVERY_MS = 1000

interface ListFlags {
  readonly state?: SagaState
  readonly saga?: string
  readonly ofVersion?: number
  readonly limit: number
}

export function sagas(command: Command, session: Session): void {
  example(
    command,
    'selvedge sagas list --state parked',
    'selvedge sagas show 4f1c…',
    "selvedge sagas decide 4f1c… retry --message 'payments is back'",
  )
  command.helpCommand(false)
  command
    .command('list')
    .description('list sagas, the newest first')
    .addOption(new Option('--state <state>', 'those that stand so').choices(SAGA_STATES))
    .option('--saga <name>', 'those of this name')
    .option('--of-version <n>', 'those of this version', whole)
    .option('--limit <n>', 'sagas to show', count, 50)
    .action((flags: ListFlags) => list(flags, session))
  command
    .command('show')
    .description('show where a saga stands, and why')
    .argument('<id>', 'a saga')
    .action((id: string) => showOne(id, session))
  command
    .command('watch')
    .description('show each step until it has ended, or is parked')
    .argument('<id>', 'a saga')
    .action((id: string) => watch(id, session))
  command
    .command('decide')
    .description('say what a parked saga is to do: retry where it stands, or skip it and go on')
    .argument('<id>', 'a saga')
    .addArgument(new Argument('<decision>', 'what it is to do').choices(['retry', 'skip']))
    .option('-m, --message <text>', 'why: kept with the saga, 256 bytes at most')
    .action((id: string, decision: 'retry' | 'skip', { message }: { message?: string }) =>
      decide(id, decision, message, session),
    )
  command
    .command('cancel')
    .description('call a saga off: at its next step before the pivot it turns back')
    .argument('<id>', 'a saga')
    .option('-m, --message <text>', 'why: kept with the saga, 256 bytes at most')
    .action((id: string, { message }: { message?: string }) => cancel(id, message, session))
}

async function list({ limit, ofVersion: version, ...asked }: ListFlags, session: Session): Promise<void> {
  const { client, machine, print } = session
  const found = await everyPage(
    (paging) => client().sagas({ ...paging, ...asked, ...(version === undefined ? {} : { version }) }),
    undefined,
    limit + 1,
  )
  const rows = found.slice(0, limit)
  await show(session, { value: rows, rows, columns: columns(machine.clock.now()), none: 'There are no such sagas.' })
  if (found.length > limit) print.tell(`Older sagas are left out: --limit ${limit * 2} shows more.`)
}

async function showOne(id: string, session: Session): Promise<void> {
  const { print, machine } = session
  const one = await existing(id, session)
  await printTold(session, one, () => sagaLines(one, machine.clock.now()))
  if (one.state === 'parked') print.tell(`It waits: selvedge sagas decide ${id} retry, or skip.`)
}

async function watch(id: string, session: Session): Promise<void> {
  const { print, machine } = session
  let before = ''
  for (;;) {
    const { saga, state, step, because, endedAt } = await existing(id, session)
    const told = `${saga}: ${state} at ${step}${because === null ? '' : ` (${because})`}`
    if (told !== before) print.line(told)
    before = told
    if (endedAt !== null || state === 'parked') {
      if (state === 'completed') return
      throw new NegativeAnswer(`The saga ${id} is ${state}${because === null ? '' : `: ${because}`}.`)
    }
    await sleep(machine.clock, EVERY_MS)
  }
}

async function decide(id: string, decision: 'retry' | 'skip', message: string | undefined, session: Session) {
  const { saga, step } = await session.client().decideSaga(id, decision, message === undefined ? {} : { message })
  session.print.line(
    decision === 'retry' ? `${saga} tries ${step} again.` : `${saga} goes on without ${step}; its end will say so.`,
  )
}

async function cancel(id: string, message: string | undefined, session: Session): Promise<void> {
  const { saga } = await session.client().cancelSaga(id, message === undefined ? {} : { message })
  session.print.line(`${saga} turns back at its next step; behind its pivot it goes on to its end.`)
}

async function existing(id: string, { client }: Session): Promise<SagaView> {
  const one = await client().saga(id)
  if (!one) throw new NegativeAnswer(`No saga has the id "${id}".`)
  return one
}

function columns(now: number): Column<SagaView>[] {
  return [
    { name: 'ID', of: ({ id }) => id },
    { name: 'SAGA', of: ({ saga }) => saga },
    { name: 'VERSION', of: ({ version }) => version },
    { name: 'STATE', of: ({ state }) => state },
    { name: 'STEP', of: ({ step }) => step },
    { name: 'AGE', of: ({ startedAt }) => ageOf(now - Date.parse(startedAt)) },
    { name: 'PARKED', of: ({ parkedAt }) => (parkedAt === null ? undefined : ageOf(now - Date.parse(parkedAt))) },
    { name: 'BECAUSE', of: ({ because }) => because, isWide: false },
    { name: 'DECIDED', of: ({ decided, cancelledBy }) => decided ?? cancelledBy, isWide: true },
  ]
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It is a whole number.')
  return Number(text)
}
