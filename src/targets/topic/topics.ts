/** What publishes to topics: given to a mesh that does, so that the others do not carry it. */
import type { Sent } from '../sent.ts'

/** A queue, as topics use it. */
export interface EventQueue {
  send(message: unknown, options: { contentType: 'json' }): Promise<unknown>
  sendBatch(messages: readonly { readonly body: unknown; readonly contentType: 'json' }[]): Promise<unknown>
}

/** Reads the events of a request, and puts them into the queue of a topic. */
export type Topics = (queue: EventQueue, request: Request, sent: Sent) => Promise<Response>
