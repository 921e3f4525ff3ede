/** A Queue: what is sent is accepted, not answered. */
import { MeshError } from '../../core/errors.ts'
import { durationMs } from '../../schema/duration.ts'
import { bound } from '../bindings.ts'
import { writtenContent } from '../content.ts'
import type { Ways } from '../road.ts'
import type { Sent } from '../sent.ts'
import { wholeBody } from '../whole.ts'
import { MESSAGE_BYTES, type QueuedRequest, REASON_BYTES, REQUEST_TYPE } from './envelope.ts'
import { QUEUE } from './reach.ts'
import type { QueueTarget } from './schema.ts'

interface Queue {
  send(message: unknown, options: { contentType: 'json'; delaySeconds?: number }): Promise<unknown>
}

/** These would rest in a queue, and in that of dead letters, for days: they stay behind unless the record keeps them. */
const CREDENTIALS = /^((x-serverless-)?authorization|cookie|cf-access-jwt-assertion)$/
/**
 * True of the attempt that put it there, not of a delivery: who delivers writes them anew. What is left of a deadline will be
 * another time when it is read, and to grant the allowance once more would be to grant it twice.
 */
const OF_THE_ATTEMPT =
  /^(content-length|selvedge-(attempt|retry-allowance|timeout-ms)|grpc-(timeout|previous-rpc-attempts)|connect-timeout-ms)$/

export async function sendToQueue(
  { bindings }: Pick<Ways, 'bindings'>,
  request: Request,
  sent: Sent,
  target: QueueTarget,
): Promise<Response> {
  const { binding, deliverTo, delay } = target
  const queue = bound<Queue>(bindings, binding, QUEUE)
  const most = MESSAGE_BYTES - (deliverTo === undefined ? 0 : REASON_BYTES)
  const bytes = await wholeBody(sent.attempt.body, most)
  const message = bytes && queued(request, sent, bytes, target)
  if (!message || new TextEncoder().encode(JSON.stringify(message)).length > most) {
    throw new MeshError('request_too_large', `A message of this queue holds ${most} bytes at most.`)
  }
  // Queues count in seconds.
  const wait = delay !== undefined && { delaySeconds: Math.ceil(durationMs(delay) / 1000) }
  await queue.send(message, { contentType: 'json', ...wait })
  return Response.json({ id: message.id }, { status: 202 })
}

function queued(request: Request, sent: Sent, bytes: Uint8Array, target: QueueTarget): QueuedRequest {
  const { keep = [], deliverTo, delivery } = target
  const { clock, random, outgoing, name, caller, path, callersDeadline, receipt } = sent
  const now = clock.now()
  const instant = (at: number) => (at === Number.POSITIVE_INFINITY ? undefined : new Date(at).toISOString())
  const { text, isBase64 } = writtenContent(bytes, outgoing)
  const key = outgoing.get('idempotency-key') ?? ''
  // An empty key, be it between quotes, tells no two requests apart.
  receipt.messageId ??= /[^"\s]/.test(key) ? key : random.hex(16)
  return {
    specversion: '1.0',
    id: receipt.messageId,
    type: REQUEST_TYPE,
    source: 'urn:selvedge:mesh',
    subject: name,
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    ...known({
      deadline: instant(callersDeadline?.at ?? Number.POSITIVE_INFINITY),
      expirytime: delivery?.expire && instant(now + durationMs(delivery.expire)),
      // Who delivers it reads the record anew: an edit counts for what waits already.
      record: deliverTo && sent.service?.recordKey,
      endpoint: deliverTo && sent.endpoint.id,
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
