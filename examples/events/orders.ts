/** An order whose events leave by an outbox, and are sent again to one subscriber where somebody asks: docs/events.md. */
import { DurableObject } from 'cloudflare:workers'
import { outbox } from 'selvedge/durable'

interface Env {
  readonly EVENTS: Queue
}

const WEEK_MS = 7 * 24 * 3_600_000

export class Order extends DurableObject<Env> {
  readonly #name = this.ctx.id.name ?? ''
  readonly #events = outbox(this.ctx, { source: `http://orders/${this.#name}`, to: this.env.EVENTS, keepMs: WEEK_MS })

  override fetch(request: Request): Response {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname.endsWith('/replay')) {
      const since = Date.parse(searchParams.get('since') ?? '1970-01-01')
      const replayed = this.#events.replay({ since, subscriber: searchParams.get('subscriber') ?? '' })
      return Response.json({ replayed }, { status: 202 })
    }
    this.#events.transaction((publish) => {
      this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS orders (at INTEGER)')
      this.ctx.storage.sql.exec('INSERT INTO orders VALUES (?)', Date.now())
      publish({ type: 'com.example.order.placed', subject: this.#name, data: { order: this.#name } })
    })
    return new Response(null, { status: 201 })
  }

  override alarm(): Promise<void> {
    return this.#events.alarm()
  }
}

export default { fetch: () => new Response('Orders are reached by their name.', { status: 404 }) }
