/** Publishing: the events of a request go into the queue of their topic, and whoever wants them gets them later. */
import { MeshError } from '../../core/errors.ts'
import { plainProblem } from '../../wire/problem/plain.ts'
import { loopOf, readHops } from '../../wire/via.ts'
import { MESSAGE_BYTES, REASON_BYTES } from '../queue/envelope.ts'
import type { Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'
import { consent } from './consent.ts'
import { eventIn, isOfMesh, type QueuedEvent, strictlyWrong } from './event.ts'
import { readEvents } from './read.ts'
import type { EventQueue, Topics } from './topics.ts'

/** Messages, and bytes, of one `sendBatch` (Queues limits). */
export const BATCH_MESSAGES = 100
export const BATCH_BYTES = 256_000
/** Kept free for whom an event is for, when it is sent to each subscriber. */
const SUBSCRIBER_BYTES = 200
/** An event with all that is noted of it, at most. */
export const EVENT_BYTES = MESSAGE_BYTES - REASON_BYTES - SUBSCRIBER_BYTES

const METHODS = 'POST, OPTIONS'

/**
 * Publishes to topics: `createMesh({ topics })`, `createWorker({ topics })`.
 *
 * @throws {MeshError} `request_too_large` for an event of more than 125,800 bytes, or a batch of more than 256,000.
 */
export const topics: Topics = async (queue, request, sent) => {
  const { attempt, outgoing } = sent
  if (request.method === 'OPTIONS') return consent(request.headers)
  if (request.method !== 'POST')
    return plainProblem(405, 'Method not allowed', `Events are published by POST, not ${request.method}.`, {
      allow: METHODS,
    })
  const bytes = await wholeBody(attempt.body, BATCH_BYTES)
  if (!bytes) throw tooLarge()
  const read = readEvents(outgoing, bytes)
  if ('status' in read) return refused(read.status, read.detail)
  if (read.values.length > BATCH_MESSAGES) throw tooLarge()
  const events: QueuedEvent[] = []
  for (const [index, value] of read.values.entries()) {
    const { event, wrong } = eventIn(withDefaults(value, sent, index))
    const detail = event ? strictlyWrong(event) : wrong.detail
    if (!event || detail !== undefined)
      return refused(400, read.mode === 'batch' ? `Event ${index}: ${detail}` : `${detail}`)
    const own = typeof value === 'object' && value !== null ? Object.keys(value).find(isOfMesh) : undefined
    if (own !== undefined) return refused(400, `"${own}" is an attribute that the mesh writes: no publisher does.`)
    events.push(noted(event, sent))
  }
  await put(queue, events)
  const ids = events.map(({ id }) => id)
  return Response.json(read.mode === 'batch' ? { ids } : { id: ids[0] }, { status: 202 })
}

async function put(queue: EventQueue, events: readonly QueuedEvent[]): Promise<void> {
  const sizes = events.map(bytesOf)
  if (sizes.some((size) => size > EVENT_BYTES)) throw tooLarge()
  if (sizes.reduce((sum, size) => sum + size, 0) > BATCH_BYTES) throw tooLarge()
  const [first] = events
  if (first && events.length === 1) await queue.send(first, { contentType: 'json' })
  else if (first) await queue.sendBatch(events.map((body) => ({ body, contentType: 'json' })))
}

/** In a message. */
export function bytesOf(event: unknown): number {
  return new TextEncoder().encode(JSON.stringify(event)).length
}

/** What a publisher may leave out: the id is the same for every attempt of its call. */
function withDefaults(value: unknown, sent: Sent, index: number): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  const { clock, random, outgoing, caller, receipt } = sent
  const { id, source, time } = value as { readonly id?: unknown; readonly source?: unknown; readonly time?: unknown }
  const key = outgoing.get('idempotency-key') ?? ''
  receipt.messageId ??= /[^"\s]/.test(key) ? key : random.hex(16)
  return {
    ...value,
    id: id ?? (index === 0 ? receipt.messageId : `${receipt.messageId}-${index}`),
    source: source ?? (caller === undefined ? 'urn:selvedge:mesh' : `http://${caller}/`),
    time: time ?? new Date(clock.now()).toISOString(),
  }
}

/** With what its delivery needs to know. */
function noted(event: QueuedEvent, { outgoing, caller, service, endpoint }: Sent): QueuedEvent {
  const traceparent = event.traceparent ?? outgoing.get('traceparent') ?? undefined
  // A tracestate is of the traceparent beside it.
  const tracestate = event.traceparent === undefined ? (outgoing.get('tracestate') ?? undefined) : event.tracestate
  return {
    ...event,
    ...(traceparent !== undefined && { traceparent }),
    ...(tracestate !== undefined && { tracestate }),
    ...(caller !== undefined && { meshcaller: caller }),
    meshhops: readHops(outgoing),
    ...(service && { meshtopic: service.recordKey }),
    meshendpoint: endpoint.id,
  }
}

/** As a header of the delivery has it: what goes round through topics is ended as any other loop. */
export function loopIn({ meshhops = 0 }: QueuedEvent): string | undefined {
  return meshhops > 0 ? loopOf(Math.min(meshhops, 64) - 1) : undefined
}

function refused(status: 400 | 415, detail: string): Response {
  return plainProblem(status, status === 400 ? 'No event' : 'Unsupported media type', detail)
}

function tooLarge(): MeshError {
  return new MeshError(
    'request_too_large',
    `An event holds ${EVENT_BYTES} bytes at most, with all that the mesh notes of it, and a batch ${BATCH_MESSAGES} events of ${BATCH_BYTES} bytes together.`,
  )
}
