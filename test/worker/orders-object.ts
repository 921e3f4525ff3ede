/** An object with an outbox, for tests in workerd: the queue that takes its events is a table of its own. */
import { DurableObject } from 'cloudflare:workers'
import { gaps, inOrder, type Ordered, type Sequenced } from '../../src/transactional/in-order.ts'
import { once } from '../../src/transactional/once.ts'
import { outbox } from '../../src/transactional/outbox.ts'
import { participant } from '../../src/transactional/participant.ts'

export class OrdersObject extends DurableObject<unknown> {
  readonly #sql = this.ctx.storage.sql
  readonly #events
  readonly #steps = participant(this.ctx.storage)
  isDown = false

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env)
    this.#sql.exec('CREATE TABLE IF NOT EXISTS orders (id TEXT); CREATE TABLE IF NOT EXISTS sent (event TEXT)')
    this.#events = outbox(ctx, {
      source: 'http://orders/',
      keepMs: 60_000,
      to: {
        sendBatch: async (messages) => {
          if (this.isDown) throw new Error('The queue is down.')
          for (const { body } of messages) this.#sql.exec('INSERT INTO sent VALUES (?)', JSON.stringify(body))
        },
      },
    })
  }

  place(id: string, manner: 'well' | 'refused' | 'too large' = 'well'): void {
    this.#events.transaction((publish) => {
      this.#sql.exec('INSERT INTO orders VALUES (?)', id)
      publish({ type: 'placed', subject: id, data: manner === 'too large' ? 'x'.repeat(128_000) : id })
      if (manner === 'refused') throw new Error('no credit')
    })
  }

  /** Why it was refused. */
  refused(manner: 'refused' | 'too large'): string {
    try {
      this.place('x', manner)
      return 'It was not.'
    } catch (error) {
      return String(error)
    }
  }

  /** Dies with all of it on disk, or in the turn in which it is written. */
  async placeAndDie(id: string, isKept: boolean): Promise<void> {
    this.place(id)
    if (isKept) await this.ctx.storage.sync()
    this.ctx.abort('It died.')
  }

  override alarm(): Promise<void> {
    return this.#events.alarm()
  }

  replay(subscriber: string): number {
    return this.#events.replay({ subscriber })
  }

  waiting() {
    return this.#events.waiting()
  }

  orders(): string[] {
    return this.#sql
      .exec<{ id: string }>('SELECT id FROM orders')
      .toArray()
      .map(({ id }) => id)
  }

  sent(): { id: string; subject: string; sequence: string; subscriber?: string }[] {
    return this.#sql
      .exec<{ event: string }>('SELECT event FROM sent')
      .toArray()
      .map(({ event }) => JSON.parse(event))
  }

  once(key: string) {
    return once(this.ctx.storage, key, () => {
      this.place(key)
      return this.orders().length
    })
  }

  inOrder(event: Sequenced): Ordered {
    return inOrder(
      this.ctx.storage,
      event,
      ({ sequence }) => void this.#sql.exec('INSERT INTO orders VALUES (?)', String(sequence)),
    )
  }

  gaps() {
    return gaps(this.ctx.storage)
  }

  forward(key: string) {
    return this.#steps.forward(key, () => this.place(key))
  }

  undo(key: string): boolean {
    return this.#steps.undo(key, () => void this.#sql.exec('DELETE FROM orders WHERE id = ?', key))
  }
}
