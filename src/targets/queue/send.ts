/** A Queue: what is sent is accepted, not answered. */
import { MeshError } from '../../core/errors.ts'
import { bound } from '../bindings.ts'
import { writtenContent } from '../content.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'
import { QUEUE } from './reach.ts'
import type { QueueTarget } from './schema.ts'

/** A message of a Queue, at most (Queues limits); the envelope takes some of it. */
const MESSAGE_BYTES = 128_000

interface Queue {
  send(message: unknown, options: { contentType: 'json' }): Promise<unknown>
}

/** These would rest in a queue, and in that of dead letters, for days: they stay behind unless the record keeps them. */
const CREDENTIALS = /^((x-serverless-)?authorization|cookie|cf-access-jwt-assertion)$/
/**
 * True of the attempt that put it there, not of a delivery: who delivers writes them anew. What is left of a deadline will be
 * another time when it is read, and to grant the allowance once more would be to grant it twice.
 */
const OF_THE_ATTEMPT =
  /^(content-length|selvedge-(attempt|retry-allowance|timeout-ms)|grpc-(timeout|previous-rpc-attempts)|connect-timeout-ms)$/

/**
 * A request in a queue: a CloudEvent (1.0, JSON format) with the request as its data. Names of its attributes are lower
 * case letters and digits, as the specification asks.
 */
export interface QueuedRequest {
  readonly specversion: '1.0'
  /** The request's `Idempotency-Key`, or one of its own: the same for every attempt of a call. */
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
  { bindings }: Pick<Ways, 'bindings'>,
  request: Request,
  sent: Sent,
  { binding, keep = [] }: QueueTarget,
): Promise<Response> {
  const queue = bound<Queue>(bindings, binding, QUEUE)
  const bytes = await wholeBody(sent.attempt.body, MESSAGE_BYTES)
  const message = bytes && queued(request, sent, bytes, keep)
  if (!message || new TextEncoder().encode(JSON.stringify(message)).length > MESSAGE_BYTES) {
    throw new MeshError('request_too_large', `A message of a queue holds ${MESSAGE_BYTES} bytes at most.`)
  }
  await queue.send(message, { contentType: 'json' })
  return Response.json({ id: message.id }, { status: 202 })
}

function queued(request: Request, sent: Sent, bytes: Uint8Array, keep: readonly string[]): QueuedRequest {
  const { clock, random, outgoing, name, caller, path, callersDeadline, receipt } = sent
  const until = callersDeadline?.at ?? Number.POSITIVE_INFINITY
  const now = clock.now()
  const { text, isBase64 } = writtenContent(bytes, outgoing)
  const key = outgoing.get('idempotency-key') ?? ''
  // An empty key, be it between quotes, tells no two requests apart.
  receipt.messageId ??= /[^"\s]/.test(key) ? key : random.hex(16)
  return {
    specversion: '1.0',
    id: receipt.messageId,
    type: 'selvedge.request',
    source: 'urn:selvedge:mesh',
    subject: name,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    ...known({
      deadline: until === Number.POSITIVE_INFINITY ? undefined : new Date(until).toISOString(),
      caller,
      traceparent: outgoing.get('traceparent'),
      tracestate: outgoing.get('tracestate'),
    }),
    data: {
      method: request.method,
      path,
      headers: [...outgoing].filter(
        ([header]) => !OF_THE_ATTEMPT.test(header) && (!CREDENTIALS.test(header) || keep.includes(header)),
      ),
      body: text,
      isBase64Encoded: isBase64,
    },
  }
}

/** Those of them that there are. */
function known<Name extends string>(fields: Record<Name, string | null | undefined>): { [key in Name]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => typeof value === 'string')) as {
    [key in Name]?: string
  }
}
