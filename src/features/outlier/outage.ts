/** Whether a service fails as a whole: what a name that stands for several goes by. All of it computed from `now`. */
import type { Verdict } from '../../core/effects.ts'
import { type Health, health, isOut } from '../../core/health/health.ts'
import type { Source } from '../../core/health/streak.ts'
import { type OnChange, silent } from '../../core/log.ts'
import type { Random } from '../../core/time/random.ts'
import type { OutlierPolicy } from './policy.ts'
import { hear, isAgainst, isDue, leave, probe, takeBack } from './probation.ts'

/** Faults in a row that are waited for at most, however many endpoints there are: it takes as many calls to be sure. */
const MOST_FAULTS = 10

/** So many successes in a row show that it is well, though it has not been for as long as it was left alone. */
const SUCCESSES = 200
/**
 * For how long a call that was let through has to be sent, in milliseconds, before another is let through in its place. One
 * that is answered without an endpoint, a preflight or a redirect, never is.
 */
const HOLD_MS = 100

/**
 * A service is down when as many calls in a row have failed as it has endpoints, counted up to ten, and never fewer
 * than `outlierDetection.consecutive`, whichever endpoints they went to. Then it is left alone as an endpoint would be, for Finagle's
 * ladder; when its time is up one call is let through. A success ends it, from whomever it comes. One that is down again
 * before it has been well for as long as it was left alone, or for 200 calls, goes on with the ladder: what flaps is left
 * alone for longer.
 */
export interface Outage {
  /** So many endpoints, and this policy. What was learned stays, unless detection is switched off. */
  watch(endpoints: number, policy: OutlierPolicy): void
  /** May a call go there that has somewhere else to go? While the service is down: one, once its time is up. */
  admits(now: number): boolean
  /** An attempt is sent. Is it the probe? It is waited for until `until`. */
  send(now: number, until: number): boolean
  /** What an attempt has shown that was sent at `sentAt`, and what was asked for, by whom. */
  record(verdict: Verdict, sentAt: number, now: number, source: Source): void
}

/** It knows of no fault before it is made. */
export function outage(endpoints: number, policy: OutlierPolicy, random: Random, onChange: OnChange = silent): Outage {
  const made = new FailsAsAWhole(policy, random, onChange)
  made.watch(endpoints, policy)
  return made
}

class FailsAsAWhole implements Outage {
  private readonly random: Random
  private readonly onChange: OnChange
  private policy: OutlierPolicy
  /** Faults in a row that it takes. */
  private limit = 1
  private readonly health: Health = health()
  /** Outages in a row before the next one. */
  private rungs = 0
  /** How long it was left alone last. */
  private lengthMs = 0
  /** Successes in a row since. */
  private successes = 0
  /** Until when a call that was let through may still be sent. */
  private heldUntil = 0

  constructor(policy: OutlierPolicy, random: Random, onChange: OnChange) {
    this.policy = policy
    this.random = random
    this.onChange = onChange
  }

  watch(endpoints: number, policy: OutlierPolicy): void {
    this.policy = policy
    this.limit = Math.max(policy.consecutive, Math.min(endpoints, MOST_FAULTS))
    // Where detection is switched off, nothing is ever down, and nothing is remembered.
    if (policy.maxShare > 0) return
    Object.assign(this.health, health())
    this.rungs = 0
  }

  admits(now: number): boolean {
    if (!isOut(this.health)) return true
    if (!isDue(this.health, now) || now < this.heldUntil) return false
    this.heldUntil = now + HOLD_MS
    return true
  }

  send(now: number, until: number): boolean {
    if (!probe(this.health, now, until, this.policy)) return false
    this.heldUntil = 0
    return true
  }

  record(verdict: Verdict, sentAt: number, now: number, source: Source): void {
    if (this.policy.maxShare === 0) return
    const heard = hear(this.health, verdict, sentAt, source, this.limit)
    if (heard === 'back') {
      takeBack(this.health, now)
      this.onChange('failover_off')
    } else if (heard === 'leave') this.fail(now)
    if (isAgainst(verdict)) this.successes = 0
    else if (verdict === 'success' && ++this.successes >= SUCCESSES) this.rungs = 0
  }

  private fail(now: number): void {
    const { health, policy, random } = this
    if (!isOut(health) && now - health.since >= this.lengthMs) this.rungs = 0
    leave(health, this.rungs, policy, random, now)
    this.rungs += 1
    this.lengthMs = health.until - now
    this.onChange('failover_on', this.lengthMs)
  }
}
