/** Waits until a change is live, and tells what was seen of it: no more than that. */
import { type Command, Option } from 'commander'
import { NegativeAnswer } from '../../manifest/yaml/negative-answer.ts'
import { isOfEvents } from '../../record/events/event-key.ts'
import { someMs } from '../flags/duration.ts'
import { show } from '../print/show.ts'
import type { Session } from '../session.ts'
import { reaching } from '../target/reaching.ts'
import { grants } from './grants.ts'
import type { Expected, Place, Served } from './place.ts'
import { probed } from './probe.ts'
import { count, type Watched, watch } from './watch.ts'

export interface WaitFlags {
  readonly wait?: boolean
  readonly timeout?: number
  readonly probe?: readonly string[]
}

/** Flags of the verbs that write, and may wait afterwards: who says how long wants to wait. */
export function waitOptions(command: Command): Command {
  command.option('--wait', 'wait until the change is live, as selvedge wait does')
  for (const option of limits()) command.addOption(option.implies({ wait: true }))
  return command
}

/** Of how long it is waited, and where it is looked. */
export function limits(): Option[] {
  return [
    new Option('--timeout <duration>', 'how long to wait, as in 90s').argParser(someMs).default(TIMEOUT_MS, '2m'),
    new Option('--probe <url...>', 'further addresses of the mesh to ask, as in other regions'),
  ]
}

/** KV shows a write elsewhere up to a minute later, and sometimes more. */
const TIMEOUT_MS = 120_000
/** Milliseconds that a probe may take. */
const ANSWER_MS = 10_000
/** Told where there are any. */
const OF_EVENTS =
  'Of subscriptions KV alone is waited for: a mesh hears of them within its MESH_FRESH, when an event comes.'

/** Names that are looked at, at most. */
const LOOKED_AT = 64

/** @param revision that KV has to hold. @throws NegativeAnswer that names what lags, when the time is up. */
export async function waitFor(
  session: Session,
  expected: readonly Expected[],
  revisions: readonly number[],
  { timeout = TIMEOUT_MS, probe = [] }: WaitFlags,
): Promise<void> {
  const { print, machine, output } = session
  const client = session.client()
  const { url } = session.target()
  // No isolate tells by which subscriptions it goes: of those KV alone is waited for.
  const services = expected.filter(({ name }) => !isOfEvents(name))
  // Evenly: who writes thousands at once has them in some order.
  const step = Math.max(1, services.length / LOOKED_AT)
  const some = services.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step))
  const grantOf = grants(
    client,
    some.map(({ name }) => name),
    machine.clock,
  )
  const fetchAt = (url: string) => reaching(machine.fetch, { name: undefined, url }, ANSWER_MS)
  const watched = await watch(machine.clock, {
    expected: some,
    probes: [url, ...probe.map((one) => one.replace(/\/+$/, ''))],
    timeoutMs: timeout,
    ask: async (address, name) => probed(fetchAt(address), address, name, await grantOf(name)),
    async unpublished() {
      const statuses = await Promise.all(revisions.map((revision) => client.revision(revision)))
      return statuses.reduce((sum, status) => sum + (status?.waiting ?? 0), 0)
    },
    progress: print.progress,
  })
  if (some.length > 0 || output !== undefined)
    await show(
      { print, output },
      {
        value: watched.places,
        rows: grouped(watched.places),
        columns: [
          { name: 'NAME', of: ({ name }) => name },
          { name: 'REVISION', of: ({ served }) => served },
          { name: 'LOCATION', of: ({ location }) => location },
          { name: 'ISOLATES', of: ({ isolates }) => isolates },
          { name: 'ANSWERS', of: ({ answers }) => answers },
          { name: 'PROBE', of: ({ probe }) => probe, isWide: true },
        ],
        none: 'Nothing answered.',
      },
    )
  if (some.length < services.length) print.tell(`${some.length} of ${services.length} names were looked at.`)
  if (services.length < expected.length) print.tell(OF_EVENTS)
  if (watched.isDone) return some.length > 0 ? print.tell(live(watched)) : print.tell('KV holds it.')
  const wanted = new Map(some.map((one) => [one.name, one.revision]))
  const laggards = [
    ...(watched.unpublished > 0 ? [`KV does not hold ${count(watched.unpublished, 'name')} yet.`] : []),
    ...watched.places.filter(({ isLive }) => !isLive).map((place) => toldLaggard(place, wanted.get(place.name))),
    ...watched.silent.values(),
  ]
  const seconds = Math.round(watched.tookMs / 1_000)
  throw new NegativeAnswer(`It is not live everywhere that answered, after ${seconds} s.`, laggards)
}

function live({ places, tookMs }: Watched): string {
  const isolates = new Set(places.filter(({ isLive }) => isLive).map(({ probe, isolate }) => `${probe} ${isolate}`))
  const locations = [...new Set(places.flatMap(({ location }) => location ?? []))]
  const where = locations.length === 0 ? '' : `, in ${locations.join(', ')}`
  const gone = places.filter(({ isLive }) => !isLive)
  const lost = gone.length === 0 ? '' : ` ${count(gone.length, 'isolate')} lagged and answered no more.`
  return `What answered goes by it: ${count(isolates.size, 'isolate')}${where}, after ${Math.round(tookMs / 1_000)} s.${lost} Of others nothing is known.`
}

function toldLaggard(
  { name, isolate, location, probe, served }: Place,
  revision: Expected['revision'] | undefined,
): string {
  const where = location === undefined ? `at ${probe}` : `in ${location}`
  return `${name}: isolate ${isolate} ${where} goes by ${toldServed(served)}, not ${toldServed(revision ?? 'unknown')}.`
}

function toldServed(served: Served): string {
  if (served === 'none') return 'no record'
  return served === 'unknown' ? 'a record without a revision' : `revision ${served}`
}

interface Row extends Pick<Place, 'name' | 'served' | 'location' | 'probe'> {
  readonly isolates: number
  readonly answers: number
}

function grouped(places: readonly Place[]): Row[] {
  const rows = new Map<string, Row>()
  for (const { name, served, location, probe, answers } of places) {
    const key = JSON.stringify([name, served, location, probe])
    const { isolates = 0, answers: before = 0 } = rows.get(key) ?? {}
    rows.set(key, { name, served, location, probe, isolates: isolates + 1, answers: before + answers })
  }
  return [...rows.values()]
}
