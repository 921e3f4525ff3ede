/** How many requests may be in flight to an endpoint, from this isolate: fewer for what matters less. */
import type { MeshError } from '../../core/errors.ts'
import { overloaded } from '../../core/overloaded.ts'
import type { Priority } from '../../core/priority.ts'
import type { Random } from '../../core/time/random.ts'
import type { LimitPolicy } from './policy.ts'

/**
 * It counts nothing itself: what is in flight is what the endpoint's load has under way, one count for balancing and for
 * this. A pick is the permit. It is given back with the response headers, at the deadline or when the caller leaves,
 * once, and forgotten by timestamp where nobody is left to give it back.
 */
export interface Limiter {
  /** May one more of this priority be sent to an endpoint that has so many in flight? */
  admits(inFlight: number, priority: Priority, now: number): boolean
  /**
   * Does each slot count, so that one which a caller leaves behind must be given back at once? A single one of the default
   * cap may be held until a second after its deadline: to hear of the first in flight costs more than all the balancing.
   */
  isScarce(inFlight: number): boolean
  /** A call came: of those that are critical it is remembered that there are some. */
  note(priority: Priority, now: number): void
  /** What a call is told that finds no endpoint with room. */
  refusal(priority: Priority, now: number, random: Random): MeshError
}

/** Sheddable calls fill half of the cap at most: as much again is there for whoever waits. */
const SHEDDABLE_SHARE = 0.5
/** The others fill so much of it while there are critical ones, and all of it while there are none. */
const DEFAULT_SHARE = 0.9
/** This share of the cap, rounded down, may be held by calls whose leaving is not heard of (docs/decisions/0019). */
const UNHEARD_SHARE = 1 / 64
/** For so long after a critical call, in milliseconds, room is kept for the next. */
const RESERVED_MS = 60_000

export function limiter(policy: Pick<LimitPolicy, 'maxInFlight'>): Limiter {
  return new Capped(policy)
}

class Capped implements Limiter {
  private readonly policy: Pick<LimitPolicy, 'maxInFlight'>
  private criticalAt = Number.NEGATIVE_INFINITY

  constructor(policy: Pick<LimitPolicy, 'maxInFlight'>) {
    this.policy = policy
  }

  admits(inFlight: number, priority: Priority, now: number): boolean {
    return inFlight < this.ceiling(priority, now)
  }

  isScarce(inFlight: number): boolean {
    return inFlight + 1 > this.policy.maxInFlight * UNHEARD_SHARE
  }

  note(priority: Priority, now: number): void {
    if (priority === 'critical') this.criticalAt = now
  }

  refusal(priority: Priority, now: number, random: Random): MeshError {
    const most = this.ceiling(priority, now)
    const whose = priority === 'default' ? '' : ` (its priority is ${priority})`
    const message = `Each endpoint that may be chosen has ${most} requests in flight from here, and a call like this one${whose} may not add to them.`
    // It was not sent, and another isolate may have room.
    return overloaded(message, true, random)
  }

  /** Rounded up: however low the cap, one of each is let through. */
  private ceiling(priority: Priority, now: number): number {
    const { maxInFlight } = this.policy
    if (priority === 'sheddable') return Math.ceil(maxInFlight * SHEDDABLE_SHARE)
    const isReserved = priority === 'default' && now - this.criticalAt < RESERVED_MS
    return isReserved ? Math.ceil(maxInFlight * DEFAULT_SHARE) : maxInFlight
  }
}
