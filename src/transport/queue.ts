/** A Queue: what is sent is accepted, not answered. */
import { remaining } from '../core/deadline.ts'
import type { QueueTarget } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import { type Bindings, bound } from './bindings.ts'
import { writtenContent } from './content.ts'
import type { Sent } from './send.ts'
import { wholeBody } from './whole.ts'

export const QUEUE = ['send'] as const

/** A message of a Queue, at most (Queues limits); the envelope takes some of it. */
const MESSAGE_BYTES = 128_000

interface Queue {
  send(message: unknown, options: { contentType: 'json' }): Promise<unknown>
}

/**
 * A request in a queue: a CloudEvent (1.0, JSON format) with the request as its data. Names of its attributes are lower
 * case letters and digits, as the specification asks.
 */
export interface QueuedRequest {
  readonly specversion: '1.0'
  readonly id: string
  readonly type: 'selvedge.request'
  readonly source: string
  /** The name that was called. */
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** When nobody waits for it any more, where the caller said so. */
  readonly deadline?: string
  /** Who called, where that is known. */
  readonly caller?: string
  readonly traceparent?: string
  readonly tracestate?: string
  readonly data: {
    readonly method: string
    readonly path: string
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
    readonly isBase64Encoded: boolean
  }
}

export async function sendToQueue(
  bindings: Bindings,
  request: Request,
  sent: Sent,
  { binding }: QueueTarget,
): Promise<Response> {
  const queue = bound<Queue>(bindings, binding, QUEUE, 'queue')
  const bytes = await wholeBody(sent.attempt.body, MESSAGE_BYTES)
  const message = bytes && queued(request, sent, bytes)
  if (!message || new TextEncoder().encode(JSON.stringify(message)).length > MESSAGE_BYTES) {
    throw new MeshError('request_too_large', `A message of a queue holds ${MESSAGE_BYTES} bytes at most.`)
  }
  await queue.send(message, { contentType: 'json' })
  return Response.json({ id: message.id }, { status: 202 })
}

function queued(request: Request, sent: Sent, bytes: Uint8Array): QueuedRequest {
  const { clock, random, outgoing, name, caller, path, deadline } = sent
  const now = clock.now()
  const { text, isBase64 } = writtenContent(bytes, outgoing)
  const isBounded = remaining(deadline, clock) !== Number.POSITIVE_INFINITY
  return {
    specversion: '1.0',
    id: random.hex(16),
    type: 'selvedge.request',
    source: 'urn:selvedge:mesh',
    subject: name,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    ...(isBounded ? { deadline: new Date(deadline.at).toISOString() } : {}),
    ...(caller === undefined ? {} : { caller }),
    ...carried('traceparent', outgoing),
    ...carried('tracestate', outgoing),
    data: {
      method: request.method,
      path,
      // What is left of the deadline will be another time when it is read.
      headers: [...outgoing].filter(([header]) => header !== 'selvedge-timeout-ms'),
      body: text,
      isBase64Encoded: isBase64,
    },
  }
}

function carried<Name extends string>(name: Name, headers: Headers): { [key in Name]?: string } {
  const value = headers.get(name)
  return value === null ? {} : ({ [name]: value } as { [key in Name]: string })
}
