/** A service with an outbox in an object and one in D1, a queue, and an account that takes the events in order: for a runtime that is killed. */
import { DurableObject } from 'cloudflare:workers'
import type { Relay } from '../../examples/outbox/database.ts'
import type { Account as ExampleAccount, Order as ExampleOrder } from '../../examples/outbox/orders.ts'
import { D1_TABLES, d1Once, d1Outbox } from '../../src/transactional/d1.ts'
import type { StoredEvent } from '../../src/transactional/event.ts'
import { gaps, inOrder } from '../../src/transactional/in-order.ts'
import { outbox } from '../../src/transactional/outbox.ts'

interface Env {
  readonly EVENTS: Queue
  readonly DB: D1Database
  readonly ORDERS: DurableObjectNamespace<Orders>
  readonly ACCOUNT: DurableObjectNamespace<Account>
  readonly RELAY: DurableObjectNamespace<Relay>
  readonly EXAMPLE_ORDER: DurableObjectNamespace<ExampleOrder>
  readonly EXAMPLE_ACCOUNT: DurableObjectNamespace<ExampleAccount>
}

/** The classes of docs/durable.md, as they are. */
export { Relay } from '../../examples/outbox/database.ts'
export { Account as ExampleAccount, Order as ExampleOrder } from '../../examples/outbox/orders.ts'

export class Orders extends DurableObject<Env> {
  /** In memory: who starts the runtime again finds it off. */
  #isHeld = false
  readonly #events = outbox(this.ctx, {
    source: 'http://orders/',
    keepMs: 3_600_000,
    to: {
      sendBatch: async (messages) => {
        if (this.#isHeld) throw new Error('Held.')
        await this.env.EVENTS.sendBatch(messages)
      },
    },
  })

  hold(): void {
    this.#isHeld = true
  }

  place(id: string): void {
    this.#events.transaction((publish) => {
      this.ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS orders (id TEXT)')
      this.ctx.storage.sql.exec('INSERT INTO orders VALUES (?)', id)
      publish({ type: 'placed', data: id })
    })
  }

  waiting() {
    return this.#events.waiting()
  }

  replay(): number {
    return this.#events.replay({ subscriber: 'account' })
  }

  override alarm(): Promise<void> {
    return this.#events.alarm()
  }
}

export class Account extends DurableObject<Env> {
  #isClosed = false

  close(): void {
    this.#isClosed = true
  }

  /** False: it is to come again. */
  take(event: StoredEvent): boolean {
    if (this.#isClosed) return false
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS applied (at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT)')
    const work = ({ data }: StoredEvent) => void sql.exec('INSERT INTO applied (id) VALUES (?)', String(data))
    return inOrder(this.ctx.storage, event, work).outcome !== 'full'
  }

  state() {
    const { sql } = this.ctx.storage
    sql.exec('CREATE TABLE IF NOT EXISTS applied (at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT)')
    const ids = sql.exec<{ id: string }>('SELECT id FROM applied ORDER BY at').toArray()
    return { applied: ids.map(({ id }) => id), gaps: gaps(this.ctx.storage) }
  }
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url)
    const orders = env.ORDERS.getByName('orders')
    const account = env.ACCOUNT.getByName('account')
    const example = env.EXAMPLE_ACCOUNT.getByName('jane')
    const id = searchParams.get('id') ?? ''
    switch (pathname) {
      case '/prepare':
        await env.DB.batch(D1_TABLES.split(';').flatMap((one) => (one.trim() ? [env.DB.prepare(one)] : [])))
        break
      case '/hold':
        await orders.hold()
        break
      case '/close':
        await account.close()
        break
      case '/place':
        await orders.place(id)
        break
      case '/row':
        await env.DB.batch([d1Outbox(env.DB, { source: 'http://rows/' }).row({ type: 'placed', data: id })])
        break
      case '/kick':
        await env.RELAY.getByName('rows').kick()
        break
      case '/once':
        await env.DB.prepare('CREATE TABLE IF NOT EXISTS done (id TEXT)').run()
        return Response.json(await d1Once(env.DB, id, [env.DB.prepare('INSERT INTO done VALUES (?)').bind(id)]))
      case '/done':
        return Response.json((await env.DB.prepare('SELECT id FROM done').all()).results)
      case '/example/place':
        await env.EXAMPLE_ORDER.getByName('42').place('jane', 30)
        break
      case '/example/pay':
        return Response.json(await example.pay(id, Number(searchParams.get('total') ?? 5)))
      case '/example/reserve':
        return example.reserve(id, 7)
      case '/example/release':
        return example.release(id)
      case '/replay':
        return Response.json(await orders.replay())
      case '/waiting':
        return Response.json(await orders.waiting())
      default:
        return Response.json(await account.state())
    }
    return Response.json(true)
  },
  async queue(batch, env) {
    const account = env.ACCOUNT.getByName('account')
    for (const message of batch.messages) {
      const event = message.body as StoredEvent
      const isExample = event.type === 'com.example.order.placed'
      const isTaken = isExample
        ? (await env.EXAMPLE_ACCOUNT.getByName('jane').placed(event as never)).ok
        : await account.take(event)
      if (isTaken) message.ack()
      else message.retry({ delaySeconds: 1 })
    }
  },
} satisfies ExportedHandler<Env>
