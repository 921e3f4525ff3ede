/** `selvedge wait`: until a revision, or what a name has now, is live where the mesh can be seen from here. */
import type { Command } from 'commander'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { absent } from '../absent.ts'
import { everyWritten } from '../every-record.ts'
import { type Expected, isFromKv } from '../live/place.ts'
import { limits, type WaitFlags, waitFor } from '../live/wait-for.ts'
import type { Session } from '../session.ts'
import { example } from '../verb.ts'

export function wait(command: Command, session: Session): void {
  example(command, 'selvedge wait 12', 'selvedge wait users --timeout 90s')
  command.argument('<revision|name>', 'a revision of the mesh; or a name, for its newest revision')
  for (const option of limits()) command.addOption(option)
  command.action((what: string, flags: WaitFlags) =>
    /^\d+$/.test(what) ? waitRevision(Number(what), flags, session) : waitName(what, flags, session),
  )
}

async function waitRevision(revision: number, flags: WaitFlags, session: Session): Promise<void> {
  const { print } = session
  const client = session.client()
  const status = await client.revision(revision)
  if (!status) throw new NegativeAnswer(`There is no revision ${revision}.`)
  const records = (await everyWritten(client, print)).filter((record) => record.revision === revision)
  const others = status.names - records.length
  if (others > 0) {
    print.tell(
      `${others} of its ${status.names} names ${others === 1 ? 'was' : 'were'} written again since, or deleted: they are not waited for.`,
    )
  }
  if (records.length === 0) throw new NegativeAnswer(`No name is at revision ${revision} any more: wait for a name.`)
  const isUnstamped = isFromKv(status.origin)
  const expected = records.map(({ name }): Expected => ({ name, revision, isUnstamped }))
  await waitFor(session, expected, [revision], flags)
}

async function waitName(name: string, flags: WaitFlags, session: Session): Promise<void> {
  const client = session.client()
  const [newest] = (await client.history(name, { limit: 1 })).items
  if (!newest) throw new NegativeAnswer(await absent(name, client))
  const { revision, record, origin } = newest
  const state = record === null ? undefined : (await client.get(name))?.state
  if (state === 'drifted') throw new NegativeAnswer(`${name} was edited by hand in KV, which is not written over.`)
  if (state === 'refused')
    throw new NegativeAnswer(`${name} is refused by the mesh: its revision ${revision} will not be live.`)
  const expected = { name, revision: record === null ? ('none' as const) : revision, isUnstamped: isFromKv(origin) }
  await waitFor(session, [expected], [revision], flags)
}
