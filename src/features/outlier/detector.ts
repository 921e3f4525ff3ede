/** Ejects endpoints that fail again and again, and readmits them when a probe succeeds. All of it computed from `now`. */
import { type Health, health as unblemished } from '../../core/health.ts'
import { type OnChange, silent } from '../../core/log.ts'
import type { Random } from '../../core/time/random.ts'
import { ejectionMs } from './ladder.ts'
import { type Outage, outage } from './outage.ts'
import type { OutlierPolicy } from './policy.ts'

/** An endpoint as the detector sees it: what it learns is kept there. */
export interface Suspect {
  /** `undefined` until its first fault. */
  health: Health | undefined
  readonly endpoint?: { readonly id: string }
}

/** What an attempt says of the endpoint's health. */
export type Verdict = 'success' | 'fault' | 'nothing'

export interface OutlierDetector {
  /** May it ever eject, or does anybody ask for the service as a whole? Not its only endpoint, and nothing where it is switched off. */
  readonly isOn: boolean
  /** May a call go to this service that has another to go to? From the first question on it is seen whether it fails as a whole. */
  admits(now: number, until: number): boolean
  /** Are more out than may be? Then nobody counts as out. */
  readonly isPanicking: boolean
  /** From here on these are the service's endpoints, and this is its policy. What was learned of them stays. */
  watch(endpoints: readonly Suspect[], policy: OutlierPolicy): void
  /**
   * Those that may be asked now: without the ejected, but with one whose time has passed and that nobody probes yet.
   * The very list where none is out, and where more are out than may be: when so much fails at once, or an edit has
   * taken the healthy ones away, an ejection says little and the rest would be overrun (Envoy's panic).
   */
  available<Of extends Suspect>(endpoints: readonly Of[], now: number): readonly Of[]
  /**
   * A request is sent to this endpoint. Is it the probe? Then whoever sends it must record a verdict; none other is sent
   * until `until`, or until the longest ejection has passed, where its owner dies without a word.
   */
  send(endpoint: Suspect, now: number, until: number): boolean
  /** What the request that was sent at `sentAt` has shown. */
  record(endpoint: Suspect, verdict: Verdict, sentAt: number, now: number): void
}

/** A detector that watches nothing yet. */
export function outlierDetector(policy: OutlierPolicy, random: Random, onChange: OnChange = silent): OutlierDetector {
  return new FaultsInARow(policy, random, onChange)
}

class FaultsInARow implements OutlierDetector {
  private readonly random: Random
  private readonly onChange: OnChange
  private policy: OutlierPolicy
  private endpoints: readonly Suspect[] = []
  /** How many are out. */
  private out = 0
  /** How many may be. */
  private most = 0
  /** Made when somebody asks: few services stand in a list. */
  private outage: Outage | undefined

  constructor(policy: OutlierPolicy, random: Random, onChange: OnChange) {
    this.policy = policy
    this.random = random
    this.onChange = onChange
  }

  get isOn(): boolean {
    return this.most > 0 || this.outage !== undefined
  }

  get isPanicking(): boolean {
    return this.out > this.most
  }

  watch(endpoints: readonly Suspect[], policy: OutlierPolicy): void {
    this.endpoints = endpoints
    this.policy = policy
    // At least one may always go, whatever the share.
    this.most = Math.max(0, Math.min(endpoints.length - 1, Math.floor(endpoints.length * policy.maxShare)))
    this.count()
    this.outage?.watch(endpoints.length, policy)
  }

  admits(now: number, until: number): boolean {
    this.outage ??= outage(this.endpoints.length, this.policy, this.random, this.onChange)
    return this.outage.admits(now, until)
  }

  available<Of extends Suspect>(endpoints: readonly Of[], now: number): readonly Of[] {
    if (this.out === 0 || this.isPanicking) return endpoints
    const able = endpoints.filter(({ health }) => !health || !isOut(health) || isDue(health, now))
    // A call that began before an edit brings a list of its own.
    return able.length > 0 ? able : endpoints
  }

  send({ health }: Suspect, now: number, until: number): boolean {
    if (!health || !isOut(health) || !isDue(health, now)) return false
    health.probeAt = now
    health.probeUntil = Math.min(until, now + this.policy.maxEjectionMs)
    return true
  }

  record(endpoint: Suspect, verdict: Verdict, sentAt: number, now: number): void {
    this.outage?.record(verdict, sentAt, now)
    if (!endpoint.health && verdict === 'fault') endpoint.health = unblemished()
    const { health } = endpoint
    // What was sent before it was ejected or readmitted says nothing of it since.
    if (!health || sentAt < health.since) return
    const { ejections } = health
    if (isOut(health)) this.probed(health, verdict, sentAt, now)
    else if (verdict === 'success') health.faults = 0
    else if (verdict === 'fault') this.blame(health, now)
    if (health.ejections === ejections) return
    const forMs = isOut(health) ? health.until - now : undefined
    this.onChange(forMs === undefined ? 'readmitted' : 'ejected', forMs, endpoint.endpoint?.id)
  }

  private blame(health: Health, now: number): void {
    health.faults += 1
    if (health.faults >= this.policy.consecutive && this.out < this.most) this.eject(health, now)
  }

  private probed(health: Health, verdict: Verdict, sentAt: number, now: number): void {
    // Sent in the very millisecond of the ejection: before it, for all we know.
    if (sentAt === health.since) return
    if (verdict === 'success') this.readmit(health, now)
    else if (sentAt !== health.probeAt) return
    else if (verdict === 'fault') this.eject(health, now)
    // Nobody knows more than before: another may probe.
    else health.probeAt = 0
  }

  private eject(health: Health, now: number): void {
    health.until = now + ejectionMs(health.ejections, this.policy, this.random)
    health.ejections += 1
    health.since = now
    health.probeAt = 0
    this.count()
  }

  private readmit(health: Health, now: number): void {
    health.faults = 0
    health.ejections = 0
    health.since = now
    health.probeAt = 0
    this.count()
  }

  /** Counted anew rather than up and down: a call may end after an edit has removed its endpoint. */
  private count(): void {
    this.out = 0
    if (this.most === 0) return
    for (const { health } of this.endpoints) if (health && isOut(health)) this.out += 1
  }
}

function isOut({ ejections }: Health): boolean {
  return ejections > 0
}

/** May a probe be sent? */
function isDue({ until, probeAt, probeUntil }: Health, now: number): boolean {
  return now >= until && (probeAt === 0 || now > probeUntil)
}
