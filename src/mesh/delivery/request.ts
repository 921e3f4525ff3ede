/** The request that a message holds, as the receiver gets it. */
import { fromBase64 } from '../../targets/base64.ts'
import type { QueuedRequest } from '../../targets/queue/envelope.ts'
import { IDEMPOTENCY_KEY, TRACEPARENT, TRACESTATE } from '../../wire/headers.ts'

/** `undefined` where a method, a header or the base64 is none. */
export function requestIn(event: QueuedRequest, to: string): Request | undefined {
  try {
    return requestOf(event, to)
  } catch {
    return undefined
  }
}

function requestOf({ id, source, time, traceparent, tracestate, sequence, data }: QueuedRequest, to: string): Request {
  const { method, path, body, isBase64Encoded } = data
  const headers = new Headers(data.headers.map(([name, value]): [string, string] => [name, value]))
  const otherwise = (name: string, value: string | undefined) => {
    if (value !== undefined && !headers.get(name)) headers.set(name, value)
  }
  otherwise(IDEMPOTENCY_KEY, id)
  otherwise(TRACEPARENT, traceparent)
  otherwise(TRACESTATE, tracestate)
  otherwise('ce-id', id)
  otherwise('ce-time', time)
  // By these a receiver puts them in order.
  if (sequence !== undefined) otherwise('ce-source', source)
  otherwise('ce-sequence', sequence)
  // Content of these cannot be given to a request.
  const hasBody = body !== '' && !/^(get|head)$/i.test(method)
  return new Request(`http://${to}${path}`, {
    method,
    headers,
    ...(hasBody && { body: isBase64Encoded ? fromBase64(body) : body }),
  })
}
