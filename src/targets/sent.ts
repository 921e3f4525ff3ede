/** What a request is sent with: of the call, and of the Worker that makes it. */
import type { Deadline } from '../core/deadline.ts'
import type { Endpoint } from '../core/endpoint.ts'
import type { Cancellation } from '../core/engine/cancellation.ts'
import type { Subrequests } from '../core/engine/subrequests.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import type { Secrets } from './secret.ts'

/** What a transport needs of a request. */
export interface Sent {
  readonly clock: Clock
  readonly random: Random
  readonly endpoint: Endpoint
  /** The name that was called. */
  readonly name: string
  /** The service whose endpoint it is; not there where somebody sends without a record. */
  readonly service?: { readonly recordKey: string } | undefined
  /** Who calls, where that is known. */
  readonly caller: string | undefined
  /** Path and query, from the first slash. */
  readonly path: string
  readonly outgoing: Headers
  readonly attempt: { readonly body: BodyInit | null }
  /** As the caller said it, whatever the record allows. */
  readonly callersDeadline?: Deadline | undefined
  readonly receipt: Pick<Receipt, 'messageId'>
  readonly work: Cancellation
  /** For what a transport asks of the platform besides the call itself. */
  readonly subrequests: Subrequests
  /** Keeps the isolate alive for work that outlives the answer. */
  defer(work: Promise<unknown>): void
}

/** What this Worker sends with: the network, its bindings and its secrets. */
export interface Means extends Secrets {
  /** The platform's fetch. */
  readonly fetch: typeof fetch
}
