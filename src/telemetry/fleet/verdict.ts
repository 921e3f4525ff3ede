/** What isolates have told of one endpoint, and what most of them say. */
import { median } from '../../math/median.ts'
import { type EndpointNumbers, type Ends, OUTCOMES } from '../numbers/numbers-digest.ts'
import { type FleetEndpoint, LEAST_REPORTERS, LEAST_SAMPLES } from './view.ts'

/** What an isolate told of an endpoint last. */
export interface Sighting {
  readonly at: number
  readonly tries: number
  readonly faults: number
  /** Milliseconds that an attempt took, on average. */
  readonly ms: number
}

/** What was found of an endpoint. */
export interface Found {
  readonly state: FleetEndpoint['state']
  /** Attempts that it is judged by, since it is so. */
  readonly samples: number
}

/** An endpoint is found bad by what was told in so many milliseconds. */
export const FIND_MS = 30_000
/** It stays so by what was told in so many: few try it then. */
export const KEEP_MS = 120_000
/** Isolates whose word counts, those that told last: to find it bad, and to keep it so, where only they are asked that tried it since. */
export const FIND = 16
export const KEEP = 5
/** Attempts of one report that count, at most: whoever claims a million has no more to say. */
const MOST_OF_ONE = 4
/** Slow is three times what the others of the service take, and 10 ms more at least. */
const SLOW = 3
const SLOWER_MS = 10
/** Of outcomes: these speak against an endpoint, those for it. That it is busy, or the caller left, says nothing of its health. */
const AGAINST: ReadonlySet<string> = new Set(['failure', 'timeout', 'unreachable'])
const FOR: ReadonlySet<string> = new Set(['success', 'limited'])

export function sightingOf({ ends, ms: { zeros, sum, buckets } }: EndpointNumbers, now: number): Sighting | undefined {
  const faults = totalOf(ends, AGAINST)
  const tries = faults + totalOf(ends, FOR)
  if (tries === 0) return undefined
  const measured = buckets.reduce((count, many, index) => (index % 2 === 1 ? count + many : count), zeros)
  return { at: now, tries, faults, ms: measured === 0 ? 0 : sum / measured }
}

function totalOf(ends: Ends, outcomes: ReadonlySet<string>): number {
  return ends.reduce((sum, many, index) => (outcomes.has(OUTCOMES[index] ?? '') ? sum + many : sum), 0)
}

export function samplesOf(sightings: readonly Sighting[]): number {
  return sightings.reduce((sum, { tries }) => sum + Math.min(tries, MOST_OF_ONE), 0)
}

/**
 * What most of them say; `undefined` where that is nothing bad, or too few have said anything.
 *
 * @param before what was found before.
 * @param others what the others of the service take, where enough is known of them.
 */
export function found(
  before: Found | undefined,
  among: readonly Sighting[],
  others: readonly number[],
): Found | undefined {
  const samples = before?.samples ?? samplesOf(among)
  if (among.length < LEAST_REPORTERS || samples < LEAST_SAMPLES) return undefined
  const failing = among.filter(({ tries, faults }) => faults * 2 >= tries).length
  if (failing * 2 > among.length) return { state: 'failing', samples }
  return isSlow(msOf(among), others) ? { state: 'slow', samples } : undefined
}

function isSlow(ms: number, others: readonly number[]): boolean {
  if (others.length === 0) return false
  const usual = median(others)
  return ms >= Math.max(usual * SLOW, usual + SLOWER_MS)
}

export function msOf(sightings: readonly Sighting[]): number {
  return median(sightings.map(({ ms }) => ms))
}
