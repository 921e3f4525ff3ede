/** Leaving alone what fails, probing it, and taking it back: the same for an endpoint and for a service as a whole. */
import type { Verdict } from '../../core/effects.ts'
import { type Health, isOut } from '../../core/health/health.ts'
import { addTo, endStreak, NONE, type Source } from '../../core/health/streak.ts'
import type { Random } from '../../core/time/random.ts'
import { ejectionMs } from './ladder.ts'
import type { OutlierPolicy } from './policy.ts'

/** May a probe be sent to one that is out? */
export function isDue({ until, probeAt, probeUntil }: Health, now: number): boolean {
  return now >= until && (probeAt === 0 || now > probeUntil)
}

/** A request is sent. Is it the probe? None other is until it is heard of, or until `until`. */
export function probe(health: Health, now: number, until: number, { maxEjectionMs }: OutlierPolicy): boolean {
  if (!isOut(health) || !isDue(health, now)) return false
  health.probeAt = now
  health.probeUntil = Math.min(until, now + maxEjectionMs)
  return true
}

/**
 * What the request that was sent at `sentAt` has shown: is it to be left alone, or taken back?
 *
 * @param limit so many that count are enough.
 */
export function hear(
  health: Health,
  verdict: Verdict,
  sentAt: number,
  source: Source,
  limit: number,
): 'leave' | 'back' | undefined {
  // What was sent before it was left alone or taken back says nothing of it since.
  if (sentAt < health.since) return undefined
  if (!isOut(health)) {
    if (verdict === 'success') endStreak(health)
    return isAgainst(verdict) && addTo(health, verdict, source, limit) ? 'leave' : undefined
  }
  // Sent in the very millisecond in which it was left alone: before that, for all we know.
  if (sentAt === health.since) return undefined
  if (verdict === 'success') return 'back'
  if (sentAt !== health.probeAt) return undefined
  // One that was turned away shows nothing, but a long run of them does.
  if (isAgainst(verdict) && (verdict !== 'refusal' || addTo(health, verdict, NONE, limit))) return 'leave'
  // Nobody knows more than before: another may probe.
  health.probeAt = 0
  return undefined
}

export function isAgainst(verdict: Verdict): boolean {
  return verdict !== 'success' && verdict !== 'nothing'
}

/** @param before how often in a row it was left alone before. */
export function leave(health: Health, before: number, policy: OutlierPolicy, random: Random, now: number): void {
  leaveUntil(health, before, now + ejectionMs(before, policy, random), now)
}

/** The same until an instant. */
export function leaveUntil(health: Health, before: number, until: number, now: number): void {
  health.until = until
  turn(health, before + 1, now)
}

export function takeBack(health: Health, now: number): void {
  turn(health, 0, now)
}

function turn(health: Health, ejections: number, now: number): void {
  health.ejections = ejections
  health.since = now
  health.probeAt = 0
  endStreak(health)
}
