/** What is to be done with one event: find who wants it, deliver it to the one or send it on to each, and judge what came of that. */
import { deadlineIn } from '../../core/deadline.ts'
import { isServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { type Subscription, sinkOf } from '../../record/events/subscriptions.ts'
import type { Asking } from '../../registry/asking.ts'
import type { Subscriber, Subscribers } from '../../registry/events.ts'
import { durationMs } from '../../schema/duration.ts'
import { deliveryPolicy } from '../../targets/queue/delivery.ts'
import { eventIn, type QueuedEvent } from '../../targets/topic/event.ts'
import { nameOf } from '../called-host.ts'
import type { Message } from '../delivery/batch.ts'
import {
  answered,
  failed,
  type Means,
  type Named,
  NOTHING,
  onceOnly,
  READ_MS,
  SKEW_MS,
  type Verdict,
} from '../delivery/verdict.ts'
import type { Inside } from '../inside.ts'
import { eventRequest } from './event-request.ts'
import { type For, fanOut, nameOfTopic } from './fan-out.ts'
import { wants } from './matches.ts'

export type Find = (type: string, asking: Asking) => Promise<Subscribers>

/** Never fails. */
export async function eventVerdict(inside: Inside, find: Find, message: Message, means: Means): Promise<Verdict> {
  const { event, wrong } = eventIn(message.body)
  if (!event) return { ...NOTHING, policy: deliveryPolicy(), told: wrong }
  const { clock, log, counting } = inside.settings
  const caller = callerOf(event)
  let known: Verdict = {
    ...NOTHING,
    event: told(event, event.meshkey),
    policy: deliveryPolicy(),
    told: undefined,
  }
  try {
    if (event.expirytime !== undefined && Date.parse(String(event.expirytime)) + SKEW_MS <= clock.now())
      return { ...known, told: { reason: 'expired', detail: `It was worth delivering until ${event.expirytime}.` } }
    const found = await find(event.type, { clock, deadline: deadlineIn(READ_MS, clock), ...means })
    const { own, others } = whoWants(event, found)
    if (!own && others.length === 0) {
      if (event.subscriber === undefined) {
        counting?.unclaimed?.(nameOfTopic(event), event.type)
        log({
          level: 'info',
          event: 'event_unclaimed',
          key: `events/${event.type}`,
          caller,
          traceId: known.event?.traceparent?.split('-')[1],
          message: `Nobody has subscribed to ${event.type}, or wants ${event.id} of it.`,
        })
      }
      return { ...known, to: nameOfTopic(event), disposition: 'done' }
    }
    if (!own) {
      await fanOut(inside, event, others, means)
      // The topic itself has taken it: each of them is a message of its own now.
      return { ...known, to: nameOfTopic(event), disposition: 'done' }
    }
    known = { ...known, ...heldBy(own, event) }
    return { ...known, ...(await deliver(inside, event, own, message, means)) }
  } catch (error) {
    return { ...known, ...failed(error) }
  }
}

interface Wanting {
  /** The only one, who gets it at once. */
  readonly own?: Subscriber
  /** Of several, a message for each. */
  readonly others: readonly For[]
}

/** Of keys that are not understood nobody knows who wants it: those are a message of their own, which waits until they are mended. */
function whoWants(event: QueuedEvent, { all, refused }: Subscribers): Wanting {
  const { subscriber, meshkey } = event
  const those = all.filter(
    ({ key, subscription: { id, filters } }) =>
      (subscriber === undefined || id === subscriber) &&
      (meshkey === undefined || key === meshkey) &&
      wants(filters, event),
  )
  const lost = refused.filter(({ key }) => meshkey === undefined || key === meshkey)
  const [only, ...more] = those
  // A message for one subscriber is not sent on again.
  if (only && more.length === 0 && (lost.length === 0 || subscriber !== undefined)) return { own: only, others: [] }
  const [first] = lost
  // It is for these keys alone, and they are still not understood.
  if (first && those.length === 0 && (meshkey !== undefined || subscriber !== undefined || lost.length === 1))
    throw new MeshError('record_invalid', `${first.key}: ${first.why}`)
  return {
    others: [
      ...those.map(({ subscription: { id } }) => ({ subscriber: id })),
      ...lost.map(({ key }) => ({ meshkey: key })),
    ],
  }
}

/** What a dead letter is to say, and to be redriven by: this subscriber alone. */
function heldBy({ key, subscription }: Subscriber, event: QueuedEvent) {
  const { id } = subscription
  return {
    event: told(event, key),
    again: { ...event, subscriber: id },
    to: sinkOf(subscription.sink).service,
    policy: deliveryPolicy(subscription.delivery),
  }
}

async function deliver(
  inside: Inside,
  event: QueuedEvent,
  { subscription }: Subscriber,
  { attempts, timestamp }: Message,
  means: Means,
): Promise<Pick<Verdict, 'disposition' | 'waitMs' | 'told' | 'isDuplicate'>> {
  const { clock, domain } = inside.settings
  const policy = deliveryPolicy(subscription.delivery)
  const dead = (reason: string, detail: string) => ({
    disposition: 'dead' as const,
    waitMs: undefined,
    told: { reason, detail },
  })
  const late = lateFor(subscription, timestamp.getTime(), clock.now())
  if (late !== undefined) return dead('expired', late)
  // It was to end at the last one, and could not.
  if (attempts > policy.attempts)
    return dead('attempts_used_up', `It was delivered ${policy.attempts} times, and not taken.`)
  const { service, path } = sinkOf(subscription.sink)
  const to = nameOf(service, domain)
  let request: Request
  try {
    request = eventRequest(event, subscription, to, path)
  } catch {
    return dead('malformed', 'No request can be made of it.')
  }
  // Of one source an id is one event; two subscribers may be one service.
  const one = { id: event.id, subject: `${subscription.id} ${event.source}`, caller: callerOf(event) }
  const delivery = { event: one, request, to, attempts, timeoutMs: policy.timeoutMs, ...means }
  return answered(await onceOnly(inside, delivery, policy), to)
}

/** Why its subscriber does not want it any more, in words. */
function lateFor({ id, delivery }: Subscription, sentAt: number, now: number): string | undefined {
  const { expire } = delivery ?? {}
  if (expire === undefined || sentAt + durationMs(expire) + SKEW_MS > now) return undefined
  return `${id} wants it for ${expire}, from ${new Date(sentAt).toISOString()} on.`
}

/** Whoever may write to the queue is believed, where it is a name at all. */
function callerOf({ meshcaller }: QueuedEvent): string | undefined {
  return typeof meshcaller === 'string' && isServiceName(meshcaller) ? meshcaller : undefined
}

/** What is told of it where it ends. Extensions need not be texts. */
function told(event: QueuedEvent, record: string | undefined): Named {
  const { id, traceparent } = event
  return {
    id,
    subject: nameOfTopic(event),
    record,
    caller: callerOf(event),
    traceparent: typeof traceparent === 'string' ? traceparent : undefined,
  }
}
