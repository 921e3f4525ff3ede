/** An object that does the same bare, and by the helpers of `selvedge/durable`; and the queue that its outbox fills, which takes all at once. */
import { DurableObject } from 'cloudflare:workers'
import { inOrder } from '../../src/transactional/in-order.ts'
import { once } from '../../src/transactional/once.ts'
import { outbox } from '../../src/transactional/outbox.ts'
import { participant } from '../../src/transactional/participant.ts'

export type Way = 'bare' | 'outbox' | 'once' | 'again' | 'in order' | 'participant'

export interface Told {
  /** How long it took, in milliseconds. */
  readonly ms: number
}

export class Orders extends DurableObject {
  readonly #sql = this.ctx.storage.sql
  readonly #events = outbox(this.ctx, { source: 'http://orders/', to: { sendBatch: async () => {} } })
  readonly #steps = participant(this.ctx.storage)
  #number = 0

  /** One change of state, as each of them makes it. */
  #change(): void {
    this.#sql.exec('INSERT INTO orders (total) VALUES (?)', this.#number)
  }

  prepare(): true {
    this.#sql.exec('CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, total INTEGER)')
    return true
  }

  /** One call of somebody else: one transaction, bare or with its event. */
  place(way: 'bare' | 'outbox'): void {
    this.#number++
    if (way === 'bare') {
      this.ctx.storage.transactionSync(() => this.#change())
      return
    }
    this.#events.transaction((publish) => {
      this.#change()
      publish({ type: 'com.example.order.placed', subject: String(this.#number), data: { total: this.#number } })
    })
  }

  async measure(way: Way, times: number): Promise<true> {
    const { storage } = this.ctx
    const first = this.#number
    for (let at = 0; at < times; at++) {
      const number = ++this.#number
      if (way === 'bare') storage.transactionSync(() => this.#change())
      else if (way === 'outbox') {
        this.#events.transaction((publish) => {
          this.#change()
          publish({ type: 'com.example.order.placed', subject: String(number), data: { total: number } })
        })
      } else if (way === 'once') once(storage, `order-${number}`, () => this.#change())
      else if (way === 'again') once(storage, 'order', () => this.#change())
      else if (way === 'in order')
        inOrder(storage, { source: `http://orders/${first}`, sequence: at + 1, data: { total: number } }, () =>
          this.#change(),
        )
      else this.#steps.forward(`saga/${number}/reserve`, () => this.#change())
    }
    await storage.sync()
    return true
  }

  /** Sends all that waits; how many rows that were, and how long it took. */
  async relay(): Promise<{ rows: number; ms: number }> {
    const { rows } = this.#events.waiting()
    const begun = performance.now()
    while (this.#events.waiting().rows > 0) await this.#events.alarm()
    return { rows, ms: performance.now() - begun }
  }
}

interface Env {
  readonly ORDERS: DurableObjectNamespace<Orders>
}

/** What is asked of it: calls from outside, or a loop within the object. */
export type Asked =
  | { readonly kind: 'prepare' }
  | { readonly kind: 'relay' }
  | { readonly kind: 'calls'; readonly way: 'bare' | 'outbox'; readonly times: number; readonly atOnce: number }
  | { readonly kind: 'measure'; readonly way: Way; readonly times: number }

export default {
  async fetch(request: Request, { ORDERS }: Env): Promise<Response> {
    const asked = (await request.json()) as Asked
    const object = ORDERS.getByName('orders')
    if (asked.kind === 'prepare') return Response.json(await object.prepare())
    if (asked.kind === 'relay') return Response.json(await object.relay())
    if (asked.kind === 'measure') return Response.json(await object.measure(asked.way, asked.times))
    const begun = performance.now()
    let left = asked.times
    const caller = async () => {
      while (left-- > 0) await object.place(asked.way)
    }
    await Promise.all(Array.from({ length: asked.atOnce }, caller))
    return Response.json({ ms: performance.now() - begun })
  },
}
