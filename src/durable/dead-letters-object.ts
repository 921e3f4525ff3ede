/** The dead letters' Durable Object: one a mesh, in the control plane's Worker. Who delivers puts them there, and operators find them. */
import { DurableObject } from 'cloudflare:workers'
import { systemClock } from '../core/time/clock.ts'
import { type LettersEngine, type LettersQuestion, lettersEngine } from './letters/letters-engine.ts'
import { rearm } from './rearm.ts'

/** Its methods are those of the engine, called over RPC. */
export class DeadLettersObject<Env = unknown> extends DurableObject<Env> {
  readonly #engine: LettersEngine

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#engine = lettersEngine({
      store: ctx.storage,
      clock: systemClock,
      wake: (at) => void ctx.storage.setAlarm(at),
    })
    rearm(ctx, () => this.#engine.nextAt())
  }

  override alarm(): void {
    this.#engine.turn()
  }

  keep(letter: string): Promise<boolean> {
    return this.#engine.keep(letter)
  }

  list(question?: LettersQuestion) {
    return this.#engine.list(question)
  }

  read(id: string) {
    return this.#engine.read(id)
  }

  sending(id: string): boolean {
    return this.#engine.sending(id)
  }

  sent(id: string, isSent: boolean): void {
    this.#engine.sent(id, isSent)
  }

  drop(id: string): boolean {
    return this.#engine.drop(id)
  }

  counts() {
    return this.#engine.counts()
  }
}
