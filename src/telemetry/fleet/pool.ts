/** Isolates that learn from each other, and what of it is written for those that are not born yet. */
import type { NumbersDigest } from '../numbers/numbers-digest.ts'
import { sightings } from './sightings.ts'
import type { FleetMode, FleetView } from './view.ts'

export interface FleetPool {
  /** What an isolate told, and what it asks for. Answers with what all of them have seen. */
  take(isolate: string, mode: FleetMode, digest: NumbersDigest | undefined, now: number): FleetView
  /** What is to be written now; `undefined` where nothing is. It counts as written. */
  due(now: number): string | undefined
}

/** Written once in so many milliseconds, at most: KV bills each, and shows it a minute later anyway. */
export const WRITE_EVERY_MS = 60_000
/** For so long one is written after an isolate has asked that reads it at its first request. */
const WANTED_MS = 600_000

/** @param most endpoints that are remembered. Default 10,000. */
export function fleetPool(most?: number): FleetPool {
  const seen = sightings(most)
  let wantedUntil = Number.NEGATIVE_INFINITY
  let writtenAt = Number.NEGATIVE_INFINITY
  /** Which endpoints were told of. */
  let written = namesOf([])

  return {
    take(isolate, mode, digest, now) {
      if (digest) seen.take(isolate, digest, now)
      if (mode === 'first') wantedUntil = now + WANTED_MS
      return seen.view(now)
    },
    due(now) {
      if (now >= wantedUntil || now - writtenAt < WRITE_EVERY_MS) return undefined
      const view = seen.view(now)
      const names = namesOf(view.endpoints)
      // While all is well nothing is written; that it is well again, once.
      if (names === written && view.endpoints.length === 0) return undefined
      writtenAt = now
      written = names
      return JSON.stringify(view)
    },
  }
}

function namesOf(endpoints: FleetView['endpoints']): string {
  return JSON.stringify(endpoints.map(({ service, endpoint, state }) => [service, endpoint, state]))
}
