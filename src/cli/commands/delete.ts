/** `selvedge delete`: takes records away. Their history stays. */
import type { Command } from 'commander'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { absent } from '../absent.ts'
import { howOf, type WriteFlags, writeOptions } from '../apply/flags.ts'
import { seen } from '../apply/plan.ts'
import { send } from '../apply/send.ts'
import { type WaitFlags, waitFor, waitOptions } from '../live/wait-for.ts'
import type { Session } from '../session.ts'
import { guard } from '../simulated/guard.ts'
import { example } from '../verb.ts'

const BREAKS = 'also what would break requests of the last hour'

type DeleteFlags = WriteFlags & WaitFlags

export function deleteRecords(command: Command, session: Session): void {
  example(command, "selvedge delete users-old --message 'nobody calls it any more'")
  command.argument('<name...>', 'names of records')
  writeOptions(command, BREAKS)
  waitOptions(command).action((names: string[], flags: DeleteFlags) => run([...new Set(names)], flags, session))
}

async function run(names: readonly string[], flags: DeleteFlags, session: Session): Promise<void> {
  const { print } = session
  const client = session.client()
  const stands = await seen(client, names, false, print)
  const changes = names.flatMap((name) => {
    const before = stands.get(name)
    return before ? [{ name, record: null, ifMatch: before.revision }] : []
  })
  await guard(changes, flags, session)
  const dry = flags.dryRun ? ' (dry run)' : ''
  const { refused, revisions, revisionOf } = await send(client, changes, howOf(flags), (_, written) => {
    for (const name of written?.changed ?? []) print.line(`${name} deleted${dry}`)
  })
  const missing = names.filter((name) => !stands.has(name))
  const [first, ...more] = [
    ...(await Promise.all(missing.map((name) => absent(name, client)))),
    ...[...refused].map(([name, reason]) => `${name} ${reason}`),
  ]
  if (first !== undefined) throw new NegativeAnswer(first, more)
  if (!flags.wait || flags.dryRun) return
  const expected = [...revisionOf.keys()].map((name) => ({ name, revision: 'none' as const, isUnstamped: false }))
  await waitFor(session, expected, revisions, flags)
}
