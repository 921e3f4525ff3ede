/** A dead letter put into its queue again: which queue that is, and the message as it goes there. */
import { parseRecord } from '../../record/parse.ts'
import { keyOf, nameOf } from '../../registry/keys.ts'
import { type DeadLetter, REQUEST } from '../../telemetry/dead-letter.ts'
import { refusal } from '../answer/problem.ts'
import type { Registry } from '../env.ts'

interface Queue {
  send(message: unknown, options: { contentType: 'json' }): Promise<unknown>
}

type Fields = Readonly<Record<string, unknown>>

/**
 * The queue that a letter goes back to, by its name in this Worker: what the record of its message says now, so that an edit
 * mends what has died.
 *
 * @param to a record to deliver by, in place of its own.
 * @throws a refusal where there is none.
 */
export async function bindingOf(
  { data: { message, binding } }: DeadLetter,
  to: string | undefined,
  registry: Registry,
): Promise<string> {
  const fields = fieldsOf(message)
  const isEvent = typeof fields.type === 'string' && fields.type !== REQUEST
  const [record, endpoint] = isEvent
    ? [fields.meshtopic ?? keyOf('events'), fields.meshendpoint]
    : [fields.record, fields.endpoint]
  const name = to ?? (typeof record === 'string' ? nameOf(record) : undefined)
  if (name === undefined) {
    if (binding !== undefined) return binding
    throw refusal(409, 'The message says no record by which it could be delivered. Say one as "to", or drop it.', {
      fields: { code: 'no_queue' },
    })
  }
  const current = await registry.get(name)
  const queues = current ? queuesOf(current.text, isEvent ? 'topic' : 'queue') : []
  const found = (to === undefined && queues.find(({ id }) => id === endpoint)) || queues[0]
  if (found) return found.binding
  if (isEvent && to === undefined && binding !== undefined) return binding
  const lacking = isEvent ? 'topic' : 'queue with "deliverTo"'
  throw refusal(409, `The record "${name}" has no ${lacking}.`, { fields: { code: 'no_queue', name } })
}

function queuesOf(text: string, kind: 'queue' | 'topic'): { id: string; binding: string }[] {
  try {
    return parseRecord(text).endpoints.flatMap(({ id, target }) =>
      (target.kind === 'topic' || (target.kind === 'queue' && target.deliverTo !== undefined)) && target.kind === kind
        ? [{ id, binding: target.binding }]
        : [],
    )
  } catch {
    // The mesh does not understand it either.
    return []
  }
}

/** @throws a refusal where this Worker has no such queue. */
export function queueOf(env: object, binding: string): Queue {
  const queue: unknown = (env as Fields)[binding]
  if (typeof queue === 'object' && queue !== null && 'send' in queue && typeof queue.send === 'function') {
    return queue as Queue
  }
  throw refusal(
    409,
    `This control plane has no queue "${binding}": bind it under queues.producers of its Worker, as the mesh does.`,
    { fields: { code: 'no_binding' } },
  )
}

/** With its own id, and without what would end it at once: until when it was worth delivering. */
export function againOf({ data: { message } }: DeadLetter, to: string | undefined, redriven: number): Fields {
  const { deadline: _, expirytime: __, ...rest } = fieldsOf(message)
  if (to === undefined) return { ...rest, redriven }
  if (rest.type !== REQUEST) return { ...rest, meshtopic: keyOf(to), redriven }
  const { endpoint: ___, ...others } = rest
  return { ...others, record: keyOf(to), redriven }
}

function fieldsOf(message: unknown): Fields {
  return typeof message === 'object' && message !== null && !Array.isArray(message) ? (message as Fields) : {}
}

/** Headers whose values say nothing that lets somebody in. All others are masked. */
const SHOWN =
  /^(accept|accept-(encoding|language)|baggage|cdn-loop|ce-[a-z0-9]+|content-(encoding|language|length|type)|idempotency-key|traceparent|tracestate|user-agent|selvedge-(attempt|caller|priority))$/

/** As operators see it. */
export function shownMessage(message: unknown): unknown {
  const { data } = fieldsOf(message)
  const { headers } = fieldsOf(data)
  if (!Array.isArray(headers)) return message
  const masked = headers.map((one: unknown) =>
    Array.isArray(one) && typeof one[0] === 'string' && SHOWN.test(one[0].toLowerCase()) ? one : maskedHeader(one),
  )
  return { ...fieldsOf(message), data: { ...fieldsOf(data), headers: masked } }
}

function maskedHeader(header: unknown): unknown {
  return Array.isArray(header) ? [header[0], '***'] : '***'
}
