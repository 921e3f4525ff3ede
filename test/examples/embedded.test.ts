/** The examples of examples/embedded, run; and a test of a caller, as README.md shows it. */
import { createTestMesh } from 'selvedge/testing'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import explicit from '../../examples/embedded/explicit.ts'
import plain from '../../examples/embedded/plain.ts'
import queue from '../../examples/embedded/queue.ts'
import reporting from '../../examples/embedded/reporting.ts'
import users from '../../examples/embedded/users.ts'
import viaMesh from '../../examples/embedded/via-mesh.ts'
import withHono from '../../examples/embedded/with-hono.ts'

// From source, and with an environment: Workers import both by name.
vi.mock('selvedge', () => import('../../src/index.ts'))
vi.mock('selvedge/hono', () => import('../../src/hono.ts'))
vi.mock('selvedge/stats', () => import('../../src/stats.ts'))
vi.mock('selvedge/testing', () => import('../../src/testing.ts'))
vi.mock('cloudflare:workers', () => ({ env: world, waitUntil() {} }))

/** The environment of the Worker: a registry that knows `users` by a URL, and a mesh beside it. */
const world = vi.hoisted(() => ({
  REGISTRY: {
    getWithMetadata: async (key: string) => ({
      value: key === 'services/users' ? 'https://users.test' : null,
      metadata: null,
    }),
  },
  MESH: {
    digest: async () => true,
    fetch: async (url: string, { headers }: RequestInit) =>
      Response.json({ asked: url, headers: Object.fromEntries(new Headers(headers)) }),
  },
}))

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext

/** What `https://users.test` is asked. */
function givenUsers(answer: (request: Request) => Response | Promise<Response>) {
  const asked: Request[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as string, init as RequestInit)
    asked.push(request)
    return answer(request)
  })
  return asked
}

beforeEach(() => {
  // The log, which goes there by default.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('examples/embedded', () => {
  it('plain.ts calls users by name, on behalf of the request that it serves', async () => {
    const asked = givenUsers(() => Response.json({ name: 'Ada' }))
    const headers = { 'selvedge-timeout-ms': '300', 'selvedge-retry-allowance': '1' }
    const response = await plain.fetch(new Request('http://front/42', { headers }), {}, ctx)
    expect(await response.json()).toEqual({ name: 'Ada' })
    expect(response.headers.get('selvedge-retries-used')).toBe('0')
    expect(asked[0]?.url).toBe('https://users.test/42')
    expect(Number(asked[0]?.headers.get('selvedge-timeout-ms'))).toBeLessThanOrEqual(295)
  })

  it('plain.ts answers what the mesh could not do with a problem', async () => {
    givenUsers(() => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: new Error('refused') })))
    const headers = { 'selvedge-retry-allowance': '0' }
    const response = await plain.fetch(new Request('http://front/42', { headers }), {}, ctx)
    expect(response.status).toBe(503)
    expect(response.headers.get('selvedge-error')).toBe('endpoint_unreachable')
  })

  it('queue.ts calls users for each message, and when its cron trigger fires', async () => {
    const asked = givenUsers(() => new Response())
    await queue.queue({ messages: [{ body: '1' }, { body: '2' }] } as unknown as MessageBatch<string>)
    await queue.scheduled()
    expect(asked.map(({ url }) => url)).toEqual(['https://users.test/1', 'https://users.test/2', 'https://users.test/'])
  })

  it('reporting.ts calls users by name, and tells the mesh beside it', async () => {
    vi.useFakeTimers()
    const asked = givenUsers(() => new Response('Ada'))
    const told = vi.spyOn(world.MESH, 'digest')
    const works: Promise<unknown>[] = []
    const waitUntil = (work: Promise<unknown>) => void works.push(work)
    const response = await reporting.fetch(new Request('http://front/42'), {}, {
      ...ctx,
      waitUntil,
    } as ExecutionContext)
    expect(await response.text()).toBe('Ada')
    expect(asked.length).toBe(1)
    await vi.advanceTimersByTimeAsync(5_000)
    await Promise.all(works)
    expect(told).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ numbers: expect.anything(), served: expect.anything() }),
    )
    vi.useRealTimers()
  })

  it('via-mesh.ts asks the mesh beside it', async () => {
    const response = await viaMesh.fetch(new Request('http://front/42'), {}, ctx)
    expect(await response.json()).toMatchObject({ asked: 'http://users/42', headers: { 'selvedge-attempt': '1' } })
  })

  it('explicit.ts settles what its caller granted', async () => {
    givenUsers(() => Response.json({ name: 'Ada' }))
    const headers = { 'selvedge-retry-allowance': '2' }
    const response = await explicit.fetch(new Request('http://front/', { headers }), {}, ctx)
    expect(await response.json()).toEqual({ name: 'Ada' })
    expect(response.headers.get('selvedge-retries-used')).toBe('0')
  })

  it('explicit.ts answers for a mesh error itself', async () => {
    givenUsers(() => Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: new Error('refused') })))
    const headers = { 'selvedge-retry-allowance': '0' }
    const response = await explicit.fetch(new Request('http://front/', { headers }), {}, ctx)
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('users: endpoint_unreachable')
  })

  it('with-hono.ts calls through the typed client', async () => {
    const asked = givenUsers((request) => users.fetch(request))
    const response = await withHono.request('/orders/7', {}, world)
    expect(await response.json()).toEqual({ order: '7', customer: 'Ada' })
    expect(asked[0]?.url).toBe('https://users.test/users/42')
  })
})

it('retries a 503 for its caller', async () => {
  let calls = 0
  const mesh = createTestMesh({ users: () => new Response('Ada', { status: ++calls === 1 ? 503 : 200 }) })
  const response = await mesh.clock.run(mesh.fetch('http://users/42'))
  expect(await response.text()).toBe('Ada')
  expect(mesh.spans().map(({ attempt, status }) => [attempt, status])).toEqual([
    [1, 503],
    [2, 200],
  ])
})

it('gives up when the deadline has passed', async () => {
  const users = () => new Promise<Response>(() => {})
  const mesh = createTestMesh({ users: { endpoints: [users], timeouts: { request: '2s' } } })
  await expect(mesh.clock.run(mesh.fetch('http://users/42'))).rejects.toMatchObject({ code: 'deadline_exceeded' })
  expect(mesh.clock.now()).toBe(1_002_000)
})
