import { describe, expect, it, vi } from 'vitest'
import { delivery } from '../../src/cloud.ts'
import type { Env } from '../../src/worker/env.ts'
import worker, { createWorker } from '../../src/worker/worker.ts'
import { givenMessage } from '../support/given-queue.ts'

const ctx = { waitUntil() {}, props: {} } as unknown as ExecutionContext & { props?: unknown }

function given(over: Record<string, unknown> = {}) {
  const records: Record<string, string> = {
    'services/jobs': JSON.stringify({
      endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer', delivery: { timeout: '1s' } } }],
    }),
    'services/resizer': JSON.stringify({ endpoints: [{ binding: 'RESIZER' }] }),
  }
  const entry = (key: string) => ({ value: records[key] ?? null, metadata: null })
  const getWithMetadata = async (keys: string | string[]) =>
    typeof keys === 'string' ? entry(keys) : new Map(keys.map((key) => [key, entry(key)]))
  const called: { readonly url: string; readonly init: RequestInit }[] = []
  const RESIZER = {
    async fetch(url: string, init: RequestInit) {
      called.push({ url, init })
      return new Response('done')
    },
  }
  const env = { REGISTRY: { getWithMetadata } as unknown as KVNamespace, RESIZER, MESH_LOG: 'off', ...over } as Env
  return { env, called }
}

describe('the Worker, where it is composed with delivery', () => {
  it('delivers what its queues bring', async () => {
    const { env, called } = given()
    const message = givenMessage()
    await createWorker({ delivery }).queue?.({ queue: 'jobs', messages: [message] }, env, ctx)
    expect(called.map(({ url }) => url)).toEqual(['http://resizer/'])
    expect(message.calls).toEqual([{ acked: true }])
  })

  it('calls a delivery off that has timed out: it would hold a connection until the batch is over', async () => {
    let signal: AbortSignal | null | undefined
    const RESIZER = {
      fetch(_: string, init: RequestInit) {
        signal = init.signal
        return new Promise<Response>(() => {})
      },
    }
    const { env } = given({ RESIZER })
    const message = givenMessage()
    await createWorker({ delivery }).queue?.({ queue: 'jobs', messages: [message] }, env, ctx)
    expect(signal?.aborted).toBe(true)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
  })

  it('brings all again in a minute where it cannot start', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { env, called } = given({ MESH_FRESH: 'soon' })
    const messages = [givenMessage(), givenMessage()]
    await createWorker({ delivery }).queue?.({ queue: 'jobs', messages }, env, ctx)
    expect(called).toEqual([])
    expect(messages.flatMap(({ calls }) => calls)).toEqual([{ retriedIn: 60 }, { retriedIn: 60 }])
    expect(said.mock.calls.join()).toContain('MESH_FRESH')
    said.mockRestore()
  })
})

it('consumes no queue otherwise', () => {
  expect(worker).not.toHaveProperty('queue')
  expect(createWorker()).not.toHaveProperty('queue')
})
