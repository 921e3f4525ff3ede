/** An inbox Durable Object: sixteen a receiver that asks for it, in the control plane's Worker. It knows which messages were taken. */
import { DurableObject } from 'cloudflare:workers'
import { systemClock } from '../core/time/clock.ts'
import type { Claim } from '../telemetry/inbox.ts'
import { type InboxEngine, inboxEngine } from './inbox/inbox-engine.ts'
import { rearm } from './rearm.ts'

/** Its methods are those of the engine, called over RPC. */
export class InboxObject<Env = unknown> extends DurableObject<Env> {
  readonly #engine: InboxEngine

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#engine = inboxEngine({
      store: ctx.storage,
      clock: systemClock,
      wake: (at) => void ctx.storage.setAlarm(at),
    })
    rearm(ctx, () => this.#engine.nextAt())
  }

  override alarm(): void {
    this.#engine.turn()
  }

  claim(id: string, leaseMs: number): Claim {
    return this.#engine.claim(id, leaseMs)
  }

  done(id: string, keepMs: number): void {
    this.#engine.done(id, keepMs)
  }

  release(id: string, token: number): void {
    this.#engine.release(id, token)
  }
}
