/** The one of two with fewer requests in flight. */
import type { Random } from '../../core/time/random.ts'
import type { Balancer, Load } from './balancer.ts'
import { p2c } from './p2c.ts'

/** Envoy's `LEAST_REQUEST` with two choices, its default (gRPC A48 has the same): latency and failures do not count. */
export function leastRequest(random: Random): Balancer {
  return p2c(random, inFlight)
}

function inFlight(load: Load, now: number): number {
  return load.inFlight(now)
}
