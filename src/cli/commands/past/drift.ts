/** `selvedge drift`: edits of KV by hand that met a change, and which of the two is to stand. */
import { type Command, Option } from 'commander'
import type { DriftView } from '../../../admin/client.ts'
import { Fault } from '../../../manifest/yaml/fault.ts'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { differencesOf } from '../../apply/difference-lines.ts'
import { everyPage } from '../../every-record.ts'
import { ageOf } from '../../print/age.ts'
import { show } from '../../print/show.ts'
import type { Column } from '../../print/table.ts'
import type { Session } from '../../session.ts'
import { differenceLines } from '../../target/told.ts'
import { example } from '../../verb.ts'

interface DriftFlags {
  readonly adopt?: true
  readonly overwrite?: true
  readonly scan?: true
  readonly message?: string
  readonly author?: string
}

export function drift(command: Command, session: Session): void {
  example(
    command,
    'selvedge drift   # which names wait for a decision?',
    'selvedge drift users',
    "selvedge drift users --adopt --message 'the edit was right'",
  )
  command
    .argument('[name]', 'a name whose edit is shown, or settled. Default: all are listed')
    .addOption(new Option('--adopt', 'keep the edit by hand: it becomes the newest revision').conflicts('overwrite'))
    .option('--overwrite', 'keep the record of history: it is written over the edit, which stays in history')
    .option('--scan', 'have KV looked through for edits now, rather than in its time')
    .option('-m, --message <text>', 'why: kept in history, 256 bytes at most')
    .option('--author <name>', 'who asked for it: kept beside the name of the token, unverified')
    .action((name: string | undefined, flags: DriftFlags) => run(name, flags, session))
}

async function run(name: string | undefined, flags: DriftFlags, session: Session): Promise<void> {
  const choice = flags.adopt ? 'adopt' : flags.overwrite ? 'overwrite' : undefined
  if (choice && name === undefined) throw new Fault(`--${choice} needs a name: look at each edit before.`)
  if (flags.scan) return scan(name, session)
  if (choice && name !== undefined) return settle(name, choice, flags, session)
  const all = await everyPage((paging) => session.client().drift(paging))
  const rows = name === undefined ? all : all.filter((one) => one.name === name)
  const isTable = session.output === undefined || session.output === 'table' || session.output === 'wide'
  if (name === undefined || !isTable) {
    const none = 'No edit by hand waits for a decision.'
    await show(session, { value: rows, rows, columns: columns(session.machine.clock.now()), none })
  }
  if (name === undefined) return
  const [one] = rows
  if (!one) throw new NegativeAnswer(`No edit by hand of "${name}" waits for a decision.`)
  if (isTable) tell(one, session)
}

async function scan(name: string | undefined, { client, print }: Session): Promise<void> {
  if (name !== undefined) throw new Fault('--scan looks through all names: leave out the name.')
  await client().scanDrift()
  print.line('KV is looked through now. What is found is in selvedge history NAME, or here.')
}

async function settle(
  name: string,
  choice: 'adopt' | 'overwrite',
  { message, author }: DriftFlags,
  { client, print }: Session,
): Promise<void> {
  const how = { ...(message === undefined ? {} : { message }), ...(author === undefined ? {} : { author }) }
  const { revision } = await client().endDrift(name, choice, how)
  print.line(
    choice === 'adopt'
      ? `${name} is as it was edited by hand, as revision ${revision}.`
      : `${name} is as history has it, as revision ${revision}. The edit by hand is a revision before it.`,
  )
}

/** What the edit has changed, and what can be done. */
function tell({ name, found, record, revision, since }: DriftView, { print, machine }: Session): void {
  const age = ageOf(machine.clock.now() - Date.parse(since))
  print.line([{ text: `${name}   revision ${revision}; edited by hand in KV, seen ${age} ago`, style: 'strong' }])
  const lines = differencesOf({ before: record === null ? undefined : { record }, after: found }).flatMap(
    differenceLines,
  )
  for (const { text, isAdded } of lines) print.line([{ text, style: isAdded ? 'good' : 'bad' }])
  print.tell('- is in history, + is in KV. --adopt keeps the edit, --overwrite keeps history.')
}

function columns(now: number): Column<DriftView>[] {
  return [
    { name: 'NAME', of: ({ name }) => name },
    { name: 'REVISION', of: ({ revision }) => revision },
    { name: 'SEEN', of: ({ since }) => ageOf(now - Date.parse(since)) },
    { name: 'EDIT', of: ({ found }) => (found === null ? 'deleted' : 'changed') },
  ]
}
