/** Balancers that others begin with, and a record cannot ask for. */
import type { Random } from '../../core/time/random.ts'
import type { Balancer } from '../../mesh/strategies.ts'

/** Any, with equal chances. */
export function anyOf(random: Random): Balancer {
  return function anyOf(candidates) {
    return one(candidates, Math.floor(random.next() * candidates.length))
  }
}

/** The one with the fewest requests in flight; of several, the first from a place drawn anew. */
export function leastLoaded(random: Random): Balancer {
  return function leastLoaded(candidates, now) {
    const from = Math.floor(random.next() * candidates.length)
    let best = one(candidates, from)
    for (let step = 1; step < candidates.length; step++) {
      const other = one(candidates, from + step)
      if (other.load.inFlight(now) < best.load.inFlight(now)) best = other
    }
    return best
  }
}

function one<Of>(candidates: readonly Of[], index: number): Of {
  const candidate = candidates[index % candidates.length]
  if (candidate === undefined) throw new RangeError('A balancer needs at least one candidate.')
  return candidate
}
