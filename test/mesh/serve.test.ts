import { afterEach, describe, expect, it, vi } from 'vitest'
import type { LogLine } from '../../src/telemetry/log.ts'
import { createTestMesh, type TestMeshOptions, type TestService } from '../../src/testing.ts'
import { connectionLost, hang, quickClock, upstream } from '../support/upstream.ts'

const ctx = { waitUntil() {} } as unknown as ExecutionContext
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

type Mesh = ReturnType<typeof createTestMesh>
type Handle = (mesh: Mesh, request: Request) => Response | Promise<Response>

/** A Worker whose handler stands behind the mesh, and a mesh of these services to call from it. */
function given(services: Record<string, TestService>, handle: Handle, trusted = false, options: TestMeshOptions = {}) {
  const mesh = createTestMesh(services, { clock: quickClock(), ...options })
  const served = mesh.serve({ fetch: (request: Request) => handle(mesh, request) }, { trust: () => trusted })
  const ask = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
    mesh.clock.run(Promise.resolve(served.fetch(new Request('http://front/orders/7', { headers, ...init }), {}, ctx)))
  return { mesh, served, ask }
}

const callsUsers: Handle = (mesh) => mesh.fetch('http://users/')

afterEach(() => {
  vi.restoreAllMocks()
})

describe('mesh.serve', () => {
  it('gives the handler request, environment and context as they came', async () => {
    const mesh = createTestMesh({})
    const env = { GREETING: 'hello' }
    const served = mesh.serve<typeof env>({
      fetch: (request, env, given) => new Response(`${env.GREETING} ${request.url} ${given === ctx}`),
    })
    const response = await served.fetch(new Request('http://front/7'), env, ctx)
    expect(await response.text()).toBe('hello http://front/7 true')
  })

  it('passes the answer of the handler on as it is', async () => {
    const answer = new Response('ok')
    const { ask } = given({}, () => answer)
    expect(await ask()).toBe(answer)
  })

  it('carries deadline, trace and allowance to what the handler calls, without being told', async () => {
    const users = upstream(200)
    const served = given({ users }, callsUsers, true)
    await served.ask({
      traceparent,
      'selvedge-timeout-ms': '700',
      'selvedge-retry-allowance': '4',
      'cdn-loop': 'selvedge',
    })
    const sent = users.requests[0]?.headers
    expect(sent?.get('selvedge-timeout-ms')).toBe('695')
    expect(sent?.get('selvedge-retry-allowance')).toBe('4')
    expect(sent?.get('cdn-loop')).toBe('selvedge, selvedge')
    const [client, server] = served.mesh.spans()
    expect(server).toMatchObject({ kind: 'server', parentId: '00f067aa0ba902b7', name: 'GET', status: 200 })
    expect(client).toMatchObject({ kind: 'client', parentId: server?.spanId, traceId: server?.traceId })
    expect(sent?.get('traceparent')).toBe(`00-4bf92f3577b34da6a3ce929d0e0e4736-${client?.spanId}-01`)
  })

  it('keeps the contexts of two requests apart that are served at once', async () => {
    const users = upstream(200)
    const { mesh, served } = given({ users }, async (mesh, request) => {
      // The one that came first calls last.
      const ms = request.url.endsWith('first') ? 100 : 10
      await new Promise<void>((resolve) => mesh.clock.after(ms, resolve))
      return mesh.fetch(`http://users${new URL(request.url).pathname}`)
    })
    const trace = (digit: string) => ({ traceparent: `00-${digit.repeat(32)}-00f067aa0ba902b7-01` })
    const asked = ['first', 'second'].map(async (name, index) =>
      served.fetch(new Request(`http://front/${name}`, { headers: trace(String(index + 1)) }), {}, ctx),
    )
    await mesh.clock.run(Promise.all(asked))
    const told = users.requests.map(({ url, headers }) => [new URL(url).pathname, headers.get('traceparent')?.[3]])
    expect(told).toEqual([
      ['/second', '2'],
      ['/first', '1'],
    ])
  })

  it('answers for a handler whose time is up', async () => {
    const { ask, mesh } = given({}, () => new Promise(() => {}))
    const before = mesh.clock.now()
    const response = await ask({ 'selvedge-timeout-ms': '200' })
    expect(mesh.clock.now() - before).toBe(200)
    expect(response.status).toBe(504)
    expect(response.headers.get('selvedge-error')).toBe('deadline_exceeded')
  })

  it('does not begin what nobody waits for', async () => {
    let calls = 0
    const { ask } = given({}, () => {
      calls += 1
      return new Response()
    })
    expect((await ask({ 'selvedge-timeout-ms': '0' })).status).toBe(504)
    expect(calls).toBe(0)
  })

  it('makes problem+json of a MeshError that the handler did not catch', async () => {
    const { ask } = given({ users: upstream(connectionLost()) }, callsUsers)
    const response = await ask({ traceparent })
    expect(response.status).toBe(503)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('selvedge-error')).toBe('endpoint_unreachable')
    expect(response.headers.get('proxy-status')).toMatch(/^selvedge; error=connection_terminated; details="/)
    const problem = (await response.json()) as Record<string, unknown>
    expect(problem).toMatchObject({
      type: 'urn:selvedge:problem:endpoint_unreachable',
      status: 503,
      code: 'endpoint_unreachable',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    })
  })

  it('makes 500 of anything else that a handler throws, and logs it', async () => {
    const error = new Error('a slip')
    const lines: LogLine[] = []
    for (const handle of [() => Promise.reject(error), () => thrown(error)]) {
      const { ask, mesh } = given({}, handle, false, { log: (line) => lines.push(line) })
      const response = await ask()
      expect(response.status).toBe(500)
      expect(response.headers.get('selvedge-error')).toBe('internal')
      // Refusals are traced, too.
      expect(mesh.spans()[0]).toMatchObject({ kind: 'server', status: 500 })
    }
    const line = { level: 'error', event: 'error', code: 'internal', message: 'Error: a slip', stack: error.stack }
    expect(lines).toMatchObject([line, line])
  })

  it('refuses what has gone round', async () => {
    let calls = 0
    const { ask } = given({}, () => {
      calls += 1
      return new Response()
    })
    const response = await ask({ 'cdn-loop': new Array(16).fill('selvedge').join(', ') })
    expect(response.status).toBe(508)
    expect(response.headers.get('proxy-status')).toContain('error=proxy_loop_detected')
    expect(calls).toBe(0)
    expect((await ask({ 'cdn-loop': new Array(15).fill('selvedge').join(', ') })).status).toBe(200)
  })

  it('settles what its caller granted, with what was used, also with an error', async () => {
    const granted = { 'selvedge-retry-allowance': '2' }
    const well = given({ users: upstream(503, 200) }, callsUsers)
    expect((await well.ask(granted)).headers.get('selvedge-retries-used')).toBe('1')
    const badly = given({ users: upstream(connectionLost()) }, callsUsers)
    const response = await badly.ask(granted)
    expect(response.status).toBe(503)
    // All were lent to an endpoint of which nothing was known, and may have been used.
    expect(response.headers.get('selvedge-retries-used')).toBe('2')
    const idle = given({}, () => new Response())
    expect((await idle.ask(granted)).headers.get('selvedge-retries-used')).toBe('0')
    expect((await idle.ask()).headers.has('selvedge-retries-used')).toBe(false)
  })

  it('believes of a stranger only what takes away, which is the default', async () => {
    const dead = () => upstream(503)
    const calls = async (allowance: string, trusted: boolean) => {
      const users = dead()
      const record = { endpoints: [users], retryConstraint: 'off' }
      const { ask } = given({ users: record }, callsUsers, trusted)
      await ask({ 'selvedge-retry-allowance': allowance })
      return users.requests.length
    }
    expect(await calls('9', false)).toBe(1 + 2)
    expect(await calls('1', false)).toBe(1 + 1)
    expect(await calls('0', false)).toBe(1)
    // The rule allows two retries at this hop, whoever asks.
    expect(await calls('9', true)).toBe(1 + 2)
    expect(await calls('0', true)).toBe(1)
  })

  it('does not forward what a caller wrote under the names of the mesh', async () => {
    const users = upstream(200)
    const { ask } = given({ users }, (mesh, request) => mesh.fetch(new Request('http://users/', request)))
    await ask({ 'selvedge-explain': '1', 'selvedge-attempt': '7', 'selvedge-retry-allowance': '99', 'x-own': '1' })
    const sent = users.requests[0]?.headers
    expect(sent?.get('selvedge-explain')).toBeNull()
    expect(sent?.get('selvedge-attempt')).toBe('1')
    expect(sent?.get('selvedge-retry-allowance')).toBe('2')
    expect(sent?.get('x-own')).toBe('1')
  })

  it('aborts what the handler called when the client leaves, and answers 499 to nobody', async () => {
    const users = upstream(hang)
    const { mesh, served } = given({ users }, callsUsers)
    const controller = new AbortController()
    const request = new Request('http://front/', { signal: controller.signal })
    const answer = Promise.resolve(served.fetch(request, {}, ctx))
    await mesh.clock.advance(10)
    controller.abort()
    expect((await answer).status).toBe(499)
    expect(users.requests[0]?.signal.aborted).toBe(true)
    await mesh.clock.advance(0)
    expect(mesh.clock.pending).toBe(0)
  })

  it('asks whom to trust with the request and its context', async () => {
    const users = upstream(503)
    const record = { endpoints: [users], retry: { attempts: 5 }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record })
    const served = mesh.serve(
      { fetch: () => mesh.fetch('http://users/') },
      { trust: (request, given) => given === ctx && request.headers.get('x-caller') === 'orders' },
    )
    const headers = { 'x-caller': 'orders', 'selvedge-retry-allowance': '4' }
    await mesh.clock.run(Promise.resolve(served.fetch(new Request('http://front/', { headers }), {}, ctx)))
    expect(users.requests).toHaveLength(1 + 4)
  })
})

function thrown(error: Error): never {
  throw error
}
