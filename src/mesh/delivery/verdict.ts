/** What is to be done with one message: read it, find where it goes, deliver it, and judge by the table what came of that. */
import { deadlineIn, LEAST_USEFUL_MS } from '../../core/deadline.ts'
import { type Disposition, dispositionOf, dispositionOfError } from '../../core/disposition.ts'
import type { Subrequests } from '../../core/engine/subrequests.ts'
import { MeshError } from '../../core/errors.ts'
import { nameOf } from '../../registry/keys.ts'
import { type DeliveryPolicy, deliveryPolicy } from '../../targets/queue/delivery.ts'
import { type QueuedRequest, readEnvelope } from '../../targets/queue/envelope.ts'
import type { QueueTarget } from '../../targets/queue/schema.ts'
import type { Defer } from '../accept.ts'
import type { Inside } from '../inside.ts'
import type { Message } from './batch.ts'
import { type Answered, type Delivery, delivered } from './delivered.ts'
import { claim } from './inbox.ts'
import { requestIn } from './request.ts'

/** Clocks of two machines may be so far apart, in milliseconds. */
export const SKEW_MS = 5000
/** How long the registry is waited for, in milliseconds. */
export const READ_MS = 5000

/** What there is to say of a message that was not taken. */
export interface Told {
  /** A word, or `status` and a number. */
  readonly reason: string
  readonly detail: string
  /** What the receiver answered, where it did. */
  readonly status?: number | undefined
  readonly answer?: string | undefined
}

/** What is told of a message where it ends: in its dead letter, and in the log. */
export interface Named {
  readonly id: string
  readonly subject?: string | undefined
  /** The registry key that it was read by. */
  readonly record?: string | undefined
  readonly caller?: string | undefined
  readonly traceparent?: string | undefined
}

export interface Verdict {
  readonly disposition: Disposition
  /** `undefined` where nobody can read the message. */
  readonly event: Named | undefined
  /** What is to be sent to the queue to have it delivered again, where that is not the message as it came. */
  readonly again?: object | undefined
  /** The service that it went to, where that is known. */
  readonly to: string | undefined
  /** How this Worker calls the queue, where that is known. */
  readonly binding: string | undefined
  /** It was taken before, and is not brought again. */
  readonly isDuplicate?: true
  /** How long to wait before it is brought again, where somebody says it, in milliseconds. */
  readonly waitMs: number | undefined
  readonly policy: DeliveryPolicy
  /** `undefined` where it was taken. */
  readonly told: Told | undefined
}

/** What a message may use: of the whole batch. */
export interface Means {
  readonly subrequests: Subrequests
  readonly defer: Defer
}

/** Judges a message. Never fails. */
export type Judge = (inside: Inside, message: Message, means: Means) => Promise<Verdict>

/** Of a request. Never fails. */
export async function verdictOn(inside: Inside, message: Message, means: Means): Promise<Verdict> {
  const read = readEnvelope(message.body)
  if ('reason' in read) return { ...NOTHING, policy: deliveryPolicy(), told: read }
  const event = read
  let target: Receiving | undefined
  try {
    const late = expired(event, inside.settings.clock.now())
    target = await receiver(inside, event, means)
    const policy = deliveryPolicy(target?.delivery)
    const known = { ...NOTHING, event, to: target?.deliverTo, binding: target?.binding, policy }
    if (late !== undefined) return { ...known, told: { reason: 'expired', detail: late } }
    if (!target) {
      const detail = `The record ${event.record ?? event.subject} has no queue with "deliverTo".`
      return { ...known, disposition: 'again', told: { reason: 'no_receiver', detail } }
    }
    const { attempts } = message
    // It was to end at the last one, and could not.
    if (attempts > policy.attempts) {
      const detail = `It was delivered ${policy.attempts} times, and not taken.`
      return { ...known, told: { reason: 'attempts_used_up', detail } }
    }
    const to = target.deliverTo
    const request = requestIn(event, to)
    if (!request) return { ...known, told: { reason: 'malformed', detail: 'Its "data" makes no request.' } }
    const delivery = { event, request, to, attempts, timeoutMs: policy.timeoutMs, ...means }
    return { ...known, ...answered(await onceOnly(inside, delivery, policy), to) }
  } catch (error) {
    return {
      ...NOTHING,
      ...failed(error),
      event,
      to: target?.deliverTo,
      binding: target?.binding,
      policy: deliveryPolicy(target?.delivery),
    }
  }
}

/** Of a message that nobody looked at. */
export function verdictOfNothing(): Verdict {
  return { ...NOTHING, policy: deliveryPolicy(), told: undefined }
}

export const NOTHING = {
  disposition: 'dead',
  event: undefined,
  to: undefined,
  binding: undefined,
  waitMs: undefined,
} as const

/** Of what came of it. */
export function answered(
  answer: Answered | 'done' | { readonly leftMs: number },
  to: string,
): Pick<Verdict, 'disposition' | 'waitMs' | 'told' | 'isDuplicate'> {
  if (answer === 'done') return { disposition: 'done', isDuplicate: true, waitMs: undefined, told: undefined }
  if ('leftMs' in answer) {
    const detail = 'Another delivery of it is under way, or ended without a word.'
    return { disposition: 'again', waitMs: answer.leftMs, told: { reason: 'running', detail } }
  }
  const { status, waitMs, body } = answer
  const disposition = dispositionOf(status)
  if (disposition === 'done') return { disposition, waitMs: undefined, told: undefined }
  const reason = disposition === 'gone' ? 'gone' : `status ${status}`
  return { disposition, waitMs, told: { reason, detail: `${to} answered ${status}.`, status, answer: body } }
}

/** Delivers it; where the record says "deduplicate", not while another does, nor after it was taken. */
export async function onceOnly(
  inside: Inside,
  delivery: Delivery,
  { deduplicateMs: keepMs, timeoutMs }: DeliveryPolicy,
): Promise<Answered | 'done' | { readonly leftMs: number }> {
  if (keepMs === undefined) return delivered(inside, delivery)
  const { to, event, subrequests } = delivery
  // To claim it, and to say how it ended.
  subrequests.take(2)
  const { subject, id } = event
  const claimed = await claim(inside.settings.bindings, { to, subject, id, timeoutMs, keepMs })
  if (claimed.state === 'done') return 'done'
  if (claimed.state === 'running') return claimed
  let isTaken = false
  try {
    const answer = await delivered(inside, delivery)
    isTaken = dispositionOf(answer.status) === 'done'
    return answer
  } finally {
    await (isTaken ? claimed.done() : claimed.release())
  }
}

type Receiving = QueueTarget & { readonly deliverTo: string }

/** Why nobody wants it any more, in words. `undefined` where somebody may. */
function expired({ expirytime, deadline }: QueuedRequest, now: number): string | undefined {
  if (expirytime !== undefined && Date.parse(expirytime) + SKEW_MS <= now)
    return `It was worth delivering until ${expirytime}.`
  if (deadline !== undefined && Date.parse(deadline) - LEAST_USEFUL_MS <= now)
    return `Its caller waited until ${deadline}.`
  return undefined
}

/** The queue of the record, as it stands now: the one that the message was put into, or else the first that is delivered. */
async function receiver(
  { settings, known }: Inside,
  event: QueuedRequest,
  means: Means,
): Promise<Receiving | undefined> {
  const { clock } = settings
  // A wildcard answers for any name beneath it.
  const name = event.record === undefined ? event.subject : nameOf(event.record).replace(/^\*/, 'any')
  const asking = { clock, deadline: deadlineIn(READ_MS, clock), ...means }
  const service = await known.backend(name, asking)
  const endpoints = service?.record.endpoints ?? []
  const targets = endpoints.flatMap(({ id, target }) => (isReceiving(target) ? [{ id, target }] : []))
  return (targets.find(({ id }) => id === event.endpoint) ?? targets[0])?.target
}

function isReceiving(target: object): target is Receiving {
  return 'kind' in target && target.kind === 'queue' && 'deliverTo' in target && target.deliverTo !== undefined
}

/** Of what was thrown. */
export function failed(error: unknown): Pick<Verdict, 'disposition' | 'waitMs' | 'told'> {
  const detail = error instanceof Error ? error.message : String(error)
  if (error instanceof MeshError) {
    return {
      disposition: dispositionOfError(error.code),
      waitMs: error.retryAfterMs,
      told: { reason: error.code, detail },
    }
  }
  return { disposition: 'again', waitMs: undefined, told: { reason: 'internal', detail } }
}
