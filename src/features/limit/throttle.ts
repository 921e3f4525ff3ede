/** The adaptive throttle of a client: of what a service keeps refusing for want of capacity, ever less is sent. */
import type { Effects } from '../../core/effects.ts'
import { type OnChange, silent } from '../../core/log.ts'
import type { Priority } from '../../core/priority.ts'
import { type DecayedSum, decayedSum } from '../../math/decayed-sum.ts'

/** What an answer says of capacity. */
export type Reception = Effects['throttle']

/** Of one service, in one isolate. */
export interface Throttle {
  /**
   * Does it count? Not before the first refusal, nor once that is forgotten: while a service accepts everything nothing is
   * held back, whatever is under way, and nothing is paid for it.
   */
  isAlert(now: number): boolean
  /** The share of calls of this priority that are not to be sent now: 0 to 0.9. */
  refusalShare(priority: Priority, now: number): number
  /** A call came, sent or not. Counted at its start while alert: an outage shows before its answers are there. */
  request(priority: Priority, now: number): void
  /** What became of a call that was sent, and whether it was counted at its start. A first refusal makes it alert. */
  answer(reception: Reception, wasCounted: boolean, priority: Priority, now: number): void
}

/** So many times what is accepted may be sent (Google SRE, "Handling overload": K = 2), of what matters more or less. */
const K: Readonly<Record<Priority, number>> = { critical: 3, default: 2, sheddable: 1.5 }
/** The half-life of what is counted, in milliseconds. The book keeps two minutes; few isolates live so long. */
const HALF_LIFE_MS = 30_000
/** Fewer requests than this say nothing. */
const LEAST_REQUESTS = 10
/** Less than this is left of a single request after a half-life: then it is as if there had been none. */
const FORGOTTEN = 0.5
/** One in ten is always sent, or nobody would hear that the service is back. */
const LARGEST_SHARE = 0.9

/** @param onChange told when it begins to hold calls back, and when it lets all of them go. */
export function throttle(onChange: OnChange = silent): Throttle {
  return new Adaptive(onChange)
}

interface Counts {
  readonly requests: Readonly<Record<Priority, DecayedSum>>
  readonly accepts: DecayedSum
}

class Adaptive implements Throttle {
  private readonly onChange: OnChange
  private counts: Counts | undefined
  private isOn = false

  constructor(onChange: OnChange) {
    this.onChange = onChange
  }

  isAlert(now: number): boolean {
    if (this.counts && this.asked('sheddable', now) < FORGOTTEN) {
      this.counts = undefined
      this.turn(false)
    }
    return this.counts !== undefined
  }

  refusalShare(priority: Priority, now: number): number {
    const share = this.share(priority, now)
    // What matters least is held back first and last.
    this.turn(share > 0 || (this.isOn && this.share('sheddable', now) > 0))
    return share
  }

  private turn(isOn: boolean): void {
    if (this.isOn === isOn) return
    this.isOn = isOn
    this.onChange(isOn ? 'throttle_on' : 'throttle_off')
  }

  private share(priority: Priority, now: number): number {
    const asked = this.asked(priority, now)
    if (!this.counts || asked < LEAST_REQUESTS) return 0
    const share = (asked - K[priority] * this.counts.accepts.value(now)) / (asked + 1)
    return Math.min(LARGEST_SHARE, Math.max(0, share))
  }

  request(priority: Priority, now: number): void {
    this.counts?.requests[priority].add(1, now)
  }

  answer(reception: Reception, wasCounted: boolean, priority: Priority, now: number): void {
    if (!this.counts) {
      if (reception !== 'refused') return
      this.counts = counts()
    }
    if (reception === 'nothing' && wasCounted) this.counts.requests[priority].add(-1, now)
    if (reception !== 'nothing' && !wasCounted) this.counts.requests[priority].add(1, now)
    if (reception === 'accepted') this.counts.accepts.add(1, now)
  }

  /** Requests that matter as much or more: what matters less is shed first, and does not speak against them. */
  private asked(priority: Priority, now: number): number {
    if (!this.counts) return 0
    const { critical, default: usual, sheddable } = this.counts.requests
    let sum = critical.value(now)
    if (priority !== 'critical') sum += usual.value(now)
    if (priority === 'sheddable') sum += sheddable.value(now)
    return sum
  }
}

function counts(): Counts {
  const sum = () => decayedSum(HALF_LIFE_MS)
  return { requests: { critical: sum(), default: sum(), sheddable: sum() }, accepts: sum() }
}
