/** An order and the event that tells of it are one commit; whoever receives events of orders does each once, in order: docs/durable.md. */
import { DurableObject } from 'cloudflare:workers'
import { gaps, inOrder, once, outbox, participant, type Sequenced } from 'selvedge/durable'

interface Env {
  readonly EVENTS: Queue
}

export class Order extends DurableObject<Env> {
  readonly #events = outbox(this.ctx, { source: `http://orders/${this.ctx.id.name}`, to: this.env.EVENTS })

  place(customer: string, total: number): void {
    this.#events.transaction((publish) => {
      this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS orders (customer TEXT, total REAL)')
      this.ctx.storage.sql.exec('INSERT INTO orders VALUES (?, ?)', customer, total)
      publish({ type: 'com.example.order.placed', data: { customer, total } })
    })
  }

  override alarm(): Promise<void> {
    return this.#events.alarm()
  }
}

/** An event as it was delivered: `ce-source`, `ce-sequence` and the body. */
interface Placed extends Sequenced {
  readonly data: { readonly customer: string; readonly total: number }
}

export class Account extends DurableObject<Env> {
  readonly #steps = participant(this.ctx.storage)

  /** A step of a saga, by its key. */
  reserve(key: string, total: number): Response {
    const step = this.#steps.forward(key, () => ({ balance: this.#add(-total), reserved: total }))
    return step.isUndone ? new Response(null, { status: 410 }) : Response.json(step.value)
  }

  /** Undoes the step of that key by what it gave, also where it never came. */
  release(key: string): Response {
    this.#steps.undo(key, ({ reserved }: { reserved: number }) => void this.#add(reserved))
    return new Response(null, { status: 204 })
  }

  /** The same key, and it is paid once. */
  pay(key: string, total: number): { balance: number } {
    return once(this.ctx.storage, key, () => ({ balance: this.#add(-total) })).value
  }

  /** Events of a source by their sequence. */
  placed(event: Placed): Response {
    const { outcome } = inOrder(this.ctx.storage, event, ({ data }) => void this.#add(-data.total))
    // Too many are held: it comes again.
    return new Response(null, { status: outcome === 'full' ? 425 : 204 })
  }

  /** What is missing, for whoever looks after it. */
  missing() {
    return gaps(this.ctx.storage)
  }

  #add(sum: number): number {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS account (id INTEGER PRIMARY KEY, balance REAL)')
    const added = sql.exec<{ balance: number }>(
      `INSERT INTO account VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET balance = balance + excluded.balance
       RETURNING balance`,
      sum,
    )
    return added.one().balance
  }
}
