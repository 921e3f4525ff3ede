/** Whether a service fails as a whole: what a name that stands for several goes by. All of it computed from `now`. */
import { type OnChange, silent } from '../../core/log.ts'
import type { Random } from '../../core/time/random.ts'
import type { Verdict } from './detector.ts'
import { ejectionMs } from './ladder.ts'
import type { OutlierPolicy } from './policy.ts'

/** Faults in a row that are waited for at most, however many endpoints there are: it takes as many calls to be sure. */
const MOST_FAULTS = 10

/**
 * A service is down when as many attempts in a row have failed as it has endpoints, counted up to ten, and never fewer
 * than `outlierDetection.consecutive`, whichever endpoints they went to. Then it is left alone as an endpoint would be, for Finagle's
 * ladder; when its time is up one call is let through. A success ends it, from whomever it comes. One that is down again
 * before it has been well for as long as it was left alone goes on with the ladder: what flaps is left alone for longer.
 */
export interface Outage {
  /** So many endpoints, and this policy. What was learned stays. */
  watch(endpoints: number, policy: OutlierPolicy): void
  /** May a call go there that has somewhere else to go? While the service is down, the one that may is the probe, until `until`. */
  admits(now: number, until: number): boolean
  /** What an attempt has shown that was sent at `sentAt`. */
  record(verdict: Verdict, sentAt: number, now: number): void
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
  private faults = 0
  private isDown = false
  /** When it last went down, or was well again. */
  private since = 0
  /** Outages in a row before the next one. */
  private rungs = 0
  /** How long it was left alone last, and until when. */
  private lengthMs = 0
  private until = 0
  /** When the probe was sent, and how long it is waited for; 0 where there is none. */
  private probeAt = 0
  private probeUntil = 0

  constructor(policy: OutlierPolicy, random: Random, onChange: OnChange) {
    this.policy = policy
    this.random = random
    this.onChange = onChange
  }

  watch(endpoints: number, policy: OutlierPolicy): void {
    this.policy = policy
    this.limit = Math.max(policy.consecutive, Math.min(endpoints, MOST_FAULTS))
  }

  admits(now: number, until: number): boolean {
    // Where detection is switched off, nothing is ever down.
    if (!this.isDown || this.policy.maxShare === 0) return true
    if (now < this.until || (this.probeAt > 0 && now <= this.probeUntil)) return false
    this.probeAt = now
    this.probeUntil = Math.min(until, now + this.policy.maxEjectionMs)
    return true
  }

  record(verdict: Verdict, sentAt: number, now: number): void {
    // What was sent before it went down, or was well, says nothing of it since.
    if (sentAt < this.since) return
    if (this.isDown) this.probed(verdict, sentAt, now)
    else if (verdict === 'success') this.faults = 0
    else if (verdict === 'fault') {
      this.faults += 1
      if (this.faults >= this.limit) this.leave(now - this.since < this.lengthMs ? this.rungs : 0, now)
    }
  }

  private probed(verdict: Verdict, sentAt: number, now: number): void {
    // Sent in the very millisecond in which it went down: before that, for all we know.
    if (sentAt === this.since) return
    if (verdict === 'success') {
      this.isDown = false
      this.faults = 0
      this.since = now
      this.probeAt = 0
      this.onChange('failover_off')
    } else if (this.probeAt > 0 && sentAt >= this.probeAt) {
      if (verdict === 'fault') this.leave(this.rungs, now)
      // Nobody knows more than before: another may probe.
      else this.probeAt = 0
    }
  }

  private leave(rungs: number, now: number): void {
    this.lengthMs = ejectionMs(rungs, this.policy, this.random)
    this.until = now + this.lengthMs
    this.rungs = rungs + 1
    this.isDown = true
    this.since = now
    this.probeAt = 0
    this.onChange('failover_on', this.lengthMs)
  }
}
