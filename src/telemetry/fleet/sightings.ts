/** What each isolate saw last of each endpoint, and what most of them say. Nobody alone decides; in memory, and bounded. */
import { type NumbersDigest, OTHER } from '../numbers/numbers-digest.ts'
import {
  FIND,
  FIND_MS,
  type Found,
  found,
  KEEP,
  KEEP_MS,
  msOf,
  type Sighting,
  samplesOf,
  sightingOf,
} from './verdict.ts'
import { type FleetEndpoint, type FleetView, LEAST_REPORTERS } from './view.ts'

export interface Sightings {
  /** What an isolate counted since it told something last. */
  take(isolate: string, digest: NumbersDigest, now: number): void
  view(now: number): FleetView
}

interface Seen {
  /** By isolate, the last one last. */
  readonly by: Map<string, Sighting>
  /** What most say, once enough have said it. */
  found: Found | undefined
}

/** Reports are counted over so many seconds. */
const COUNTED_S = 60
/** Endpoints that are remembered, those of one service, services of which one is found bad that a view looks at, and endpoints of a view, at most. */
const MOST_SEEN = 10_000
const MOST_ENDPOINTS = 256
const MOST_SUSPECTED = 200
const MOST_TOLD = 100

/** @param most endpoints that are remembered: of services that were told of last. Default 10,000. */
export function sightings(most = MOST_SEEN): Sightings {
  /** Those that were told of last, last. */
  const services = new Map<string, Map<string, Seen>>()
  let remembered = 0
  /** Reports of each second, the last one last. */
  const reports = new Map<number, number>()
  /** Services of which an endpoint is found bad. */
  const suspected = new Set<string>()

  function judge(service: string, endpoints: Map<string, Seen>, now: number): void {
    suspected.delete(service)
    const all = [...endpoints].map(([id, seen]) => {
      const newest = [...seen.by.values()].filter(({ at }) => now - at <= KEEP_MS)
      const recent = newest.filter(({ at }) => now - at <= FIND_MS)
      if (newest.length === 0) endpoints.delete(id)
      return { seen, newest, recent, ms: recent.length < LEAST_REPORTERS ? undefined : msOf(recent) }
    })
    for (const one of all) {
      const { seen, newest, recent } = one
      const others = all.flatMap((other) => (other === one || other.ms === undefined ? [] : [other.ms]))
      seen.found = found(seen.found, seen.found ? newest.slice(-KEEP) : recent, others)
      if (seen.found) suspected.add(service)
    }
  }

  /** Room for what came: the services go first that nobody has told of for longest. */
  function forget(): void {
    for (const [service, { size }] of services) {
      if (remembered <= most || services.size === 1) return
      services.delete(service)
      suspected.delete(service)
      remembered -= size
    }
  }

  return {
    take(isolate, { services: told }, now) {
      const second = Math.floor(now / 1000)
      last(reports, second, (reports.get(second) ?? 0) + 1, COUNTED_S)
      for (const [service, { endpoints }] of Object.entries(told)) {
        if (service === '' || service === OTHER) continue
        const known = services.get(service) ?? new Map<string, Seen>()
        remembered -= known.size
        services.delete(service)
        services.set(service, known)
        for (const [id, numbers] of Object.entries(endpoints)) {
          const sighting = sightingOf(numbers, now)
          if (!sighting || id === OTHER) continue
          const seen: Seen = known.get(id) ?? { by: new Map(), found: undefined }
          last(known, id, seen, MOST_ENDPOINTS)
          last(seen.by, isolate, sighting, FIND)
          if (seen.found) seen.found = { ...seen.found, samples: seen.found.samples + samplesOf([sighting]) }
        }
        judge(service, known, now)
        remembered += known.size
        forget()
      }
    },
    view(now) {
      const told = [...suspected].slice(0, MOST_SUSPECTED).flatMap((service) => {
        const endpoints = services.get(service) ?? new Map<string, Seen>()
        remembered -= endpoints.size
        judge(service, endpoints, now)
        remembered += endpoints.size
        return [...endpoints].flatMap(([endpoint, { by, found }]) =>
          found ? [{ service, endpoint, ...found, ...seenOf(by, now) }] : [],
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

function seenOf(by: Seen['by'], now: number): Pick<FleetEndpoint, 'ms' | 'reporters' | 'ageMs'> {
  const told = [...by.values()].filter(({ at }) => now - at <= KEEP_MS)
  const ageMs = now - Math.max(...told.map(({ at }) => at))
  return { ms: Math.round(msOf(told.slice(-KEEP))), reporters: told.length, ageMs }
}
