/** What a balancer chooses among, and how it is told what came of it. */
import type { Endpoint } from '../../core/endpoint.ts'
import type { Health } from '../../core/health/health.ts'
import type { Outcome } from '../../core/outcome.ts'
import type { RecentMedian } from '../../math/recent-median.ts'
import type { Warmth } from './warmth.ts'

/** As much of a candidate as a balancer looks at. */
export interface Choice {
  readonly endpoint: { readonly id: string; readonly weight: number }
  readonly load: Load
}

/**
 * Chooses one of the candidates, of which there is at least one. One of weight 0 is never chosen unless all are.
 *
 * @param hashKey what belongs together goes to the same place, where the balancer knows how.
 */
export type Balancer = <Of extends Choice>(candidates: readonly Of[], now: number, hashKey?: string) => Of

/** An endpoint, and what this isolate has learned of it. */
export interface Candidate {
  /** An edit of its weight or locality puts another value here, of the same id. */
  endpoint: Endpoint
  readonly load: Load
  /** Milliseconds that its recent successes took. */
  readonly latency: RecentMedian
  /** Do its answers settle a retry allowance? `undefined` until it has answered. */
  settles: boolean | undefined
  /** What speaks against it; `undefined` until its first fault. */
  health: Health | undefined
  /** Does it sleep? `undefined` where it never does. */
  warmth: Warmth | undefined
}

/** How expensive it is to send to an endpoint now. */
export interface Load {
  /** Lower is better. Only comparable with others of the same kind. */
  cost(now: number): number
  /** A request is sent. It counts until its pick ends, or until `expiresAt` if its owner dies without a word. */
  start(now: number, expiresAt: number): Pick
  /** Requests in flight. */
  inFlight(now: number): number
}

/** One request in flight: it ends once, by whoever comes first. */
export interface Pick {
  /**
   * @param hintMs for how long the endpoint asked to be left alone, where it did.
   */
  end(outcome: Outcome, now: number, hintMs?: number): void
}
