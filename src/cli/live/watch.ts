/** Asks again and again until all that answers goes by what is expected, or the time is up. */
import { type Clock, sleep } from '../../core/time/clock.ts'
import { Fault } from '../../manifest/yaml/fault.ts'
import { type Expected, isLive, type Place, type Seen } from './place.ts'

export interface Watch {
  readonly expected: readonly Expected[]
  /** Addresses of the mesh that are asked. */
  readonly probes: readonly string[]
  readonly timeoutMs: number
  ask(probe: string, name: string): Promise<Seen>
  /** Names that KV does not hold yet. */
  unpublished(): Promise<number>
  progress(text: string): void
}

export interface Watched {
  readonly isDone: boolean
  /** What answered, in the order of names. */
  readonly places: readonly Place[]
  /** Names that KV did not hold at last. */
  readonly unpublished: number
  /** Why a probe had no answer at last, by probe. */
  readonly silent: ReadonlyMap<string, string>
  readonly tookMs: number
}

/** Answers in a row that are live before a name is taken for live at a probe: several isolates may answer for one address. */
const IN_A_ROW = 3
/** Milliseconds between rounds; sooner while nothing lags. */
const PAUSE_MS = 1_000
const SHORT_PAUSE_MS = 200
/** After so long without an answer an isolate that lagged is taken for ended, and is told of, but not waited for. */
const GONE_MS = 90_000
/** Requests at once. */
const AT_ONCE = 8

export async function watch(clock: Clock, given: Watch): Promise<Watched> {
  const { expected, probes, timeoutMs, ask, progress } = given
  const startedAt = clock.now()
  const places = new Map<string, Place>()
  const inARow = new Map<string, number>()
  const silent = new Map<string, string>()
  let unpublished = await given.unpublished()

  async function look(probe: string, wanted: Expected): Promise<void> {
    const { name } = wanted
    const asked = `${name} ${probe}`
    let seen: Seen
    try {
      seen = await ask(probe, name)
      silent.delete(probe)
    } catch (error) {
      // It may be back before the time is up; that nobody is believed there will not change.
      if (!(error instanceof Fault) || error.cause === undefined) throw error
      silent.set(probe, error.message)
      inARow.set(asked, 0)
      return
    }
    const live = isLive(wanted, seen.served)
    const key = `${asked} ${seen.location} ${seen.isolate}`
    const answers = (places.get(key)?.answers ?? 0) + 1
    places.set(key, { ...seen, name, probe, isLive: live, answers, at: clock.now() })
    inARow.set(asked, live ? (inARow.get(asked) ?? 0) + 1 : 0)
  }

  const pairs = probes.flatMap((probe) => expected.map((wanted) => [probe, wanted] as const))
  const lagging = () => [...places.values()].filter((place) => !place.isLive && clock.now() - place.at < GONE_MS)
  const isDone = () =>
    unpublished === 0 &&
    silent.size === 0 &&
    lagging().length === 0 &&
    pairs.every(([probe, { name }]) => (inARow.get(`${name} ${probe}`) ?? 0) >= IN_A_ROW)

  for (;;) {
    if (unpublished > 0) unpublished = await given.unpublished()
    for (let from = 0; from < pairs.length; from += AT_ONCE) {
      await Promise.all(pairs.slice(from, from + AT_ONCE).map(([probe, wanted]) => look(probe, wanted)))
    }
    const tookMs = clock.now() - startedAt
    const done = isDone()
    if (done || tookMs >= timeoutMs) {
      const all = [...places.values()].sort((one, other) => (one.name < other.name ? -1 : 1))
      return { isDone: done, places: all, unpublished, silent, tookMs }
    }
    const late = lagging()
    progress(
      unpublished > 0
        ? `KV does not hold ${count(unpublished, 'name')} yet …`
        : `${count(late.length, 'isolate')} of ${count(places.size, 'isolate')} seen ${late.length === 1 ? 'lags' : 'lag'}, after ${Math.round(tookMs / 1_000)} s …`,
    )
    const pauseMs = late.length > 0 || unpublished > 0 || silent.size > 0 ? PAUSE_MS : SHORT_PAUSE_MS
    await sleep(clock, Math.min(pauseMs, Math.max(1, timeoutMs - tookMs)))
  }
}

export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}
