/** Dead letters: what could not be delivered, with the reason, in an object or a queue where an operator finds it. */

import { toBase64 } from '../../targets/base64.ts'
import type { Bindings } from '../../targets/bindings.ts'
import { MESSAGE_BYTES } from '../../targets/queue/envelope.ts'
import { DEAD_LETTERS_NAME, type DeadLetter, type DeadLettersNamespace } from '../../telemetry/dead-letter.ts'
import type { Message } from './batch.ts'
import type { Told, Verdict } from './verdict.ts'

/** Where dead letters go of which no record says where: a queue, or the object of the control plane. */
const DEAD_LETTERS = 'DEAD_LETTERS'
/** Characters of what is said of a letter: of each text. */
const TEXT = 300
/** And of the answer, where there is room for it. */
const ANSWER = 1000

interface Queue {
  send(message: unknown, options?: { contentType: 'json' | 'v8' }): Promise<unknown>
}

/** Keeps a letter. It rejects where nobody took it. */
export type Place = (letter: DeadLetter, body: unknown) => Promise<void>

/** Where the dead letters of a record go; `undefined` where this Worker has no place for them. */
export function placeOf(bindings: Bindings, deadLetter: string | undefined): Place | undefined {
  for (const binding of [deadLetter, DEAD_LETTERS].map((name) => name && bindings[name])) {
    if (has(binding, 'send')) return (letter, body) => intoQueue(letter, binding as object as Queue, body)
  }
  return objectPlace(bindings)
}

/** The object alone, where this Worker has it. */
export function objectPlace(bindings: Bindings): ((letter: DeadLetter) => Promise<void>) | undefined {
  const binding = bindings[DEAD_LETTERS]
  if (has(binding, 'send') || !has(binding, 'getByName')) return undefined
  return (letter) => intoObject(letter, binding as object as DeadLettersNamespace)
}

function has(binding: unknown, method: string): binding is object {
  return typeof binding === 'object' && binding !== null && method in binding
}

/** What an operator is to find. */
export function letterOf(
  { event, to, again, binding }: Verdict,
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
      ...(answer && { answer: answer.slice(0, ANSWER) }),
      queue,
      messageId: id,
      sentAt: timestamp.toISOString(),
      attempts,
      ...(to !== undefined && { to }),
      ...(binding !== undefined && { binding }),
      ...(bytes ? { message: toBase64(bytes), isBase64Encoded: true } : { message: again ?? body }),
    },
  }
}

/** What has no room beside its reason, and what is no JSON, goes as it came: all of it is worth more than why. */
async function intoQueue(letter: DeadLetter, queue: Queue, body: unknown): Promise<void> {
  const { answer } = letter.data
  const shorter = answer === undefined ? [] : [{ ...letter, data: { ...letter.data, answer: answer.slice(0, TEXT) } }]
  const fitting = [letter, ...shorter].find(isFitting)
  if (fitting) await queue.send(fitting, { contentType: 'json' })
  else await queue.send(body, { contentType: 'v8' })
}

function isFitting(letter: DeadLetter): boolean {
  const text = jsonOf(letter)
  return text !== undefined && new TextEncoder().encode(text).length <= MESSAGE_BYTES
}

/** A row of the object holds a message and its reason, however long. */
async function intoObject(letter: DeadLetter, namespace: DeadLettersNamespace): Promise<void> {
  const text = jsonOf(letter)
  if (text === undefined) throw new Error('The object keeps JSON, and the message is none.')
  if (!(await namespace.getByName(DEAD_LETTERS_NAME).keep(text))) {
    throw new Error('It has no room: redrive or drop what is there.')
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
