/** Draws times from a distribution. */
import { type Random, seeded } from '../core/time/random.ts'
import type { Latency } from './scenario.ts'

/** Milliseconds of one latency. */
export function drawMs(latency: Latency, random: Random): number {
  if (typeof latency === 'number') return latency
  return latency.medianMs * Math.exp(latency.sigma * normal(random))
}

/** The time to the next of events that come independently of each other. */
export function exponential(mean: number, random: Random): number {
  return -mean * Math.log(1 - random.next())
}

/** Of mean 0 and deviation 1 (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** Chance of its own, that follows from this one's. */
export function fork(random: Random): Random {
  return seeded(Math.floor(random.next() * 2 ** 32))
}
