/** The request by which a subscriber gets an event. */
import type { Subscription } from '../../record/events/subscriptions.ts'
import type { QueuedEvent } from '../../targets/topic/event.ts'
import { loopIn } from '../../targets/topic/publish.ts'
import { writtenEvent } from '../../targets/topic/write.ts'
import { CDN_LOOP, IDEMPOTENCY_KEY, TRACEPARENT, TRACESTATE } from '../../wire/headers.ts'

/** @throws {TypeError} where a header cannot hold what stands in the event. */
export function eventRequest(
  event: QueuedEvent,
  { protocolsettings = {} }: Subscription,
  service: string,
  path: string,
): Request {
  const { contentmode = 'binary', method = 'POST', headers: further = {} } = protocolsettings
  const written = writtenEvent(event, contentmode)
  const headers = new Headers(further)
  for (const [name, value] of written.headers) headers.set(name, value)
  headers.set(IDEMPOTENCY_KEY, /^[\x21-\x7e]{1,1024}$/.test(event.id) ? event.id : encodeURIComponent(event.id))
  const { traceparent, tracestate } = event
  if (typeof traceparent === 'string') headers.set(TRACEPARENT, traceparent)
  if (typeof tracestate === 'string') headers.set(TRACESTATE, tracestate)
  const loop = loopIn(event)
  if (loop !== undefined) headers.set(CDN_LOOP, loop)
  return new Request(`http://${service}${path}`, {
    method,
    headers,
    ...(written.body !== undefined && { body: written.body }),
  })
}
