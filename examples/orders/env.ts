/** What the Worker is bound to (wrangler.toml). */
import type { Customer } from './customer.ts'
import type { Ledger } from './ledger.ts'
import type { Order } from './order.ts'

export interface Env {
  readonly REGISTRY: KVNamespace
  readonly SAGAS: Workflow
  readonly ORDERS: DurableObjectNamespace<Order>
  readonly CUSTOMERS: DurableObjectNamespace<Customer>
  readonly LEDGER: DurableObjectNamespace<Ledger>
  readonly EVENTS: Queue
  /** For the demo: the queue takes nothing while this says `down`. */
  readonly QUEUE?: string
  /** For the demo: the order whose reservation is made, and never answered. */
  readonly SILENT?: string
}
