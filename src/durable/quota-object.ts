/** The quota Durable Object: one a record and key, in the control plane's Worker. It counts requests for all isolates. */
import { DurableObject } from 'cloudflare:workers'
import { systemClock } from '../core/time/clock.ts'
import { type QuotaEngine, quotaEngine } from './quota-engine.ts'

/** Its methods are those of the engine, called over RPC. What it has counted is in memory alone, and lost with the object. */
export class QuotaObject<Env = unknown> extends DurableObject<Env> {
  readonly #engine: QuotaEngine = quotaEngine(systemClock)

  take(count: number, intervalMs: number): number {
    return this.#engine.take(count, intervalMs)
  }
}
