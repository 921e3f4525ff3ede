/** A mesh that consumes a queue, in virtual time: the service that gets what it brings, and where its dead letters go. */
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { type Batch, type DeadLetter, delivery, type Message } from '../../src/mesh/delivery/delivery.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../src/mesh/options.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import type { QueuedRequest } from '../../src/targets/queue/envelope.ts'
import type { LogLine } from '../../src/telemetry/log.ts'

/** 2026-11-24T16:00:00Z: far enough from the epoch for a time to be before. */
export const NOW = 1_795_536_000_000

type Answer = (request: Request) => Response | Promise<Response>

export interface GivenQueue {
  /** The receiver. Default: 204. */
  readonly answer?: Answer
  /** Beside `deliverTo` and `binding`. */
  readonly queue?: Record<string, unknown>
  /** Policy of the receiver's record. */
  readonly receiver?: Record<string, unknown>
  readonly records?: Record<string, object>
  readonly env?: Record<string, unknown>
  readonly options?: Partial<MeshOptions>
  readonly seed?: number
}

export function givenQueue(given: GivenQueue = {}) {
  const { answer = () => new Response(null, { status: 204 }), seed = 7 } = given
  const clock = virtualClock({ startAt: NOW })
  const called: Request[] = []
  const letters: DeadLetter[] = []
  const log: LogLine[] = []
  const RESIZER = {
    async fetch(url: string, init: RequestInit) {
      const request = new Request(url, init)
      called.push(request.clone())
      return answer(request)
    },
  }
  const JOBS_DLQ = { send: async (letter: DeadLetter) => void letters.push(structuredClone(letter)) }
  const registry = memoryRegistry({
    jobs: { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer', ...given.queue } }] },
    resizer: { endpoints: [{ binding: 'RESIZER' }], ...given.receiver },
    ...given.records,
  })
  const env = { RESIZER, DEAD_LETTERS: JOBS_DLQ, ...given.env }
  const told = (line: LogLine) => void log.push(line)
  const mesh = createMesh({ registry, env, clock, random: seeded(seed), log: told, ...given.options })
  const deliver = mesh.with(delivery)
  const works: Promise<unknown>[] = []
  const ctx = { waitUntil: (work: Promise<unknown>) => void works.push(work) }
  const bring = (...messages: Message[]) => {
    const batch: Batch = { queue: 'jobs', messages }
    return clock.run(deliver(batch, env, ctx))
  }
  return { clock, mesh, registry, called, letters, log, works, deliver, ctx, env, bring }
}

/** An envelope, as the mesh writes it. */
export function givenEnvelope(
  over: Partial<QueuedRequest> = {},
  data: Partial<QueuedRequest['data']> = {},
): QueuedRequest {
  return {
    specversion: '1.0',
    id: 'order-42',
    type: 'selvedge.request',
    source: 'urn:selvedge:mesh',
    subject: 'jobs',
    time: new Date(NOW).toISOString(),
    datacontenttype: 'application/json',
    record: 'services/jobs',
    endpoint: 'queue:JOBS',
    ...over,
    data: { method: 'POST', path: '/', headers: [], body: '', isBase64Encoded: false, ...data },
  }
}

/** How a message was settled: as the platform has it, the first of `ack` and `retry` counts, and there may be no second. */
export interface Settled extends Message {
  readonly calls: readonly ({ readonly acked: true } | { readonly retriedIn: number | undefined })[]
}

export function givenMessage(body: unknown = givenEnvelope(), attempts = 1, id = 'm-1'): Settled {
  const calls: ({ acked: true } | { retriedIn: number | undefined })[] = []
  return {
    id,
    timestamp: new Date(NOW),
    body,
    attempts,
    calls,
    ack: () => void calls.push({ acked: true }),
    retry: (options) => void calls.push({ retriedIn: options?.delaySeconds }),
  }
}
