/** The outbox of a D1 database, and the object that sends what waits there: docs/durable.md. */
import { DurableObject } from 'cloudflare:workers'
import { d1Outbox, d1Relay } from 'selvedge/durable'

interface Env {
  readonly DB: D1Database
  readonly EVENTS: Queue
  readonly RELAY: DurableObjectNamespace<Relay>
}

export class Relay extends DurableObject<Env> {
  readonly #relay = d1Relay(this.ctx, { db: this.env.DB, to: this.env.EVENTS })

  kick(): void {
    this.#relay.kick()
  }

  override alarm(): Promise<void> {
    return this.#relay.alarm()
  }
}

export default {
  async fetch(request, env, ctx) {
    const { id } = await request.json<{ id: string }>()
    const events = d1Outbox(env.DB, { source: 'http://orders/' })
    await env.DB.batch([
      env.DB.prepare('INSERT INTO orders VALUES (?)').bind(id),
      events.row({ type: 'com.example.order.placed', subject: id }),
    ])
    // Lost, it costs a minute.
    ctx.waitUntil(env.RELAY.getByName('orders').kick())
    return new Response(null, { status: 201 })
  },
} satisfies ExportedHandler<Env>
