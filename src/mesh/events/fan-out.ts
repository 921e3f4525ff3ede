/** Fan-out: an event that several want goes back into its queue, once for each of them. */
import { deadlineIn } from '../../core/deadline.ts'
import { MeshError } from '../../core/errors.ts'
import { nameOf } from '../../registry/keys.ts'
import { bound } from '../../targets/bindings.ts'
import { QUEUE } from '../../targets/queue/reach.ts'
import type { QueuedEvent } from '../../targets/topic/event.ts'
import { BATCH_BYTES, BATCH_MESSAGES, bytesOf } from '../../targets/topic/publish.ts'
import type { EventQueue } from '../../targets/topic/topics.ts'
import { type Means, READ_MS } from '../delivery/verdict.ts'
import type { Inside } from '../inside.ts'

/** The record of the topic, of an event that does not say it: what an outbox has put there. */
const TOPIC = 'services/events'

/** Subrequests of an invocation that are not for this: reads of the registry, and a dead letter. */
const OTHERS = 5

/** For whom one message is: a subscriber, or all that a key has. */
export type For = { readonly subscriber: string } | { readonly meshkey: string }

/**
 * A crash between this and the end of the event makes duplicates, with the same ids: never a loss.
 *
 * @throws {MeshError} `no_endpoint` where this Worker does not have the queue, `limit_subrequests` where fewer are left than it takes,
 * `request_too_large` where no invocation has as many; and what the queue throws.
 */
export async function fanOut(inside: Inside, event: QueuedEvent, all: readonly For[], means: Means): Promise<void> {
  const queue = await queueOf(inside, event, means)
  const batches = batchesOf(all.map((one) => ({ ...event, ...one })))
  // Begun only where it can be ended: who begins again sends all of it again.
  if (!means.subrequests.take(batches.length)) {
    const most = inside.settings.maxSubrequests - OTHERS
    const code = batches.length > most ? 'request_too_large' : 'limit_subrequests'
    throw new MeshError(
      code,
      `Its ${all.length} subscribers take ${batches.length} subrequests, and there are ${most} at most.`,
    )
  }
  for (const batch of batches) await queue.sendBatch(batch.map((body) => ({ body, contentType: 'json' })))
}

function batchesOf(messages: readonly QueuedEvent[]): QueuedEvent[][] {
  const batches: QueuedEvent[][] = []
  let bytes = 0
  for (const message of messages) {
    const size = bytesOf(message)
    const last = batches.at(-1)
    if (last && last.length < BATCH_MESSAGES && bytes + size <= BATCH_BYTES) {
      last.push(message)
      bytes += size
    } else {
      batches.push([message])
      bytes = size
    }
  }
  return batches
}

/** The name of the topic by which it came. */
export function nameOfTopic({ meshtopic }: QueuedEvent): string {
  return nameOf(typeof meshtopic === 'string' ? meshtopic : TOPIC)
}

/** By the record of the topic as it stands now: the endpoint by which the event came, or else the first that is a topic. */
async function queueOf({ settings, known }: Inside, event: QueuedEvent, means: Means): Promise<EventQueue> {
  const { clock, bindings } = settings
  const name = nameOfTopic(event).replace(/^\*/, 'any')
  const service = await known.backend(name, { clock, deadline: deadlineIn(READ_MS, clock), ...means })
  const topics = (service?.record.endpoints ?? []).flatMap(({ id, target }) =>
    target.kind === 'topic' ? [{ id, binding: target.binding }] : [],
  )
  const topic = topics.find(({ id }) => id === event.meshendpoint) ?? topics[0]
  if (!topic)
    throw new MeshError(
      'no_endpoint',
      `The record of "${name}" has no topic, by which its subscribers could be sent an event.`,
    )
  return bound<EventQueue>(bindings, topic.binding, QUEUE)
}
