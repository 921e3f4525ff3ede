/** The same endpoint for the same key, while it is there and not swamped: what a record calls `ringHash`. */
import type { Random } from '../../core/time/random.ts'
import { fnv1a, mixed } from '../../math/hash.ts'
import type { Balancer, Choice } from './balancer.ts'

/** No endpoint holds more than this times its share of what is in flight (Mirrokni 2016; HAProxy advises 1.25 to 1.5). */
const MOST_OF_SHARE = 1.25
/** So many in flight are no crowd. An isolate sees few at a time: without this, two requests of one user would be parted. */
const FEW = 8

/**
 * Weighted rendezvous hashing (Thaler and Ravishankar 1998, logarithmic weights): key and endpoint together give each
 * endpoint a draw, and the best draw wins. Who is added, or gains weight, takes keys and gives none back; who is gone leaves
 * its keys to the others by their weights. A ring promises less of this, for a thousand times the work at the first pick
 * (docs/decisions).
 *
 * A key whose endpoint has more than its share in flight goes to the next best. A request without a key goes anywhere.
 */
export function rendezvous(random: Random): Balancer {
  let seen: readonly Choice[] | undefined
  let hashes = new Uint32Array()

  return function pick(candidates, now, hashKey) {
    if (candidates !== seen) {
      hashes = Uint32Array.from(candidates, ({ endpoint }) => mixed(fnv1a(endpoint.id)))
      seen = candidates
    }
    const isAnyWeighed = candidates.some(({ endpoint }) => endpoint.weight > 0)
    const hash = hashKey === undefined ? random.next() * RANGE : mixed(fnv1a(hashKey))
    let best: (typeof candidates)[number] | undefined
    let least = Number.POSITIVE_INFINITY
    for (let index = 0; index < candidates.length; index++) {
      const candidate = candidates[index] as (typeof candidates)[number]
      const weight = isAnyWeighed ? candidate.endpoint.weight : 1
      // The time until the first event of as many a second as it weighs: the first of all is one's own by its share.
      const draw = -Math.log((mixed((hashes[index] as number) ^ hash) + 0.5) / RANGE) / weight
      if (draw < least && !isFull(candidate, candidates, now)) {
        best = candidate
        least = draw
      }
    }
    if (!best) throw new RangeError('A balancer needs at least one candidate.')
    return best
  }
}

const RANGE = 2 ** 32

/** Would one more be too many for it? The bounds add up to more than there is, so that somebody always has room. */
function isFull({ endpoint, load }: Choice, candidates: readonly Choice[], now: number): boolean {
  const inFlight = load.inFlight(now)
  if (inFlight < FEW) return false
  let flying = 1
  let weight = 0
  for (const candidate of candidates) {
    flying += candidate.load.inFlight(now)
    weight += candidate.endpoint.weight
  }
  const share = weight > 0 ? endpoint.weight / weight : 1 / candidates.length
  return inFlight >= MOST_OF_SHARE * flying * share
}
