import { Hono } from 'hono'
import { hc } from 'hono/client'
import { afterEach, describe, expect, expectTypeOf, it, vi } from 'vitest'
import { type MeshVariables, selvedge } from '../src/hono.ts'
import type { Mesh } from '../src/mesh/mesh.ts'
import { createTestMesh, type TestMesh } from '../src/testing.ts'
import { connectionLost, upstream } from './support/upstream.ts'

type Env = { Variables: MeshVariables }

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

/** An app behind the middleware that asks `users` at `/ask`. */
function given(mesh: Mesh) {
  const app = new Hono<Env>()
  app.use(selvedge(() => mesh))
  app.get('/ask', (c) => c.var.mesh.fetch('http://users/42'))
  app.get('/own', (c) => c.text('mine'))
  return app
}

const ask = (mesh: TestMesh, app: Hono<Env>, path: string, headers: Record<string, string> = {}) =>
  mesh.clock.run(Promise.resolve(app.request(path, { headers }, {})))

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the hono middleware', () => {
  it('calls on behalf of the request being served', async () => {
    const users = upstream(() => Response.json({ id: 42 }))
    const mesh = createTestMesh({ users })
    const response = await ask(mesh, given(mesh), '/ask', {
      traceparent,
      'selvedge-timeout-ms': '700',
      'selvedge-retry-allowance': '1',
      'cdn-loop': 'selvedge',
    })
    expect(await response.json()).toEqual({ id: 42 })
    const sent = users.requests[0]?.headers
    expect(sent?.get('traceparent')).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
    expect(sent?.get('selvedge-timeout-ms')).toBe('695')
    expect(sent?.get('selvedge-retry-allowance')).toBe('1')
    expect(sent?.get('cdn-loop')).toBe('selvedge, selvedge')
  })

  it('opens a span for the request, beneath that of the caller and above those of its calls', async () => {
    const mesh = createTestMesh({ users: upstream(200) })
    await ask(mesh, given(mesh), '/ask', { traceparent })
    const [attempt, server] = mesh.spans()
    expect(server).toMatchObject({ kind: 'server', parentId: '00f067aa0ba902b7', status: 200, outcome: 'success' })
    expect(attempt).toMatchObject({ kind: 'client', parentId: server?.spanId, traceId: server?.traceId })
    expect(mesh.spans()).toHaveLength(2)
  })

  it('settles what the caller granted, and keeps the headers of the answer', async () => {
    const users = upstream(503, () => new Response('ok', { headers: { 'x-from': 'users' } }))
    const mesh = createTestMesh({ users })
    const response = await ask(mesh, given(mesh), '/ask', { 'selvedge-retry-allowance': '2' })
    expect(response.status).toBe(200)
    expect(response.headers.get('selvedge-retries-used')).toBe('1')
    expect(response.headers.get('x-from')).toBe('users')
    expect(await response.text()).toBe('ok')
  })

  it('says what was used in all, not what a hop beneath said of its own', async () => {
    const users = upstream(503, () => new Response('ok', { headers: { 'selvedge-retries-used': '0' } }))
    const mesh = createTestMesh({ users })
    const response = await ask(mesh, given(mesh), '/ask', { 'selvedge-retry-allowance': '2' })
    expect(response.headers.get('selvedge-retries-used')).toBe('1')
  })

  it('does not touch an answer where nothing was granted', async () => {
    const mesh = createTestMesh({})
    const response = await ask(mesh, given(mesh), '/own')
    expect(await response.text()).toBe('mine')
    expect([...response.headers.keys()]).toEqual(['content-type'])
  })

  it('makes a problem of a MeshError that no handler caught', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const mesh = createTestMesh({ users: upstream(connectionLost()) })
    const response = await ask(mesh, given(mesh), '/ask', { 'selvedge-retry-allowance': '1' })
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('selvedge-error')).toBe('endpoint_unreachable')
    expect(response.headers.get('proxy-status')).toContain('error=connection_terminated')
    expect(response.headers.get('selvedge-retries-used')).toBe('1')
    expect(await response.json()).toMatchObject({ code: 'endpoint_unreachable' })
    expect(log).toHaveBeenCalled()
  })

  it('leaves an error to the app that answers it', async () => {
    const mesh = createTestMesh({ users: upstream(connectionLost()) })
    const app = given(mesh)
    app.onError((error, c) => c.text(`sorry: ${error.name}`, 502))
    const response = await ask(mesh, app, '/ask')
    expect(response.status).toBe(502)
    expect(await response.text()).toBe('sorry: MeshError')
    expect(response.headers.get('selvedge-error')).toBeNull()
  })

  it('leaves an error that is not of the mesh to hono', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const mesh = createTestMesh({})
    const app = given(mesh)
    app.get('/slip', () => {
      throw new Error('a slip')
    })
    const response = await ask(mesh, app, '/slip')
    expect(response.status).toBe(500)
    expect(response.headers.get('selvedge-error')).toBeNull()
    expect(log).toHaveBeenCalled()
  })

  it('makes one mesh for an environment, and another for another', async () => {
    const made: object[] = []
    const mesh = createTestMesh({ users: () => new Response() })
    const app = new Hono<Env & { Bindings: object }>()
    app.use(
      selvedge((env: object) => {
        made.push(env)
        return mesh
      }),
    )
    app.get('/', (c) => c.text('ok'))
    const [one, other] = [{ name: 'one' }, { name: 'other' }]
    for (const env of [one, one, other, one]) await app.request('/', {}, env)
    expect(made).toEqual([one, other])
  })

  it('makes one mesh where there is no environment', async () => {
    let made = 0
    const mesh = createTestMesh({})
    const app = new Hono<Env>()
    app.use(
      selvedge(() => {
        made += 1
        return mesh
      }),
    )
    app.get('/', (c) => c.text('ok'))
    for (let time = 0; time < 2; time++) expect(await (await app.request('/')).text()).toBe('ok')
    expect(made).toBe(1)
  })

  it('gives what outlives the answer to the execution context, where there is one', async () => {
    const deferred: Promise<unknown>[] = []
    const ctx = {
      waitUntil: (work: Promise<unknown>) => void deferred.push(work),
      passThroughOnException() {},
      props: {},
    }
    const mesh = createTestMesh({ users: () => new Response() })
    const app = given(mesh)
    await mesh.clock.run(Promise.resolve(app.request('/ask', {}, {}, ctx)))
    await mesh.clock.advance(6000)
    await mesh.clock.run(Promise.resolve(app.request('/ask', {}, {}, ctx)))
    expect(deferred).toHaveLength(1)
  })
})

describe("hono's typed client", () => {
  const users = new Hono()
    .get('/users/:id', (c) => c.json({ id: Number(c.req.param('id')), name: 'Anna' }))
    .post('/users', async (c) => c.json({ created: (await c.req.json<{ name: string }>()).name }, 201))

  it('calls through mesh.fetch, with the types of the app that answers', async () => {
    const mesh = createTestMesh({ users: (request) => users.fetch(request) })
    const client = hc<typeof users>('http://users', { fetch: mesh.fetch })
    const response = await mesh.clock.run(client.users[':id'].$get({ param: { id: '42' } }))
    const body = await response.json()
    expectTypeOf(body).toEqualTypeOf<{ id: number; name: string }>()
    expect(body).toEqual({ id: 42, name: 'Anna' })
    // @ts-expect-error: the app has no such route.
    expect(client.orders).toBeDefined()
  })

  it('sends a body through mesh.fetch', async () => {
    const mesh = createTestMesh({ users: (request) => users.fetch(request) })
    const client = hc<typeof users>('http://users', {
      fetch: mesh.fetch,
      headers: { 'content-type': 'application/json' },
      init: { body: JSON.stringify({ name: 'Bert' }) },
    })
    const response = await mesh.clock.run(client.users.$post())
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ created: 'Bert' })
  })

  it('calls on behalf of the request that an app serves', async () => {
    const mesh = createTestMesh({ users: (request) => users.fetch(request) })
    const app = new Hono<Env>()
    app.use(selvedge(() => mesh))
    app.get('/', async (c) => {
      const client = hc<typeof users>('http://users', { fetch: c.var.mesh.fetch })
      const { name } = await (await client.users[':id'].$get({ param: { id: '7' } })).json()
      return c.text(name)
    })
    const response = await ask(mesh, app, '/', { traceparent })
    expect(await response.text()).toBe('Anna')
    expect(mesh.spans()[0]?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
  })
})
