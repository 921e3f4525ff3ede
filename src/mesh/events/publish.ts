/** Publishing from code: an event to a topic, by its name. */
import { type Random, systemRandom } from '../../core/time/random.ts'
import { dataOf } from '../../targets/topic/data.ts'
import type { CloudEvent } from '../../targets/topic/event.ts'
import { writtenBatch, writtenEvent } from '../../targets/topic/write.ts'

/** An event as code writes it: what is left out is added. */
export interface NewEvent {
  readonly type: string
  /** Default: one of its own. Give one where you publish again what may have been published. */
  readonly id?: string | undefined
  /** Default: `http://<caller>/`, where the mesh has a name. */
  readonly source?: string | undefined
  readonly subject?: string | undefined
  /** RFC 3339. Default: now. */
  readonly time?: string | undefined
  /** Default: JSON. */
  readonly datacontenttype?: string | undefined
  readonly dataschema?: string | undefined
  /** Bytes; a text, where `datacontenttype` is of a text; else what becomes JSON. */
  readonly data?: unknown
  /** Extensions: names of lower case letters and digits. */
  readonly [extension: string]: unknown
}

/** Where events are published: a mesh, or a call of one. */
export interface Publisher {
  readonly fetch: (url: URL, init: RequestInit) => Promise<Response>
}

export interface PublishOptions {
  /** The name of the topic. Default `events`. */
  readonly topic?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: the platform's. */
  readonly random?: Random | undefined
}

/**
 * Publishes an event, or up to 100 at once, and gives their ids. They are on disk then; whoever has subscribed gets them later.
 *
 * @example
 * await publish(mesh, { type: 'com.example.order.placed', subject: '42', data: { total: 12 } })
 * @throws {MeshError} where the mesh could not reach the topic.
 * @throws {TypeError} where the topic does not take it, with its words: 400, 405, 415.
 */
export async function publish(mesh: Publisher, event: NewEvent, options?: PublishOptions): Promise<string>
export async function publish(mesh: Publisher, events: readonly NewEvent[], options?: PublishOptions): Promise<string[]>
export async function publish(
  mesh: Publisher,
  events: NewEvent | readonly NewEvent[],
  { topic = 'events', signal, random = systemRandom() }: PublishOptions = {},
): Promise<string | string[]> {
  const isMany = isList(events)
  const made = (isMany ? events : [events]).map((event) => eventOf(event, random))
  const { headers, body } = isMany ? writtenBatch(made) : writtenEvent(made[0] as CloudEvent, 'binary')
  const ids = made.map(({ id }) => id)
  const answer = await mesh.fetch(new URL(`http://${topic}/`), {
    method: 'POST',
    // With it the mesh may repeat what was lost: the ids are the same.
    headers: [
      ...headers.map(([name, value]): [string, string] => [name, value]),
      ['idempotency-key', encodeURIComponent(ids[0] ?? '')],
    ],
    ...(body !== undefined && { body }),
    ...(signal && { signal }),
  })
  if (answer.status !== 202) {
    const said = (await answer.text()).slice(0, 1000)
    throw new TypeError(`${topic} took no event, and answered ${answer.status}: ${said}`)
  }
  await answer.body?.cancel()
  return isMany ? ids : (ids[0] as string)
}

function eventOf({ data, ...given }: NewEvent, random: Random): CloudEvent {
  const attributes = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const { datacontenttype } = given
  return { specversion: '1.0', id: random.hex(16), ...attributes, ...held(data, datacontenttype) } as CloudEvent
}

function held(data: unknown, type: string | undefined): Pick<CloudEvent, 'data' | 'data_base64'> {
  if (data instanceof ArrayBuffer) return dataOf(new Uint8Array(data), type)
  if (data instanceof Uint8Array) return dataOf(data, type)
  return data === undefined ? {} : { data }
}

function isList(events: NewEvent | readonly NewEvent[]): events is readonly NewEvent[] {
  return Array.isArray(events)
}
