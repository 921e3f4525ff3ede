/** The stats Durable Object: one a mesh, in the control plane's Worker. Isolates tell it what they saw, and no request waits for it. */
import { DurableObject } from 'cloudflare:workers'
import { systemClock } from '../core/time/clock.ts'
import { systemRandom } from '../core/time/random.ts'
import type { Digest, DigestAnswer } from '../telemetry/digest.ts'
import type { ReporterKind } from '../telemetry/numbers/reporters.ts'
import type { TapFilter } from '../telemetry/tap/tap.ts'
import { type StatsEngine, statsEngine } from './stats/stats-engine.ts'

export interface StatsObjectEnv {
  /** The registry's namespace, where isolates read first what others have seen. */
  readonly REGISTRY?: KVNamespace
}

/** What isolates have seen together is gone from KV after so many seconds without news. */
const KEPT_SECONDS = 600

/** Its methods are those of the engine, called over RPC. */
export class StatsObject<Env extends StatsObjectEnv = StatsObjectEnv> extends DurableObject<Env> {
  readonly #engine: StatsEngine

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#engine = statsEngine({
      store: ctx.storage,
      clock: systemClock,
      random: systemRandom(),
      // Where it fails, it is tried again a minute later.
      publish: (key, view) => void env.REGISTRY?.put(key, view, { expirationTtl: KEPT_SECONDS }).catch(() => {}),
      wake: (at) => void ctx.storage.setAlarm(at),
    })
  }

  override alarm(): void {
    this.#engine.turn()
  }

  digest(digest: Digest): DigestAnswer {
    return this.#engine.digest(digest)
  }

  report(caller: string, digest: Digest): DigestAnswer {
    return this.#engine.report(caller, digest)
  }

  shapes(options?: { forMs?: number; cursor?: string; limit?: number }) {
    return this.#engine.shapes(options)
  }

  sums(windowMs: number) {
    return this.#engine.sums(windowMs)
  }

  totals() {
    return this.#engine.totals()
  }

  series(service: string, windowMs: number, reporter?: ReporterKind) {
    return this.#engine.series(service, windowMs, reporter)
  }

  coverage() {
    return this.#engine.coverage()
  }

  openTap(filter: TapFilter, forMs: number) {
    return this.#engine.openTap(filter, forMs)
  }

  readTap(id: string) {
    return this.#engine.readTap(id)
  }

  closeTap(id: string): void {
    this.#engine.closeTap(id)
  }
}
