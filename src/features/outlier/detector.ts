/** Ejects endpoints that fail again and again, and readmits them when a probe succeeds. All of it computed from `now`. */
import type { Verdict } from '../../core/effects.ts'
import { type Health, isOut, health as unblemished } from '../../core/health/health.ts'
import { NONE, type Source } from '../../core/health/streak.ts'
import { type OnChange, silent } from '../../core/log.ts'
import type { Random } from '../../core/time/random.ts'
import { type Outage, outage } from './outage.ts'
import type { OutlierPolicy } from './policy.ts'
import { hear, isAgainst, isDue, leave, probe, takeBack } from './probation.ts'

/** An endpoint as the detector sees it: what it learns is kept there. */
export interface Suspect {
  /** `undefined` until its first fault. */
  health: Health | undefined
  readonly endpoint?: { readonly id: string }
}

export interface OutlierDetector {
  /** May it ever eject, or does anybody ask for the service as a whole? Not its only endpoint, and nothing where it is switched off. */
  readonly isOn: boolean
  /** May a call go to this service that has another to go to? From the first question on it is seen whether it fails as a whole. */
  admits(now: number): boolean
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
   * A request is sent to this endpoint. Is it the probe, of the endpoint or of the service? Then whoever sends it must record a verdict; none other is sent
   * until `until`, or until the longest ejection has passed, where its owner dies without a word.
   */
  send(endpoint: Suspect, now: number, until: number): boolean
  /**
   * What the request that was sent at `sentAt` has shown.
   *
   * @param source what was asked for, and by whom: of a verdict in doubt.
   * @param ofService what it has shown of the service as a whole, where that is something else.
   */
  record(endpoint: Suspect, verdict: Verdict, sentAt: number, now: number, source?: Source, ofService?: Verdict): void
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
    // Where nothing is ever out, nothing is held against anyone: an edit that allows it again begins anew.
    if (this.most === 0) for (const endpoint of endpoints) endpoint.health = undefined
    this.count()
    this.outage?.watch(endpoints.length, policy)
  }

  admits(now: number): boolean {
    this.outage ??= outage(this.endpoints.length, this.policy, this.random, this.onChange)
    return this.outage.admits(now)
  }

  available<Of extends Suspect>(endpoints: readonly Of[], now: number): readonly Of[] {
    if (this.out === 0 || this.isPanicking) return endpoints
    const able = endpoints.filter(({ health }) => !health || !isOut(health) || isDue(health, now))
    // A call that began before an edit brings a list of its own.
    return able.length > 0 ? able : endpoints
  }

  send({ health }: Suspect, now: number, until: number): boolean {
    const isProbeOfAll = this.outage?.send(now, until) ?? false
    return (health !== undefined && probe(health, now, until, this.policy)) || isProbeOfAll
  }

  record(endpoint: Suspect, verdict: Verdict, sentAt: number, now: number, source = NONE, ofService = verdict): void {
    this.outage?.record(ofService, sentAt, now, source)
    if (isAgainst(verdict)) endpoint.health ??= unblemished()
    const { health } = endpoint
    const heard = health && hear(health, verdict, sentAt, source, this.policy.consecutive)
    if (!heard) return
    const id = endpoint.endpoint?.id
    if (heard === 'back') {
      takeBack(health, now)
      this.onChange('readmitted', undefined, id)
    } else if (isOut(health) || this.out < this.most) {
      leave(health, health.ejections, this.policy, this.random, now)
      health.because = verdict
      this.onChange('ejected', health.until - now, id)
    }
    this.count()
  }

  /** Counted anew rather than up and down: a call may end after an edit has removed its endpoint. */
  private count(): void {
    this.out = 0
    if (this.most === 0) return
    for (const { health } of this.endpoints) if (health && isOut(health)) this.out += 1
  }
}
