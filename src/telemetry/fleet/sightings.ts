/** What each isolate saw last of each endpoint, and what most of them say. Nobody alone decides; in memory, and bounded. */
import { median } from '../../math/median.ts'
import { type EndpointNumbers, type Ends, type NumbersDigest, OTHER, OUTCOMES } from '../numbers/numbers.ts'
import { type FleetEndpoint, type FleetView, LEAST_REPORTERS, LEAST_SAMPLES } from './view.ts'

export interface Sightings {
  /** What an isolate counted since it told something last. */
  take(isolate: string, digest: NumbersDigest, now: number): void
  view(now: number): FleetView
}

/** What an isolate told of an endpoint last. */
interface Sighting {
  readonly at: number
  readonly tries: number
  readonly faults: number
  /** Milliseconds that an attempt took, on average. */
  readonly ms: number
}

interface Seen {
  /** By isolate, the last one last. */
  readonly by: Map<string, Sighting>
  /** What most say, once enough have said it. */
  state: FleetEndpoint['state'] | undefined
  samples: number
}

/** An endpoint is found bad by what was told in so many milliseconds. */
const FIND_MS = 30_000
/** It stays so by what was told in so many: few try it then. */
const KEEP_MS = 120_000
/** Isolates whose word counts, those that told last: to find it bad, and to keep it so, where only they are asked that tried it since. */
const FIND = 16
const KEEP = 5
/** Attempts of one report that count, at most: whoever claims a million has no more to say. */
const MOST_OF_ONE = 4
/** Slow is three times what the others of the service take, and 10 ms more at least. */
const SLOW = 3
const SLOWER_MS = 10
/** Reports are counted over so many seconds. */
const COUNTED_S = 60
/** Services, endpoints of one, and endpoints of a view, at most. */
const MOST_SERVICES = 2_000
const MOST_ENDPOINTS = 256
const MOST_TOLD = 200

/** Of outcomes: these speak against an endpoint, those for it. That it is busy, or the caller left, says nothing of its health. */
const AGAINST: ReadonlySet<string> = new Set(['failure', 'timeout', 'unreachable'])
const FOR: ReadonlySet<string> = new Set(['success', 'limited'])

export function sightings(): Sightings {
  const services = new Map<string, Map<string, Seen>>()
  /** Reports of each second, the last one last. */
  const reports = new Map<number, number>()
  /** Services of which an endpoint is found bad. */
  const suspected = new Set<string>()

  function judge(service: string, endpoints: Map<string, Seen>, now: number): void {
    suspected.delete(service)
    for (const [id, seen] of endpoints) {
      const newest = [...seen.by.values()].filter(({ at }) => now - at <= KEEP_MS)
      if (newest.length === 0) endpoints.delete(id)
      const others = () => [...endpoints.values()].filter((other) => other !== seen)
      seen.state = stateOf(seen, newest, others, now)
      if (seen.state) suspected.add(service)
      else seen.samples = 0
    }
  }

  return {
    take(isolate, { services: told }, now) {
      const second = Math.floor(now / 1000)
      last(reports, second, (reports.get(second) ?? 0) + 1, COUNTED_S)
      for (const [service, { endpoints }] of Object.entries(told)) {
        if (service === '' || service === OTHER) continue
        const known = services.get(service) ?? new Map<string, Seen>()
        last(services, service, known, MOST_SERVICES)
        for (const [id, numbers] of Object.entries(endpoints)) {
          const sighting = sightingOf(numbers, now)
          if (!sighting || id === OTHER) continue
          const seen: Seen = known.get(id) ?? { by: new Map(), state: undefined, samples: 0 }
          last(known, id, seen, MOST_ENDPOINTS)
          last(seen.by, isolate, sighting, FIND)
          if (seen.state) seen.samples += samplesOf([sighting])
        }
        judge(service, known, now)
      }
    },
    view(now) {
      const told = [...suspected].flatMap((service) => {
        const endpoints = services.get(service) ?? new Map<string, Seen>()
        judge(service, endpoints, now)
        return [...endpoints].flatMap(([endpoint, seen]) =>
          seen.state ? [endpointOf(service, endpoint, seen, seen.state, now)] : [],
        )
      })
      const endpoints = told.sort((one, other) => other.reporters - one.reporters).slice(0, MOST_TOLD)
      return { at: now, perSecond: perSecond(reports, now), endpoints }
    },
  }
}

function perSecond(reports: ReadonlyMap<number, number>, now: number): number {
  const last = now / 1000
  const counted = [...reports].filter(([second]) => last - second <= COUNTED_S)
  const since = Math.min(last - 1, ...counted.map(([second]) => second))
  return counted.reduce((sum, [, many]) => sum + many, 0) / (last - since)
}

/** Puts an entry at the end of a map, which loses its first where it would be too long. */
function last<Key, Value>(of: Map<Key, Value>, key: Key, value: Value, most: number): void {
  of.delete(key)
  of.set(key, value)
  if (of.size <= most) return
  const [first] = of.keys()
  if (first !== undefined) of.delete(first)
}

function sightingOf({ ends, ms: { zeros, sum, buckets } }: EndpointNumbers, now: number): Sighting | undefined {
  const faults = totalOf(ends, AGAINST)
  const tries = faults + totalOf(ends, FOR)
  if (tries === 0) return undefined
  const measured = buckets.reduce((count, many, index) => (index % 2 === 1 ? count + many : count), zeros)
  return { at: now, tries, faults, ms: measured === 0 ? 0 : sum / measured }
}

function totalOf(ends: Ends, outcomes: ReadonlySet<string>): number {
  return ends.reduce((sum, many, index) => (outcomes.has(OUTCOMES[index] ?? '') ? sum + many : sum), 0)
}

function samplesOf(sightings: readonly Sighting[]): number {
  return sightings.reduce((sum, { tries }) => sum + Math.min(tries, MOST_OF_ONE), 0)
}

function stateOf(seen: Seen, told: readonly Sighting[], others: () => readonly Seen[], now: number): Seen['state'] {
  const among = seen.state ? told.slice(-KEEP) : recent(told, now)
  if (among.length < LEAST_REPORTERS) return undefined
  const samples = seen.state ? seen.samples : samplesOf(among)
  if (samples < LEAST_SAMPLES) return undefined
  const failing = among.filter(({ tries, faults }) => faults * 2 >= tries).length
  const state = failing * 2 > among.length ? 'failing' : isSlow(among, others(), now) ? 'slow' : undefined
  if (state) seen.samples = samples
  return state
}

/** Slower than the others, of which enough must be known, too. */
function isSlow(among: readonly Sighting[], others: readonly Seen[], now: number): boolean {
  const usual = others.flatMap(({ by }) => {
    const told = recent([...by.values()], now)
    return told.length < LEAST_REPORTERS ? [] : [msOf(told)]
  })
  if (usual.length === 0) return false
  const usualMs = median(usual)
  return msOf(among) >= Math.max(usualMs * SLOW, usualMs + SLOWER_MS)
}

const recent = (told: readonly Sighting[], now: number) => told.filter(({ at }) => now - at <= FIND_MS)

function msOf(sightings: readonly Sighting[]): number {
  return median(sightings.map(({ ms }) => ms))
}

function endpointOf(
  service: string,
  endpoint: string,
  { by, samples }: Seen,
  state: FleetEndpoint['state'],
  now: number,
): FleetEndpoint {
  const told = [...by.values()].filter(({ at }) => now - at <= KEEP_MS)
  const ms = Math.round(msOf(told.slice(-KEEP)))
  const ageMs = now - Math.max(...told.map(({ at }) => at))
  return { service, endpoint, state, ms, reporters: told.length, samples, ageMs }
}
