/** A request in a queue, and how it is read back: a CloudEvent with the request as its data. */
import { isServiceName } from '../../core/endpoint.ts'

/** A message of a Queue, at most (Queues limits): the envelope takes some of it. */
export const MESSAGE_BYTES = 128_000
/** Kept free in a message that is delivered by name: what a dead letter says of it must fit in beside it. */
export const REASON_BYTES = 2_000

/** The `type` of a request that waits in a queue. */
export const REQUEST_TYPE = 'selvedge.request'

/**
 * A request in a queue: a CloudEvent (1.0, JSON format) with the request as its data. Names of its attributes are lower
 * case letters and digits, as the specification asks.
 */
export interface QueuedRequest {
  readonly specversion: '1.0'
  /** The request's `Idempotency-Key`, or one of its own: the same for every attempt of a call. */
  readonly id: string
  readonly type: typeof REQUEST_TYPE
  readonly source: string
  /** The name that was called. */
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  /** When nobody waits for it any more, where the caller said so. */
  readonly deadline?: string
  /** When it is not worth delivering any more (CloudEvents `expirytime`), where the record said so. */
  readonly expirytime?: string
  /** The registry key of the record that says where it is delivered to, and the endpoint of it that is this queue. */
  readonly record?: string
  readonly endpoint?: string
  /** Who called, where that is known. */
  readonly caller?: string
  readonly traceparent?: string
  readonly tracestate?: string
  /** Its place among the messages of its source, where that gives them places (CloudEvents `sequence`). */
  readonly sequence?: string
  readonly data: {
    readonly method: string
    readonly path: string
    readonly headers: readonly (readonly [string, string])[]
    readonly body: string
    readonly isBase64Encoded: boolean
  }
}

/** Why a message is none that can be delivered. */
export interface Unread {
  readonly reason: 'not_an_event' | 'unknown_version' | 'unknown_type' | 'malformed'
  readonly detail: string
}

/** The key of a record, as far as anyone needs to know: one that is not there is not found. */
const KEY = /^services\/[a-z0-9.@*-]{1,320}$/
/** What stands in a header, and tells one message from another. */
const ID = /^[\x21-\x7e]([\x20-\x7e]{0,1022}[\x21-\x7e])?$/

type Fields = Readonly<Record<string, unknown>>

/** The request that the body of a message holds, or why it holds none. Whoever may write to a queue may have written it. */
export function readEnvelope(body: unknown): QueuedRequest | Unread {
  if (!isFields(body) || !('specversion' in body)) return { reason: 'not_an_event', detail: 'It has no "specversion".' }
  const { specversion, type } = body
  if (specversion !== '1.0')
    return { reason: 'unknown_version', detail: `Its "specversion" is ${shown(specversion)}, not "1.0".` }
  if (type !== REQUEST_TYPE)
    return { reason: 'unknown_type', detail: `Its "type" is ${shown(type)}, not "${REQUEST_TYPE}".` }
  return isQueuedRequest(body)
    ? body
    : { reason: 'malformed', detail: `Its "${wrongIn(body)}" is not as it should be.` }
}

function isQueuedRequest(event: object): event is QueuedRequest {
  return wrongIn(event as Fields) === undefined
}

/** The first attribute that is not as it should be. */
function wrongIn(event: Fields): string | undefined {
  if (typeof event.id !== 'string' || !ID.test(event.id)) return 'id'
  if (typeof event.subject !== 'string' || !isServiceName(event.subject)) return 'subject'
  const { caller, record, sequence } = event
  if (caller !== undefined && !(typeof caller === 'string' && isServiceName(caller))) return 'caller'
  if (record !== undefined && !(typeof record === 'string' && KEY.test(record))) return 'record'
  if (sequence !== undefined && !(typeof sequence === 'string' && /^\d{1,20}$/.test(sequence))) return 'sequence'
  for (const name of ['deadline', 'expirytime']) {
    if (event[name] !== undefined && Number.isNaN(Date.parse(String(event[name])))) return name
  }
  const { data } = event
  if (!isFields(data)) return 'data'
  const { method, path, headers, body, isBase64Encoded } = data
  if (typeof method !== 'string') return 'data.method'
  if (typeof path !== 'string' || !path.startsWith('/')) return 'data.path'
  const isHeader = (one: unknown) =>
    Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string')
  if (!Array.isArray(headers) || !headers.every(isHeader)) return 'data.headers'
  if (typeof body !== 'string') return 'data.body'
  return typeof isBase64Encoded === 'boolean' ? undefined : 'data.isBase64Encoded'
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : typeof value
}
