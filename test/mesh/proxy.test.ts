import { afterEach, describe, expect, it, vi } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { splitUrl } from '../../src/mesh/called-host.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { memoryRegistry, seeded, spanRing, type TestHandler } from '../../src/testing.ts'
import { connectionLost, hang, quickClock, upstream } from '../support/upstream.ts'

/** A proxy before one service, called as the host says. */
function given(users: TestHandler, policy: object = {}) {
  const clock = quickClock()
  const ring = spanRing()
  const env = { USERS: { fetch: async (url: string, init: RequestInit) => users(new Request(url, init)) } }
  const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }], ...policy } })
  const enter = proxy({ registry, env, clock, random: seeded(7), sink: ring, log: 'off' })
  const forward = (request: Request, trusted = false) => {
    const identify = () => {
      const { host, path } = splitUrl(request.url)
      if (host === 'nameless') throw new MeshError('service_not_named', 'Nothing was named.')
      return { name: host, path }
    }
    return enter(request, { trusted, defer: () => {}, identify })
  }
  const ask = (request: Request, trusted = false) => clock.run(forward(request, trusted))
  return { clock, registry, ring, forward, ask }
}

const asked = (headers: Record<string, string> = {}, init: RequestInit = {}) =>
  new Request('http://users/42?x=1', { headers, ...init })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('proxy', () => {
  it('forwards method, path, query, headers and body, and passes the answer back untouched', async () => {
    const answer = new Response('tea', { status: 201, headers: { 'x-from': 'users' } })
    let body = ''
    const users = upstream(async (request) => {
      body = await request.text()
      return answer
    })
    const response = await given(users).ask(asked({ 'x-own': '1' }, { method: 'POST', body: 'leaves' }))
    expect(response).toBe(answer)
    expect(body).toBe('leaves')
    const [request] = users.requests
    expect(request?.url).toBe('http://users/42?x=1')
    expect(request?.method).toBe('POST')
    expect(request?.headers.get('x-own')).toBe('1')
  })

  it('lets the page of an origin that may call read what went wrong', async () => {
    const cors = { allowOrigins: ['https://app.example'], allowCredentials: true, exposeHeaders: ['selvedge-error'] }
    const { ask } = given(upstream(connectionLost()), { rules: [{ filters: [{ type: 'CORS', cors }] }] })
    const told = async (origin: string) => {
      const { status, headers } = await ask(asked({ origin }))
      return [
        status,
        ...['allow-origin', 'allow-credentials', 'expose-headers'].map((name) => headers.get(`access-control-${name}`)),
        headers.get('vary'),
      ]
    }
    expect(await told('https://app.example')).toEqual([503, 'https://app.example', 'true', 'selvedge-error', 'origin'])
    expect(await told('https://evil.example')).toEqual([503, null, null, null, 'origin'])
  })

  it('says at the edge what went wrong, as a problem', async () => {
    const { ask } = given(upstream(connectionLost()))
    for (const [url, status, code, word] of [
      ['http://users/', 503, 'endpoint_unreachable', 'connection_terminated'],
      ['http://nobody/', 404, 'service_not_found', 'destination_not_found'],
      ['http://nameless/', 400, 'service_not_named', 'http_request_error'],
    ] as const) {
      const response = await ask(new Request(url))
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      expect(response.headers.get('selvedge-error')).toBe(code)
      expect(response.headers.get('proxy-status')).toContain(`selvedge; error=${word}`)
      expect(await response.json()).toMatchObject({ status, code })
    }
  })

  it('names service, revision and trace in the problem', async () => {
    const { ask, registry, ring } = given(upstream(connectionLost()))
    registry.set('users', { endpoints: [{ binding: 'USERS' }] }, '12')
    const problem = (await (await ask(asked())).json()) as Record<string, unknown>
    expect(problem.service).toBe('users')
    expect(problem.revision).toBe('12')
    expect(problem.traceId).toBe(ring.spans()[0]?.traceId)
  })

  it('says 504 where the deadline passed, and aborts what was under way', async () => {
    const users = upstream(hang)
    const { ask, clock } = given(users)
    const before = clock.now()
    const response = await ask(asked({ 'selvedge-timeout-ms': '250' }))
    expect(clock.now() - before).toBe(250)
    expect(response.status).toBe(504)
    expect(response.headers.get('selvedge-error')).toBe('deadline_exceeded')
    expect(response.headers.get('selvedge-retryable')).toBe('false')
    expect(users.requests[0]?.signal.aborted).toBe(true)
  })

  it('says what it changed its mind about, and not that it failed', async () => {
    const response = await given(upstream(503, 200)).ask(asked())
    expect(response.status).toBe(200)
    expect(response.headers.get('proxy-status')).toBe('selvedge; received-status=200; details="2 attempts were made"')
    expect(response.headers.get('selvedge-error')).toBeNull()
    expect(response.headers.get('selvedge-retries-used')).toBe('1')
  })

  it('returns the last answer of the upstream when retries run out', async () => {
    const busy = () => new Response('busy', { status: 503, headers: { 'retry-after': '1', 'x-from': 'users' } })
    const response = await given(upstream(busy), { retryConstraint: 'off' }).ask(asked())
    expect(response.status).toBe(503)
    expect(response.headers.get('x-from')).toBe('users')
    expect(response.headers.get('selvedge-error')).toBeNull()
    expect(response.headers.get('proxy-status')).toContain('received-status=503; details="3 attempts were made"')
    expect(await response.text()).toBe('busy')
  })

  it('traces what comes in and every attempt that goes out', async () => {
    const users = upstream(503, 200)
    const { ask, ring } = given(users)
    await ask(asked({ traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }))
    const [first, second, server] = ring.spans()
    expect([first, second, server].map((span) => span?.kind)).toEqual(['client', 'client', 'server'])
    expect(server?.parentId).toBe('00f067aa0ba902b7')
    expect(first?.parentId).toBe(server?.spanId)
    expect(second?.parentId).toBe(server?.spanId)
    expect(users.requests.map(({ headers }) => headers.get('traceparent'))).toEqual([
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${first?.spanId}-01`,
      `00-4bf92f3577b34da6a3ce929d0e0e4736-${second?.spanId}-01`,
    ])
  })

  it('takes from a stranger what lessens, and drops the rest', async () => {
    const users = upstream(503)
    const { ask, clock } = given(users, { retryConstraint: 'off', timeouts: { request: '2s' } })
    const headers = { 'selvedge-retry-allowance': '50', 'selvedge-timeout-ms': '600000', 'selvedge-explain': '1' }
    const response = await ask(asked(headers))
    expect(users.requests).toHaveLength(1 + 2)
    const sent = users.requests[0]?.headers
    expect(sent?.get('selvedge-timeout-ms')).toBe('1995')
    expect(sent?.get('selvedge-retry-allowance')).toBe('2')
    expect(sent?.get('selvedge-explain')).toBeNull()
    expect(response.headers.get('selvedge-retries-used')).toBe('2')
    await ask(asked({ 'selvedge-retry-allowance': '0', 'selvedge-timeout-ms': '100' }))
    expect(users.requests).toHaveLength(1 + 2 + 1)
    expect(users.requests[3]?.headers.get('selvedge-timeout-ms')).toBe('95')
    expect(clock.pending).toBe(0)
  })

  it('believes a caller of the mesh', async () => {
    const users = upstream(503)
    const { ask } = given(users, { retryConstraint: 'off', retry: { attempts: 10 } })
    await ask(asked({ 'selvedge-retry-allowance': '5' }), true)
    expect(users.requests).toHaveLength(1 + 5)
  })

  it('aborts upstream when the client leaves, frees what was held, and answers nobody', async () => {
    const users = upstream(hang)
    const { forward, clock } = given(users)
    const controller = new AbortController()
    const answer = forward(asked({}, { signal: controller.signal }))
    await clock.advance(50)
    controller.abort()
    expect(users.requests[0]?.signal.aborted).toBe(true)
    expect((await answer).status).toBe(499)
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('answers gRPC trailers-only', async () => {
    const headers = { 'content-type': 'application/grpc', te: 'trailers' }
    const { ask } = given(upstream(200))
    const response = await ask(new Request('http://nobody/pkg.Service/Do', { method: 'POST', headers, body: '' }))
    expect(response.status).toBe(200)
    expect(response.headers.get('grpc-status')).toBe('5')
    expect(response.headers.get('selvedge-error')).toBe('service_not_found')
  })
})
