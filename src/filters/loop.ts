/** Refuses what has gone round: a call that has made too many hops. */
import { MeshError } from '../core/errors.ts'
import { type Filter, nothing } from '../core/service.ts'

interface Needs {
  /** Hops that the request has made. */
  readonly hops: number
}

/** @param maxHops hops allowed, 1 to 32 (the platform's own ceiling). */
export function loop(maxHops: number): Filter<Needs> {
  return function loop(request, { hops }, next) {
    if (hops >= maxHops) {
      const message = `The request has made ${hops} hops, and ${maxHops} are allowed.`
      return Promise.reject(new MeshError('loop_detected', message))
    }
    return next(request, nothing)
  }
}
