/** Dead letters: what could not be delivered, with the reason, in a queue where an operator finds it. */

import { toBase64 } from '../../targets/base64.ts'
import type { Bindings } from '../../targets/bindings.ts'
import { MESSAGE_BYTES } from '../../targets/queue/envelope.ts'
import type { Message } from './batch.ts'
import type { Told, Verdict } from './verdict.ts'

/** Where dead letters go of which no record says where: a queue. */
const DEAD_LETTERS = 'DEAD_LETTERS'
/** Characters of what is said of a letter: of each text. */
const TEXT = 300

export interface DeadLetter {
  readonly specversion: '1.0'
  /** That of the message: two letters with one id are one message. */
  readonly id: string
  readonly type: 'selvedge.dead-letter'
  readonly source: 'urn:selvedge:mesh'
  /** The name that was called, or the subject of the event, where the message says it. */
  readonly subject?: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly traceparent?: string
  readonly data: {
    readonly reason: string
    readonly detail: string
    /** What the receiver answered last, where it did. */
    readonly status?: number
    readonly answer?: string
    /** The queue that it came from, and its number there. */
    readonly queue: string
    readonly messageId: string
    readonly sentAt: string
    readonly attempts: number
    /** The service that did not get it, where that is known. */
    readonly to?: string
    /** The message as it came, an event with the `subscriber` that did not get it; bytes are in base64. */
    readonly message: unknown
    readonly isBase64Encoded?: true
  }
}

interface Queue {
  send(message: unknown, options?: { contentType: 'json' | 'v8' }): Promise<unknown>
}

/** The queue for the dead letters of a record; `undefined` where this Worker has none. */
export function placeOf(bindings: Bindings, deadLetter: string | undefined): Queue | undefined {
  return [deadLetter, DEAD_LETTERS].map((name) => name && bindings[name]).find(isQueue)
}

function isQueue(binding: unknown): binding is Queue {
  return typeof binding === 'object' && binding !== null && 'send' in binding && typeof binding.send === 'function'
}

/** What an operator is to find. */
export function letterOf(
  { event, to, again }: Verdict,
  told: Told,
  message: Message,
  queue: string,
  now: number,
): DeadLetter {
  const { body, attempts, id, timestamp } = message
  const { reason, detail, status, answer } = told
  const bytes = body instanceof ArrayBuffer ? new Uint8Array(body) : body instanceof Uint8Array ? body : undefined
  return {
    specversion: '1.0',
    id: event?.id ?? id,
    type: 'selvedge.dead-letter',
    source: 'urn:selvedge:mesh',
    ...(event?.subject !== undefined && { subject: event.subject }),
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    ...(event?.traceparent !== undefined && { traceparent: event.traceparent }),
    data: {
      reason,
      detail: detail.slice(0, TEXT),
      ...(status !== undefined && { status }),
      ...(answer && { answer: answer.slice(0, TEXT) }),
      queue,
      messageId: id,
      sentAt: timestamp.toISOString(),
      attempts,
      ...(to !== undefined && { to }),
      ...(bytes ? { message: toBase64(bytes), isBase64Encoded: true } : { message: again ?? body }),
    },
  }
}

/** Puts it there. What has no room beside its reason, and what is no JSON, goes as it came: all of it is worth more than why. */
export async function keep(letter: DeadLetter, place: Queue, body: unknown): Promise<void> {
  const text = jsonOf(letter)
  if (text !== undefined && new TextEncoder().encode(text).length <= MESSAGE_BYTES) {
    await place.send(letter, { contentType: 'json' })
  } else {
    await place.send(body, { contentType: 'v8' })
  }
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    // A number too large, or a circle.
    return undefined
  }
}
