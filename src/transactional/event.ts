/** Events as services publish them, and as they leave: CloudEvents 1.0, with a sequence for each source. */

/** What a service says of an event; the outbox adds the rest. */
export interface Published {
  /** As `com.example.order.placed`. */
  readonly type: string
  readonly subject?: string
  /** Any JSON. */
  readonly data?: unknown
  readonly dataschema?: string
  /** W3C Trace Context of the request that caused it. */
  readonly traceparent?: string
  /** Further attributes: lower-case letters and digits. */
  readonly extensions?: Readonly<Record<string, string | number | boolean>>
}

/** An event as it stands in a message. */
export interface StoredEvent {
  readonly specversion: '1.0'
  /** The same however often it is sent. */
  readonly id: string
  readonly source: string
  readonly type: string
  /** ISO 8601, UTC: when it was published. */
  readonly time: string
  /** From 1 on by one for each source, ten digits at least, so that texts sort as numbers do. */
  readonly sequence: string
  readonly sequencetype: 'Integer'
  readonly partitionkey: string
  /** Who alone is to see it: where it is replayed. */
  readonly subscriber?: string
  readonly [attribute: string]: unknown
}

/** What a message of a queue holds at most (Queues limits: 128 KB), in bytes. */
const MESSAGE_BYTES = 128_000
/** What is added as it leaves: id, sequence, subscriber. */
export const ADDED_BYTES = 512
/** Bytes that a JavaScript character may take in UTF-8. */
export const LARGEST_CHARACTER = 3

/**
 * An event as it waits: without its id and its place.
 *
 * @throws {RangeError} where a message would not hold it.
 * @throws {TypeError} where it has no type, or an attribute is called as none may be.
 */
export function eventText({ type, extensions, ...said }: Published, source: string, now: number): string {
  if (typeof type !== 'string' || type === '') throw new TypeError(`An event has a type; got ${JSON.stringify(type)}.`)
  for (const name of Object.keys(extensions ?? {})) {
    // CloudEvents 1.0 §3.1.
    if (!/^[a-z0-9]+$/.test(name)) throw new TypeError(`An attribute is lower-case letters and digits; got "${name}".`)
  }
  const { data, ...attributes } = said
  const text = JSON.stringify({
    ...extensions,
    specversion: '1.0',
    source,
    type,
    time: new Date(now).toISOString(),
    ...attributes,
    ...(data !== undefined && { datacontenttype: 'application/json', data }),
  })
  const bytes = bytesOf(text)
  if (bytes + ADDED_BYTES > MESSAGE_BYTES) {
    throw new RangeError(`The event ${type} has ${bytes} bytes; ${MESSAGE_BYTES - ADDED_BYTES} fit into a message.`)
  }
  return text
}

function bytesOf(text: string): number {
  // Most are so short that nobody has to look.
  const most = text.length * LARGEST_CHARACTER
  return most + ADDED_BYTES > MESSAGE_BYTES ? new TextEncoder().encode(text).length : most
}

/** As it leaves. */
export function eventOf(text: string, id: string, sequence: number, subscriber?: string): StoredEvent {
  const event = JSON.parse(text)
  return {
    ...event,
    id,
    sequence: String(sequence).padStart(10, '0'),
    sequencetype: 'Integer',
    partitionkey: event.source,
    ...(subscriber !== undefined && { subscriber }),
  }
}
