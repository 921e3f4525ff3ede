/** A customer: one object each. Orders reserve its credit, up to a limit. */
import { DurableObject } from 'cloudflare:workers'
import { participant } from 'selvedge/durable'
import type { Env } from './env.ts'
import type { Order } from './place-order.ts'

type Answer = { readonly reserved: number } | { readonly refused: 'unknown customer' | 'credit limit exceeded' }

export class Customer extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql
  readonly #steps = participant(this.ctx.storage)

  override async fetch(request: Request): Promise<Response> {
    const [, id = '', what, undone] = new URL(request.url).pathname.split('/')
    this.#sql.exec('CREATE TABLE IF NOT EXISTS credit (id TEXT PRIMARY KEY, credit REAL, reserved REAL)')
    if (request.method === 'GET') return Response.json(this.#credit() ?? {})
    if (request.method === 'PUT') {
      const { credit } = await request.json<{ credit: number }>()
      this.#sql.exec('INSERT OR REPLACE INTO credit VALUES (?, ?, 0)', id, credit)
      return Response.json({ id, credit })
    }
    if (what === 'reservations' && undone !== undefined && request.method === 'DELETE') {
      this.#steps.undo(undone, (answer: Answer) => this.#release(answer))
      return Response.json({ id })
    }
    const key = request.headers.get('idempotency-key')
    if (!key) return new Response('A reservation has an idempotency-key.', { status: 400 })
    const order = await request.json<Order>()
    const step = this.#steps.forward(key, () => this.#reserve(order.total))
    if (order.id === this.env.SILENT) await this.#neverAnswers()
    if (step.isUndone) return new Response('The reservation was taken back.', { status: 410 })
    return 'refused' in step.value ? new Response(step.value.refused, { status: 422 }) : Response.json(step.value)
  }

  #credit() {
    return this.#sql.exec<{ credit: number; reserved: number }>('SELECT credit, reserved FROM credit').toArray()[0]
  }

  #reserve(total: number): Answer {
    const known = this.#credit()
    if (!known) return { refused: 'unknown customer' }
    if (known.reserved + total > known.credit) return { refused: 'credit limit exceeded' }
    this.#sql.exec('UPDATE credit SET reserved = reserved + ?', total)
    return { reserved: total }
  }

  #release(answer: Answer): void {
    if ('reserved' in answer) this.#sql.exec('UPDATE credit SET reserved = reserved - ?', answer.reserved)
  }

  async #neverAnswers(): Promise<void> {
    await this.ctx.storage.put('silent', true)
    await scheduler.wait(60_000)
  }
}
