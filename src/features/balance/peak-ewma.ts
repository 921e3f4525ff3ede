/** Load that fears latency: what answers took lately, or what the oldest in flight is taking, times the queue. */
import { EFFECTS } from '../../core/effects.ts'
import type { Outcome } from '../../core/outcome.ts'
import { type Ewma, ewma } from '../../math/ewma.ts'
import type { Load, Pick } from './balancer.ts'

/** Time constant of the average: a peak is down to a half after 7 s (Finagle `PeakEwma`, `decayTime`). */
const TAU_MS = 10_000
/** A failure counts as at least so slow, or a fast failing endpoint would draw all traffic (Linkerd 2 load-biaser). */
const FAILURE_MS = 5000
/** The longest Retry-After that is believed (the same). */
const LONGEST_HINT_MS = 300_000
/** Below the clock's resolution latencies do not differ: the queue decides. */
const LEAST_MS = 1
/** Nothing is known and one request is on its way to find out: no second one until it is back (Finagle's penalty). */
const UNKNOWN_AND_BUSY = 2 ** 47

export function peakEwma(): Load {
  return new PeakEwma()
}

class PeakEwma implements Load {
  private readonly latency: Ewma = ewma(TAU_MS)
  private isMeasured = false
  // In order of their start: the first is the oldest.
  private picks: InFlight[] | undefined

  cost(now: number): number {
    const pending = this.inFlight(now)
    const oldest = this.picks?.[0]
    if (!this.isMeasured) return oldest ? UNKNOWN_AND_BUSY + pending : 0
    const age = oldest ? now - oldest.startedAt : 0
    return Math.max(LEAST_MS, this.latency.value(now), age) * (pending + 1)
  }

  start(now: number, expiresAt: number): Pick {
    const pick = new InFlight(this, now, expiresAt)
    if (this.picks) this.picks.push(pick)
    else this.picks = [pick]
    return pick
  }

  /** On Workers the handler of a client that left stops dead: whatever has not ended by then is forgotten here. */
  inFlight(now: number): number {
    if (!this.picks) return 0
    if (this.picks.some(({ expiresAt }) => now > expiresAt)) {
      this.picks = this.picks.filter(({ expiresAt }) => now <= expiresAt)
    }
    return this.picks.length
  }

  /** What became of a request in flight. */
  learn(pick: InFlight, outcome: Outcome, at: number, hintMs: number): void {
    const index = this.picks?.indexOf(pick) ?? -1
    if (index !== -1) this.picks?.splice(index, 1)
    const tookMs = Math.max(0, at - pick.startedAt)
    const { load } = EFFECTS[outcome]
    if (load === 'nothing') return
    if (load === 'failure') this.measure(Math.max(FAILURE_MS, Math.min(hintMs, LONGEST_HINT_MS), tookMs), at)
    // Nobody waited to the end: it took at least this long, and perhaps not less than was known.
    else if (load === 'took' || tookMs > this.latency.value(at)) this.measure(tookMs, at)
  }

  private measure(ms: number, at: number): void {
    this.latency.addPeak(ms, at)
    this.isMeasured = true
  }
}

class InFlight implements Pick {
  readonly startedAt: number
  readonly expiresAt: number
  private load: PeakEwma | undefined

  constructor(load: PeakEwma, startedAt: number, expiresAt: number) {
    this.load = load
    this.startedAt = startedAt
    this.expiresAt = expiresAt
  }

  end(outcome: Outcome, now: number, hintMs = 0): void {
    const { load } = this
    this.load = undefined
    load?.learn(this, outcome, now, hintMs)
  }
}
