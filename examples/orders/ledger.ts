/** What came of the events of orders: each once, however often it is brought. */
import { DurableObject } from 'cloudflare:workers'
import { once } from 'selvedge/durable'
import type { Env } from './env.ts'

export interface OrderEvent {
  readonly id: string
  readonly type: string
  readonly subject: string
}

export class Ledger extends DurableObject<Env> {
  readonly #sql = this.ctx.storage.sql

  take({ id, type, subject }: OrderEvent): void {
    this.#table()
    once(this.ctx.storage, id, () => void this.#sql.exec('INSERT INTO events VALUES (?, ?)', subject, type))
  }

  /** What became of each order, in the order in which it was heard. */
  told(): Record<string, string[]> {
    this.#table()
    const told: Record<string, string[]> = {}
    for (const { subject, type } of this.#sql.exec<{ subject: string; type: string }>(
      'SELECT * FROM events ORDER BY rowid',
    )) {
      told[subject] = [...(told[subject] ?? []), type.slice('com.example.order.'.length)]
    }
    return told
  }

  #table(): void {
    this.#sql.exec('CREATE TABLE IF NOT EXISTS events (subject TEXT, type TEXT)')
  }
}
