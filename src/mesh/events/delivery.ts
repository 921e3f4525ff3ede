/** The consumer of queues that hold events, too: requests are delivered to names, events to those that have subscribed to them. */
import { subscribers } from '../../registry/events.ts'
import { REGISTRY_READ_MS } from '../../registry/reader.ts'
import { REQUEST_TYPE } from '../../targets/queue/envelope.ts'
import { consumer, type Deliver } from '../delivery/delivery.ts'
import { verdictOn } from '../delivery/verdict.ts'
import type { Part } from '../inside.ts'
import { eventVerdict } from './event-verdict.ts'

/**
 * Delivers what queues bring, events among them: `mesh.with(eventDelivery)` is the `queue()` handler of a Worker,
 * `createWorker({ delivery: eventDelivery })` has it. It does all that `delivery` does.
 */
export const eventDelivery: Part<Deliver> = (inside) => {
  const { settings } = inside
  const find = subscribers(settings.registry, { ...settings, readMs: REGISTRY_READ_MS })
  return consumer(inside, (inside, message, means) =>
    isRequest(message.body) ? verdictOn(inside, message, means) : eventVerdict(inside, find, message, means),
  )
}

function isRequest(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'type' in body && body.type === REQUEST_TYPE
}
