/** Writes events as requests: in binary, structured or batch mode (CloudEvents HTTP binding 1.0.2). */
import { bodyOf } from './data.ts'
import { type CloudEvent, isOfMesh } from './event.ts'

export type ContentMode = 'binary' | 'structured' | 'batch'

export interface WrittenEvent {
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | Uint8Array<ArrayBuffer> | undefined
}

/** What is not printable ASCII, and what a header must not have as it is: CloudEvents HTTP binding 3.1.3.2. */
const ENCODED = /[^\x21\x23\x24\x26-\x7e]/gu

export function writtenEvent(event: CloudEvent, mode: ContentMode): WrittenEvent {
  const told = withoutMesh(event)
  if (mode === 'structured') return json('application/cloudevents+json', told)
  if (mode === 'batch') return writtenBatch([told])
  const { data, data_base64: _, datacontenttype, ...attributes } = told
  const body = bodyOf(told)
  // Bytes of which nobody has said what they are stay so.
  const type = datacontenttype ?? (data === undefined ? undefined : 'application/json')
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, encoded(String(value))] as const)
  return { headers: [...headers, ...(type === undefined ? [] : [['content-type', type] as const])], body }
}

export function writtenBatch(events: readonly CloudEvent[]): WrittenEvent {
  return json('application/cloudevents-batch+json', events.map(withoutMesh))
}

function json(type: string, value: unknown): WrittenEvent {
  return { headers: [['content-type', `${type}; charset=utf-8`]], body: JSON.stringify(value) }
}

/** What the mesh notes of an event is its own business. */
export function withoutMesh(event: CloudEvent): CloudEvent {
  return Object.fromEntries(Object.entries(event).filter(([name]) => !isOfMesh(name))) as CloudEvent
}

function encoded(text: string): string {
  return text.replace(ENCODED, (character) =>
    Array.from(
      new TextEncoder().encode(character),
      (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    ).join(''),
  )
}
