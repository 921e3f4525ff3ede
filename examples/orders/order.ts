/** An order: one object each. Its state, the step that it took part in, and the event that tells of it are one commit. */
import { DurableObject } from 'cloudflare:workers'
import { outbox, participant } from 'selvedge/durable'
import type { Env } from './env.ts'

/** Sent events are kept for a day, to be sent again where somebody lost them. */
const KEEP_MS = 86_400_000

type State = 'APPROVAL_PENDING' | 'APPROVED' | 'REJECTED'
type Row = { id: string; customer: string; total: number; state: State; because: string | null }

export class Order extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql
  readonly #steps = participant(this.ctx.storage)
  readonly #events = outbox(this.ctx, {
    source: `http://orders/${this.ctx.id.name}`,
    to: {
      sendBatch: (messages) => {
        if (this.env.QUEUE === 'down') throw new Error('The queue takes nothing.')
        return this.env.EVENTS.sendBatch(messages)
      },
    },
    keepMs: KEEP_MS,
  })

  override async fetch(request: Request): Promise<Response> {
    const [, id = '', what] = new URL(request.url).pathname.split('/')
    if (request.method === 'GET') return this.#told()
    if (what === 'replay') return Response.json({ sent: this.#events.replay({ since: 0, subscriber: 'ledger' }) })
    const key = request.headers.get('idempotency-key')
    if (!key) return new Response('What changes an order has an idempotency-key.', { status: 400 })
    const said = await request.text()
    const body = said === '' ? {} : JSON.parse(said)
    if (what === 'rejection') {
      this.#steps.undo(body.undoes, () => this.#become(id, 'REJECTED', body.because))
      return Response.json({ id })
    }
    const { isUndone } = this.#steps.forward(key, () => {
      if (what === 'approval') this.#become(id, 'APPROVED', null)
      else this.#create(body)
    })
    return isUndone ? new Response('The order is rejected.', { status: 410 }) : Response.json({ id })
  }

  override alarm(): Promise<void> {
    return this.#events.alarm()
  }

  #create({ id, customer, total }: Row): void {
    this.#events.transaction((publish) => {
      this.#table()
      this.#sql.exec('INSERT INTO orders VALUES (?, ?, ?, ?, NULL)', id, customer, total, 'APPROVAL_PENDING')
      publish({ type: 'com.example.order.created', subject: id, data: { id, customer, total } })
    })
  }

  #become(id: string, state: State, because: string | null): void {
    this.#events.transaction((publish) => {
      this.#sql.exec('UPDATE orders SET state = ?, because = ?', state, because)
      publish({ type: `com.example.order.${state.toLowerCase()}`, subject: id, data: { id, because } })
    })
  }

  #told(): Response {
    this.#table()
    const [order] = this.#sql.exec<Row>('SELECT * FROM orders').toArray()
    return order ? Response.json(order) : new Response('There is no such order.', { status: 404 })
  }

  #table(): void {
    this.#sql.exec(
      'CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, customer TEXT, total REAL, state TEXT, because TEXT)',
    )
  }
}
