/** `selvedge apply`: makes the mesh have the records of files. */
import type { Command } from 'commander'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import {
  FORCE,
  howOf,
  namingOptions,
  type PruneFlags,
  pruneOptions,
  type WriteFlags,
  writeOptions,
} from '../apply/flags.ts'
import { type Act, changeOf, type Step } from '../apply/plan.ts'
import { assertSelector, planned } from '../apply/planned.ts'
import { type Sent, send } from '../apply/send.ts'
import { type Naming, wantedRecords } from '../apply/wanted.ts'
import { type Expected, isFromKv } from '../live/place.ts'
import { type WaitFlags, waitFor, waitOptions } from '../live/wait-for.ts'
import { filesOption, type Named, named } from '../named-files.ts'
import type { Session } from '../session.ts'
import { guard } from '../simulated/guard.ts'
import { example } from '../verb.ts'

interface ApplyFlags extends Named, WriteFlags, PruneFlags, WaitFlags, Naming {}

export function apply(command: Command, session: Session): void {
  example(
    command,
    "selvedge apply -f registry.yaml --message 'users: two regions'",
    'selvedge apply -f registry/ --prune --selector shop',
    'kubectl get httproutes -o yaml | selvedge apply -f - --dry-run',
  )
  filesOption(command, 'files and folders, YAML or JSON: a map of names to records, or manifests; - is standard input')
  writeOptions(command, `${FORCE}, and what would break requests of the last hour`)
  pruneOptions(command)
  waitOptions(command)
  namingOptions(command).action((files: string[], flags: ApplyFlags) => run(named(files, flags), flags, session))
}

/** With more records than these, those that do not change are not listed. */
const LISTED = 100

async function run(files: readonly string[], flags: ApplyFlags, session: Session): Promise<void> {
  const { print, output } = session
  assertSelector(flags)
  const steps = await planned(await wantedRecords(files, flags, print), flags, session)
  const isQuiet = steps.length > LISTED
  const isTable = output !== 'json' && output !== 'yaml'
  const dry = flags.dryRun ? ' (dry run)' : ''
  const line = ({ name, act }: Step) => {
    if (isTable && (act !== 'unchanged' || !isQuiet)) print.line(`${name} ${act}${dry}`)
  }
  for (const step of steps.filter(({ act }) => act === 'unchanged')) line(step)
  const changing = steps.filter(({ act }) => act !== 'unchanged')
  await guard(
    changing.map(({ name, after }) => ({ name, record: after })),
    flags,
    session,
  )
  const sent = await sendAll(changing, flags, session, line)
  const taken = steps.filter(({ name }) => !sent.refused.has(name))
  if (isTable) print.line(`${summary(taken, sent)}${dry}.`)
  else await printed(session, steps, sent)
  for (const [name, reason] of sent.refused) print.tell([{ text: 'refused', style: 'bad' }, ` ${name}: ${reason}`])
  if (sent.refused.size > 0) {
    const were = sent.refused.size === 1 ? 'was' : 'were'
    throw new NegativeAnswer(`${sent.refused.size} of ${steps.length} records ${were} refused.`)
  }
  if (!flags.dryRun) await tellConsent(steps, sent, session)
  if (flags.wait && !flags.dryRun) await waitForAll(steps, sent, flags, session)
}

/** Subscriptions that were written may lead out of the mesh: whoever is sent events there is asked once. */
async function tellConsent(steps: readonly Step[], sent: Sent, session: Session): Promise<void> {
  const wanted = new Map(steps.flatMap(({ name, after }) => (after === null ? [] : [[name, after] as const])))
  const subscriptions = [...wanted].filter(([name]) => isOfEvents(name) && sent.revisionOf.has(name))
  if (subscriptions.length === 0) return
  // Long, and most have no use for it.
  const { askedSinks } = await import('../consent/sinks.ts')
  const { sinks, left } = await askedSinks(
    subscriptions.map(([, record]) => record),
    session,
    wanted,
  )
  for (const { id, address, origin, isGiven, told } of sinks) {
    if (!isGiven)
      session.print.tell(
        `warning: ${id}: ${address} did not consent to be sent events by ${origin}: it ${told} (selvedge events consent asks again).`,
      )
  }
  if (left > 0) session.print.tell(`${left} further addresses were not asked (selvedge events consent TYPE asks them).`)
}

/** What was written first; what stood there already may not be live yet, either. */
async function waitForAll(steps: readonly Step[], sent: Sent, flags: WaitFlags, session: Session): Promise<void> {
  const written = steps.filter(({ name }) => sent.revisionOf.has(name))
  const stood = steps.filter(({ act }) => act === 'unchanged')
  const expected = [...written, ...stood].flatMap(({ name, before, after }): Expected[] => {
    const revision = sent.revisionOf.get(name) ?? before?.revision
    if (revision === undefined) return []
    const isUnstamped = !sent.revisionOf.has(name) && before !== undefined && isFromKv(before.origin)
    return [{ name, revision: after === null ? 'none' : revision, isUnstamped }]
  })
  const publishing = stood.flatMap(({ before }) => (before?.state === 'publishing' ? [before.revision] : []))
  await waitFor(session, expected, [...new Set([...sent.revisions, ...publishing])], flags)
}

const AGAIN = 'Apply again: it goes on from there.'

async function sendAll(
  changing: readonly Step[],
  flags: ApplyFlags,
  { client, print, machine }: Session,
  line: (step: Step) => void,
): Promise<Sent> {
  let last = 0
  const unheard = machine.onInterrupt?.(() => {
    print.tell(`Interrupted: ${last} of ${changing.length} records were written, and perhaps some more. ${AGAIN}`)
  })
  try {
    return await send(client(), changing.map(changeOf), howOf(flags, flags.selector), (done, written) => {
      const isTaken = new Set(written?.changed)
      for (const step of changing.slice(last, done)) if (isTaken.has(step.name)) line(step)
      last = done
      if (done < changing.length) print.progress(`${done} of ${changing.length} records are written …`)
    })
  } catch (error) {
    if (last > 0) print.tell(`${last} of ${changing.length} records were written before that. ${AGAIN}`)
    throw error
  } finally {
    unheard?.()
  }
}

function summary(steps: readonly Step[], { revisions }: Sent): string {
  const counts = new Map<Act, number>()
  for (const { act } of steps) counts.set(act, (counts.get(act) ?? 0) + 1)
  const told = [...counts].map(([act, count]) => `${count} ${act}`).join(', ') || 'nothing applied'
  const at =
    revisions.length === 0 ? '' : `, revision ${revisions.length === 1 ? '' : `${revisions[0]} to `}${revisions.at(-1)}`
  return `${steps.length} ${steps.length === 1 ? 'record' : 'records'}: ${told}${at}`
}

async function printed(
  { print, output }: Session,
  steps: readonly Step[],
  { revisions, refused }: Sent,
): Promise<void> {
  const value = {
    revisions,
    records: steps.map(({ name, act }) => {
      const reason = refused.get(name)
      return reason === undefined ? { name, act } : { name, act: 'refused', reason }
    }),
  }
  print.data(
    output === 'yaml' ? (await import('../print/yaml-text.ts')).yamlText(value) : `${JSON.stringify(value, null, 2)}\n`,
  )
}
