/** `selvedge rollback`: a record as it was. History goes on: the old state becomes the newest revision. */
import { type Command, InvalidArgumentError } from 'commander'
import { NegativeAnswer } from '../../../manifest/yaml/negative-answer.ts'
import { absent } from '../../absent.ts'
import { howOf, type WriteFlags, writeOptions } from '../../apply/flags.ts'
import { labelOf } from '../../apply/label.ts'
import { type WaitFlags, waitFor, waitOptions } from '../../live/wait-for.ts'
import type { Session } from '../../session.ts'
import { example } from '../../verb.ts'

interface RollbackFlags extends WriteFlags, WaitFlags {
  readonly to?: number
}

export function rollback(command: Command, session: Session): void {
  example(command, 'selvedge rollback users', "selvedge rollback users --to 12 --message 'the new region is down'")
  command
    .argument('<name>', 'a name that has, or had, a record')
    .option(
      '--to <revision>',
      'one of its revisions, as history lists them. Default: the one before the newest',
      revision,
    )
  writeOptions(command)
  waitOptions(command).action((name: string, flags: RollbackFlags) => run(name, flags, session))
}

async function run(name: string, flags: RollbackFlags, session: Session): Promise<void> {
  const { print } = session
  const client = session.client()
  const [newest, before] = (await client.history(name, { limit: 2 })).items
  if (!newest) throw new NegativeAnswer(await absent(name, client))
  const to = flags.to ?? before?.revision
  if (to === undefined)
    throw new NegativeAnswer(`"${name}" has one revision alone, ${newest.revision}: there is nothing to go back to.`)
  // The record stays of the set that it was applied with.
  const how = howOf({ message: `back to ${to}`, ...flags }, labelOf(newest.message))
  const condition = newest.record === null ? ({ ifNoneMatch: '*' } as const) : { ifMatch: newest.revision }
  const written = await client.rollback(name, to, { ...how, ...condition })
  const dry = written.dryRun ? ' (dry run)' : ''
  if (written.changed.length === 0) return print.line(`${name} is as it was at revision ${to} already${dry}.`)
  print.line(`${name} is back at revision ${to}${written.dryRun ? dry : `, as revision ${written.revision}`}.`)
  if (!flags.wait || written.dryRun) return
  const record = (await client.history(name, { limit: 1 })).items[0]?.record
  const expected = { name, revision: record === null ? ('none' as const) : written.revision, isUnstamped: false }
  await waitFor(session, [expected], [written.revision], flags)
}

function revision(text: string): number {
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is a revision, a number from 1 on.')
}
