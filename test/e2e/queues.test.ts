/** Delivery by name through real queues: a mesh that puts requests there, a mesh that brings them, a service, and dead letters. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { adminClient } from '../../src/admin/client.ts'
import { controlModules } from '../../src/cli/dev/built.ts'
import { bundled } from '../../src/cli/dev/bundled.ts'
import type { DeadLetter } from '../../src/mesh/delivery/delivery.ts'
import { bundlePath, compatibility } from '../support/mesh-worker.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Notes each request, and answers as its path says; under /busy only the third delivery is taken. */
const resizer = `
  const calls = []
  export default {
    async fetch(request) {
      const { pathname, host } = new URL(request.url)
      if (pathname === '/calls') return Response.json(calls)
      calls.push({ host, pathname, method: request.method, body: await request.text(), headers: Object.fromEntries(request.headers) })
      const attempt = Number(request.headers.get('selvedge-delivery-attempt'))
      if (pathname === '/busy' && attempt < 3) return new Response('busy', { status: 503, headers: { 'retry-after': '1' } })
      if (pathname.startsWith('/refused')) return new Response('no such picture', { status: 422 })
      if (pathname.startsWith('/throws')) throw new Error('It broke.')
      return new Response('done')
    },
  }`

/** Ends with every message: a consumer that takes all memory. */
const killer = `export default { async queue() { throw new Error('It ended.') } }`

const TOKEN = 'a-token-of-thirty-two-characters'
const DEAD_LETTERS = { className: 'DeadLettersObject', useSQLite: true }
const INBOX_OBJECT = { className: 'InboxObject', useSQLite: true }

/** Until it no longer fails. */
const eventually = <Of>(look: () => Promise<Of>) => vi.waitFor(look, { timeout: 30_000, interval: 20 })

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
  readonly method: string
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
}

describe('a queue by name', () => {
  let miniflare: Miniflare
  const fetched = async (worker: string, path: string, init?: RequestInit) => {
    const url = new URL(path, await miniflare.unsafeGetDirectURL(worker))
    return fetch(url, init)
  }
  const calls = async () => (await (await fetched('resizer', '/calls')).json()) as Call[]
  const letters = async () => (await (await fetched('graveyard', '/')).json()) as DeadLetter[]
  const put = (path: string, init: RequestInit = {}) =>
    fetched('selvedge', `/svc/jobs${path}`, { method: 'POST', ...init })

  beforeAll(async () => {
    const direct = { unsafeDirectSockets: [{ host: '127.0.0.1' }] }
    const module = (contents: string) => ({
      ...compatibility,
      modules: [{ type: 'ESModule' as const, path: 'worker.js', contents }],
      ...direct,
    })
    const consumers = { jobs: { maxBatchSize: 10, maxBatchTimeout: 0, maxRetries: 100 } }
    miniflare = new Miniflare(
      convertV4MiniflareOptions({
        cf: false,
        log: new Log(LogLevel.NONE),
        handleStructuredLogs() {},
        workers: [
          {
            name: 'selvedge',
            ...module(readFileSync(bundlePath, 'utf8')),
            kvNamespaces: { REGISTRY: 'registry' },
            queueProducers: { JOBS: 'jobs' },
          },
          {
            name: 'consumer',
            ...module(await bundled('examples/queues/worker.ts', root)),
            kvNamespaces: { REGISTRY: 'registry' },
            queueProducers: { JOBS_DLQ: 'dead', RAW: 'jobs' },
            queueConsumers: { ...consumers, 'killer-dlq': { maxBatchTimeout: 0 } },
            durableObjects: {
              DEAD_LETTERS: { ...DEAD_LETTERS, scriptName: 'control' },
              INBOX_OBJECT: { ...INBOX_OBJECT, scriptName: 'control' },
            },
            serviceBindings: { RESIZER: 'resizer' },
          },
          {
            name: 'shop',
            ...module(await bundled('examples/queues/shop.ts', root)),
            kvNamespaces: { REGISTRY: 'shop' },
            queueProducers: { JOBS: 'pictures', DEAD_LETTERS: 'dead' },
            queueConsumers: { pictures: { maxBatchTimeout: 0 } },
            serviceBindings: { RESIZER: 'resizer' },
          },
          {
            name: 'control',
            ...compatibility,
            modules: await controlModules(new URL('../../dist/worker.js', import.meta.url)),
            ...direct,
            bindings: { ADMIN_TOKEN: TOKEN },
            kvNamespaces: { REGISTRY: 'registry' },
            durableObjects: {
              REGISTRY_OBJECT: { className: 'RegistryObject', useSQLite: true },
              DEAD_LETTERS,
              INBOX_OBJECT,
            },
            queueProducers: { JOBS: 'jobs', KILLER: 'killer' },
          },
          {
            name: 'killer',
            ...module(killer),
            queueConsumers: {
              killer: { maxBatchTimeout: 0, maxRetries: 1, retryDelay: 0, deadLetterQueue: 'killer-dlq' },
            },
          },
          { name: 'resizer', ...module(resizer) },
          { name: 'graveyard', ...module(graveyard), queueConsumers: { dead: { maxBatchTimeout: 0 } } },
        ],
      }),
    )
    await miniflare.ready
    const queue = (more: object) => ({ endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer', ...more } }] })
    const resizing = { endpoints: [{ binding: 'RESIZER' }] }
    const delivery = { attempts: 2, backoff: '1s', deadLetter: 'JOBS_DLQ' }
    const write = async (worker: string, records: Record<string, object>) => {
      const registry = await miniflare.getKVNamespace('REGISTRY', worker)
      for (const [name, record] of Object.entries(records))
        await registry.put(`services/${name}`, JSON.stringify(record))
    }
    await write('selvedge', {
      jobs: queue({ delivery: { ...delivery, attempts: 4 } }),
      few: queue({ delivery }),
      kept: queue({ delivery: { attempts: 2, backoff: '1s' } }),
      once: queue({ delivery: { deduplicate: '1h' } }),
      resizer: resizing,
    })
    await write('shop', { jobs: queue({}), resizer: resizing })
  })
  afterAll(() => miniflare?.dispose())

  const callsTo = async (path: string, count: number) =>
    eventually(async () => {
      const found = (await calls()).filter(({ pathname }) => pathname === path)
      expect(found).toHaveLength(count)
      return found
    })
  const letterWith = async (id: string) =>
    eventually(async () => {
      const found = (await letters()).filter((letter) => letter.id === id)
      expect(found).toHaveLength(1)
      return found[0]
    })

  it('delivers what was put there, to the name that the record says', async () => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': 'order-42' }
    const answer = await put('/images/42?w=80', { body: '{"a":1}', headers })
    expect(answer.status).toBe(202)
    expect(await answer.json()).toEqual({ id: 'order-42' })
    const [call] = await callsTo('/images/42', 1)
    expect(call).toMatchObject({
      host: 'resizer',
      method: 'POST',
      body: '{"a":1}',
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'order-42',
        'selvedge-delivery-attempt': '1',
        'selvedge-retry-allowance': '0',
        'ce-id': 'order-42',
      },
    })
  })

  it('brings again what was not taken, until it is', async () => {
    const [busy] = await Promise.all([put('/busy').then((answer) => answer.json()), put('/quick')])
    const { id } = busy as { id: string }
    const tries = await callsTo('/busy', 3)
    expect(tries.map(({ headers }) => [headers['selvedge-delivery-attempt'], headers['idempotency-key']])).toEqual([
      ['1', id],
      ['2', id],
      ['3', id],
    ])
    // The other of the same batch was taken at once, and only once.
    await callsTo('/quick', 1)
  })

  it('ends what is refused among the dead letters, with the reason, and holds up nobody', async () => {
    const all = await Promise.all(['/refused', '/fine', '/refused/2', '/fine'].map((path) => put(path)))
    const ids = (await Promise.all(all.map((one) => one.json()))) as { id: string }[]
    await callsTo('/fine', 2)
    const letter = await letterWith(ids[0]?.id ?? '')
    expect(letter).toMatchObject({
      type: 'selvedge.dead-letter',
      data: { reason: 'status 422', answer: 'no such picture', queue: 'jobs', attempts: 1, to: 'resizer' },
    })
    expect(letter?.data.message).toMatchObject({ type: 'selvedge.request', data: { path: '/refused' } })
    await callsTo('/refused', 1)
  })

  it('ends what is never taken there, too, when its deliveries are used up', async () => {
    const answer = await fetched('selvedge', '/svc/few/throws', { method: 'POST' })
    const { id } = (await answer.json()) as { id: string }
    const letter = await letterWith(id)
    expect(letter).toMatchObject({ data: { reason: 'attempts_used_up', attempts: 2 } })
    await callsTo('/throws', 2)
  })

  it('is put and delivered by the library, as the example does', async () => {
    expect((await fetched('shop', '/')).status).toBe(202)
    const found = await eventually(async () => {
      const found = (await calls()).filter(({ headers }) => headers['selvedge-caller'] === 'shop')
      expect(found).toHaveLength(1)
      return found
    })
    expect(found).toMatchObject([
      { pathname: '/images/42', method: 'POST', headers: { 'selvedge-delivery-attempt': '1' } },
    ])
  })

  const admin = async () => {
    const { origin } = await miniflare.unsafeGetDirectURL('control')
    return adminClient({ url: origin, token: TOKEN })
  }
  const keptAs = (reason: string, more: object = {}) =>
    eventually(async () => {
      const found = (await (await admin()).deadLetters({ reason })).items
      expect(found).toMatchObject([{ reason, ...more }])
      return found[0]?.id ?? ''
    })

  it('keeps what it cannot deliver in the object, from which it is redriven: dead again, and never by itself', async () => {
    await fetched('selvedge', '/svc/kept/throws/kept', { method: 'POST' })
    const client = await admin()
    const id = await keptAs('attempts_used_up', { to: 'resizer', redriven: 0, times: 1 })
    expect(await client.redrive(id)).toEqual({ id, redriven: 1, binding: 'JOBS' })
    await keptAs('attempts_used_up', { id, redriven: 1, times: 2 })
    // Two deliveries each time, and no more.
    await callsTo('/throws/kept', 4)
    await client.dropDeadLetter(id, 'it always throws')
    expect((await client.deadLetters({ status: 'all' })).items).toEqual([])
  })

  it('keeps what the platform took out of a queue, undelivered', async () => {
    const queue = await miniflare.getQueueProducer<unknown>('KILLER', 'control')
    await queue.send({ specversion: '1.0', id: 'poison', type: 'selvedge.request', subject: 'jobs', data: {} })
    const id = await keptAs('undelivered', { messageId: 'poison', queue: 'killer' })
    await (await admin()).dropDeadLetter(id, 'looked at')
  })

  it('delivers once what is brought twice, where the record says so', async () => {
    const send = () =>
      fetched('selvedge', '/svc/once/twice', { method: 'POST', headers: { 'idempotency-key': 'order-7' } })
    await Promise.all([send(), send()])
    await callsTo('/twice', 1)
    await send()
    await put('/after')
    await callsTo('/after', 1)
    await callsTo('/twice', 1)
  })

  it('knows what is no request by its reason, in a dead letter', async () => {
    const queue = await miniflare.getQueueProducer<unknown>('JOBS', 'shop')
    await queue.send({ specversion: '2.0', id: 'later', type: 'selvedge.request' })
    await queue.send('hello')
    await eventually(async () => {
      const reasons = (await letters()).map(({ data }) => data.reason)
      expect(reasons).toEqual(expect.arrayContaining(['unknown_version', 'not_an_event']))
    })
  })
})
