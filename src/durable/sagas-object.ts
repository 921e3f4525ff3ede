/** The sagas' Durable Object: one a mesh, in the control plane's Worker. It lists them; none waits for it. */
import { DurableObject } from 'cloudflare:workers'
import type { SagaTold } from '../core/saga/told.ts'
import { systemClock } from '../core/time/clock.ts'
import { type SagaBook, type SagaQuery, sagaBook } from './sagas/saga-book.ts'

/** Its methods are those of the book, called over RPC. */
export class SagasObject<Env = unknown> extends DurableObject<Env> {
  readonly #book: SagaBook

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    this.#book = sagaBook(ctx.storage, systemClock)
  }

  tell(told: SagaTold): void {
    this.#book.tell(told)
  }

  look(id: string, step: string, waitsFor?: string) {
    return this.#book.look(id, step, waitsFor)
  }

  get(id: string) {
    return this.#book.get(id)
  }

  list(query: SagaQuery = {}) {
    return this.#book.list(query)
  }

  counts() {
    return this.#book.counts()
  }

  stalest(limit: number) {
    return this.#book.stalest(limit)
  }

  cancel(id: string, by: string): boolean {
    return this.#book.cancel(id, by)
  }

  decided(id: string, what: string): void {
    this.#book.decided(id, what)
  }
}
