/** A mesh that publishes to a topic and consumes it, in virtual time: services that subscribe, and a queue in memory. */
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { eventDelivery } from '../../src/events.ts'
import type { DeadLetter } from '../../src/mesh/delivery/delivery.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../src/mesh/options.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { topics } from '../../src/targets/topic/publish.ts'
import type { LogLine } from '../../src/telemetry/log.ts'
import { givenMessage, NOW, type Settled } from './given-queue.ts'

export { NOW }

type Answer = (request: Request) => Response | Promise<Response>

export interface GivenEvents {
  /** Services by name: what they answer. */
  readonly services?: Readonly<Record<string, Answer>>
  /** Subscriptions by key. */
  readonly events?: Readonly<Record<string, unknown>>
  readonly records?: Readonly<Record<string, object>>
  readonly env?: Readonly<Record<string, unknown>>
  readonly options?: Partial<MeshOptions>
}

export interface Waiting {
  readonly body: Record<string, unknown>
  readonly attempts: number
  readonly at: number
}

export interface Called {
  readonly service: string
  readonly request: Request
}

export function givenEvents(given: GivenEvents = {}) {
  const clock = virtualClock({ startAt: NOW })
  const called: Called[] = []
  const letters: DeadLetter[] = []
  const log: LogLine[] = []
  /** How many messages each `sendBatch` had. */
  const batches: number[] = []
  let waiting: Waiting[] = []
  const put = (body: unknown) => {
    waiting.push({ body: structuredClone(body) as Waiting['body'], attempts: 1, at: clock.now() })
  }
  const EVENTS = {
    send: async (body: unknown) => put(body),
    async sendBatch(messages: readonly { body: unknown }[]) {
      batches.push(messages.length)
      for (const { body } of messages) put(body)
    },
  }
  const services = Object.entries(given.services ?? {})
  const bindings = services.map(([service, answer], index) => {
    const fetch = async (url: string, init: RequestInit) => {
      const request = new Request(url, init)
      called.push({ service, request: request.clone() })
      return answer(request)
    }
    return [`SERVICE_${index}`, { fetch }] as const
  })
  const registry = memoryRegistry({
    events: { endpoints: [{ topic: { binding: 'EVENTS' } }] },
    ...Object.fromEntries(services.map(([name], index) => [name, { endpoints: [{ binding: `SERVICE_${index}` }] }])),
    ...given.records,
    ...(given.events as Record<string, object>),
  })
  const env = {
    EVENTS,
    DEAD_LETTERS: { send: async (letter: DeadLetter) => void letters.push(structuredClone(letter)) },
    ...Object.fromEntries(bindings),
    ...given.env,
  }
  const told = (line: LogLine) => void log.push(line)
  const options = { registry, env, clock, random: seeded(7), log: told, topics, ...given.options }
  const mesh = createMesh(options)
  const deliver = mesh.with(eventDelivery)
  const ctx = { waitUntil: () => {} }

  /** One batch of these, settled. */
  const bring = async (...messages: Settled[]) => {
    await clock.run(deliver({ queue: 'events', messages }, env, ctx))
    return messages
  }
  /**
   * Brings what waits, batch by batch and as often as it comes again, until nothing does. Gives how many deliveries that were.
   *
   * @param each is called after each batch.
   */
  const drain = async (most = 10_000, each: () => void = () => {}): Promise<number> => {
    let brought = 0
    while (waiting.length > 0) {
      const next = Math.min(...waiting.map(({ at }) => at))
      if (next > clock.now()) await clock.advance(next - clock.now())
      const due = waiting.filter(({ at }) => at <= clock.now()).slice(0, 10)
      waiting = waiting.filter((one) => !due.includes(one))
      const messages = due.map(({ body, attempts }, index) => givenMessage(body, attempts, `m-${brought + index}`))
      await bring(...messages)
      brought += due.length
      messages.forEach((message, index) => {
        const { body, attempts } = due[index] as Waiting
        const [settled] = message.calls
        if (settled && 'retriedIn' in settled)
          waiting.push({ body, attempts: attempts + 1, at: clock.now() + (settled.retriedIn ?? 0) * 1000 })
      })
      each()
      if (brought > most) throw new Error(`More than ${most} deliveries.`)
    }
    return brought
  }
  return {
    clock,
    mesh,
    registry,
    called,
    letters,
    log,
    batches,
    env,
    deliver,
    ctx,
    bring,
    drain,
    put,
    get waiting() {
      return waiting
    },
    /** Those that one service got. */
    of: (name: string) => called.filter(({ service }) => service === name).map(({ request }) => request),
  }
}

/** An event as it waits in a queue. */
export function givenEvent(over: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    specversion: '1.0',
    id: 'e-1',
    source: 'http://orders/42',
    type: 'com.example.order.placed',
    time: new Date(NOW).toISOString(),
    datacontenttype: 'application/json',
    data: { total: 12 },
    ...over,
  }
}
