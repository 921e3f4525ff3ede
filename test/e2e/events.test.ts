/** Events through real queues: a mesh that takes and brings them, a function that publishes, two subscribers, and dead letters. */
import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { bundled } from '../../src/cli/dev/bundled.ts'
import type { DeadLetter } from '../../src/mesh/delivery/delivery.ts'
import { compatibility } from '../support/mesh-worker.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Notes what it gets; what is published as refused by mail it does not take. */
const subscriber = `
  const calls = []
  export default {
    async fetch(request) {
      const { pathname, host } = new URL(request.url)
      if (pathname === '/calls') return Response.json(calls)
      calls.push({ host, pathname, body: await request.text(), headers: Object.fromEntries(request.headers) })
      const isRefused = request.headers.get('ce-subject') === 'refused' && host === 'mailer'
      return new Response(null, { status: isRefused ? 422 : 204 })
    },
  }`

const graveyard = `
  const letters = []
  export default {
    async queue(batch) {
      for (const { body } of batch.messages) letters.push(body)
    },
    fetch: () => Response.json(letters),
  }`

interface Call {
  readonly host: string
  readonly pathname: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

const eventually = <Of>(look: () => Promise<Of>) => vi.waitFor(look, { timeout: 30_000, interval: 20 })
const TYPE = 'com.example.order.placed'

describe('events by name', () => {
  let miniflare: Miniflare
  const fetched = async (worker: string, path: string, init?: RequestInit) =>
    fetch(new URL(path, await miniflare.unsafeGetDirectURL(worker)), init)
  const calls = async () => (await (await fetched('subscriber', '/calls')).json()) as Call[]
  const letters = async () => (await (await fetched('graveyard', '/')).json()) as DeadLetter[]
  const publish = (headers: Record<string, string>, body: string) =>
    fetched('selvedge', '/svc/events/', { method: 'POST', headers, body })
  const callsOf = (id: string, count: number) =>
    eventually(async () => {
      const found = (await calls()).filter(({ headers }) => headers['ce-id'] === id)
      expect(found).toHaveLength(count)
      return found
    })

  beforeAll(async () => {
    const module = (contents: string) => ({
      ...compatibility,
      modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
      unsafeDirectSockets: [{ host: '127.0.0.1' }],
    })
    const consumed = { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 100 }
    const mesh = { serviceBindings: { SUBSCRIBER: 'subscriber' }, kvNamespaces: { REGISTRY: 'registry' } }
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        log: new Log(LogLevel.NONE),
        handleStructuredLogs() {},
        workers: [
          {
            name: 'selvedge',
            ...module(await bundled('examples/events/worker.ts', root)),
            ...mesh,
            queueProducers: { EVENTS: 'events', DEAD_LETTERS: 'dead' },
            queueConsumers: { events: consumed },
            durableObjects: { ORDERS: { className: 'Order', scriptName: 'orders', useSQLite: true } },
          },
          {
            name: 'orders',
            ...module(await bundled('examples/events/orders.ts', root)),
            queueProducers: { EVENTS: 'events' },
            durableObjects: { ORDERS: { className: 'Order', useSQLite: true } },
          },
          {
            name: 'shop',
            ...module(await bundled('examples/events/shop.ts', root)),
            ...mesh,
            queueProducers: { EVENTS: 'orders' },
            queueConsumers: { orders: consumed },
          },
          { name: 'subscriber', ...module(subscriber) },
          { name: 'graveyard', ...module(graveyard), queueConsumers: { dead: { maxBatchTimeout: 0 } } },
        ],
      }),
    )
    await miniflare.ready
    const registry = await miniflare.getKVNamespace('REGISTRY', 'selvedge')
    const records = {
      'services/events': { endpoints: [{ topic: { binding: 'EVENTS' } }] },
      'services/orders': { endpoints: [{ object: { binding: 'ORDERS', key: 'path:1' } }] },
      'services/billing': { endpoints: [{ binding: 'SUBSCRIBER' }] },
      'services/mailer': { endpoints: [{ binding: 'SUBSCRIBER' }] },
      [`events/${TYPE}`]: {
        subscriptions: [
          { id: 'billing', sink: 'http://billing/events' },
          { id: 'mail', sink: 'http://mailer/placed', filters: [{ not: { exact: { subject: 'quiet' } } }] },
        ],
      },
    }
    for (const [key, record] of Object.entries(records)) await registry.put(key, JSON.stringify(record))
  })
  afterAll(() => miniflare?.dispose())

  it('reach all who have subscribed, each on its own', async () => {
    const headers = { 'ce-specversion': '1.0', 'ce-type': TYPE, 'ce-id': 'e-1', 'content-type': 'application/json' }
    const answer = await publish(headers, '{"total":12}')
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ id: 'e-1' })
    const found = await callsOf('e-1', 2)
    expect(found.map(({ host, pathname, body }) => `${host}${pathname} ${body}`).sort()).toEqual([
      'billing/events {"total":12}',
      'mailer/placed {"total":12}',
    ])
    for (const { headers } of found) expect(headers).toMatchObject({ 'ce-type': TYPE, 'idempotency-key': 'e-1' })
  })

  it('reach one at once, where the other does not want it', async () => {
    const event = { specversion: '1.0', id: 'e-2', source: '/a', type: TYPE, subject: 'quiet', data: { a: 1 } }
    await publish({ 'content-type': 'application/cloudevents+json' }, JSON.stringify(event))
    const [call] = await callsOf('e-2', 1)
    expect(call).toMatchObject({ host: 'billing', headers: { 'ce-source': '/a' }, body: '{"a":1}' })
  })

  it('end among the dead letters of the one that did not take them', async () => {
    const batch = ['e-3', 'e-4'].map((id) => ({ specversion: '1.0', id, source: '/a', type: TYPE, subject: 'refused' }))
    const answer = await publish({ 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify(batch))
    expect(await answer.json()).toEqual({ ids: ['e-3', 'e-4'] })
    for (const id of ['e-3', 'e-4']) await callsOf(id, 2)
    await eventually(async () => {
      const found = (await letters()).map(({ id, data }) => [id, data.reason, data.to])
      expect(found).toEqual(expect.arrayContaining(['e-3', 'e-4'].map((id) => [id, 'status 422', 'mailer'])))
    })
  })

  it('are published and brought by the library, as the example does', async () => {
    const answer = await fetched('shop', '/')
    expect(answer.status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    const found = await callsOf(id, 2)
    expect(found[0]?.headers).toMatchObject({
      'ce-source': 'http://shop/',
      'ce-subject': '42',
      'selvedge-caller': 'shop',
    })
  })

  it('of an outbox are sent again to one subscriber, with their ids', async () => {
    const post = (path: string) => fetched('selvedge', `/svc/orders/42${path}`, { method: 'POST' })
    const ofOrder = (count: number) =>
      eventually(async () => {
        const found = (await calls()).filter(({ headers }) => headers['ce-source'] === 'http://orders/42')
        expect(found).toHaveLength(count)
        return found
      })
    expect((await post('')).status).toBe(201)
    expect((await post('')).status).toBe(201)
    const first = await ofOrder(4)
    expect(new Set(first.map(({ headers }) => headers['ce-sequence']))).toEqual(new Set(['0000000001', '0000000002']))
    expect(await (await post('/replay?subscriber=mail')).json()).toEqual({ replayed: 2 })
    const again = (await ofOrder(6)).slice(4)
    expect(again.map(({ host }) => host)).toEqual(['mailer', 'mailer'])
    const ids = (those: readonly Call[]) => new Set(those.map(({ headers }) => headers['ce-id']))
    expect(ids(again)).toEqual(ids(first))
  })

  it('are refused in words where they are none, and consented to where somebody asks', async () => {
    const refused = await publish({ 'content-type': 'application/json' }, '{}')
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('It is no event') })
    const asked = { method: 'OPTIONS', headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net' } }
    const consent = await fetched('selvedge', '/svc/events/', asked)
    expect(consent.headers.get('webhook-allowed-origin')).toBe('eventgrid.azure.net')
  })
})
