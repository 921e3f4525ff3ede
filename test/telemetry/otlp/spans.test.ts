/** What a collector gets of a request: a span for the request, its calls and their attempts, and what they say. */
import { describe, expect, it } from 'vitest'
import { proxy } from '../../../src/mesh/proxy.ts'
import { type OtlpOptions, otlp } from '../../../src/otlp.ts'
import { createTestMesh, type TestService } from '../../../src/testing.ts'
import { memoryCollector } from '../../support/otlp-collector.ts'
import { upstream } from '../../support/upstream.ts'

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

function given(services: Record<string, TestService>, options: Partial<OtlpOptions> = {}) {
  const collector = memoryCollector()
  const sink = otlp({ url: 'https://otlp.example.com/otlp/', fetch: collector.fetch, ...options })
  const mesh = createTestMesh(services, { sink, waitUntil: () => {} })
  const sent = async () => {
    await mesh.clock.advance(3000)
    return collector.spans()
  }
  return { ...collector, sink, mesh, sent }
}

/** A Worker whose handler calls `users`. */
const served = (mesh: ReturnType<typeof given>['mesh'], path = '/', headers: Record<string, string> = {}) =>
  mesh.clock.run(
    Promise.resolve(
      mesh
        .serve({ fetch: () => mesh.fetch(`http://users${path}`) })
        .fetch(new Request(`https://front.example.com${path}`, { headers }), {}, {
          waitUntil() {},
          passThroughOnException() {},
        } as never),
    ),
  )

describe('otlp', () => {
  it('exports a span for the request, for the call beneath it, and for each attempt', async () => {
    const { mesh, sent, exports } = given({ users: [upstream(503, 200)] })
    await served(mesh, '/', { traceparent: TRACEPARENT, tracestate: 'vendor=1' })
    const spans = await sent()
    const [server, call, first, second] = ['2', '1', '3', '3'].map((kind, index) => {
      const ofKind = spans.filter((span) => String(span.kind) === kind)
      return ofKind[index === 3 ? 1 : 0]
    })
    expect(spans).toHaveLength(4)
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set(['4bf92f3577b34da6a3ce929d0e0e4736']))
    expect(server?.parentSpanId).toBe('00f067aa0ba902b7')
    expect(server?.flags).toBe(0x301)
    expect(call?.parentSpanId).toBe(server?.spanId)
    expect(call?.flags).toBe(0x101)
    expect([first?.parentSpanId, second?.parentSpanId]).toEqual([call?.spanId, call?.spanId])
    expect(spans.map(({ traceState }) => traceState)).toEqual(['vendor=1', 'vendor=1', 'vendor=1', 'vendor=1'])
    expect(spans.map(({ name }) => name).sort()).toEqual(['GET', 'GET', 'GET', 'call users'])
    expect(exports.map(({ path }) => path)).toEqual(['/otlp/v1/traces'])
  })

  it('says of each what an operator asks', async () => {
    const users = { endpoints: [upstream(503, 200)], timeouts: { request: '4s' } }
    const { mesh, sent } = given({ users })
    await served(mesh)
    const spans = await sent()
    const [failed, answered] = spans.filter(({ kind }) => kind === 3)
    expect(failed?.values).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': 503,
      'error.type': '503',
      'server.address': 'users',
      'selvedge.service': 'users',
      'selvedge.endpoint': 'users',
      'selvedge.attempt': 1,
      'selvedge.outcome': 'failure',
      'selvedge.blame': 'endpoint',
    })
    expect(failed?.status).toEqual({ code: 2 })
    expect(answered?.values).toMatchObject({ 'selvedge.attempt': 2, 'http.request.resend_count': 1 })
    expect(answered?.status).toEqual({})
    const call = spans.find(({ kind }) => kind === 1)
    expect(call?.values).toMatchObject({
      'server.address': 'users',
      'selvedge.record': 'services/users',
      'selvedge.attempts': 2,
      'selvedge.retries_used': 1,
      'selvedge.outcome': 'success',
    })
    expect(call?.values['selvedge.deadline_left_ms']).toBeLessThanOrEqual(4000)
    expect(spans.find(({ kind }) => kind === 2)?.values).toMatchObject({
      'url.scheme': 'https',
      'server.address': 'front.example.com',
      'server.port': 443,
    })
  })

  it('says why a failed attempt was not retried', async () => {
    const { mesh, sent } = given({ users: { endpoints: [upstream(503)], retry: { attempts: 0 } } })
    await served(mesh)
    const call = (await sent()).find(({ kind }) => kind === 1)
    expect(call?.values).toMatchObject({ 'selvedge.retry_refused': 'attempts', 'selvedge.blame': 'endpoint' })
    expect(call?.status).toEqual({ code: 2 })
  })

  it("has the rule's path as it is written, and never the one that was asked for", async () => {
    const rules = [
      {
        name: 'orders',
        matches: [
          { path: { type: 'PathPrefix', value: '/orders' } },
          { path: { type: 'RegularExpression', value: '/o/[0-9]+' } },
          { path: { type: 'Exact', value: '/orders/all' } },
        ],
      },
      { name: 'rest' },
    ]
    const { mesh, sent, exports } = given({ users: { endpoints: [upstream(200)], rules } })
    for (const path of ['/orders/4711?token=hunter2', '/o/4711', '/orders/all', '/else/4711']) await served(mesh, path)
    const calls = (await sent()).filter(({ kind }) => kind === 1)
    expect(calls.map(({ values }) => [values['selvedge.rule'], values['url.template']])).toEqual([
      ['orders', '/orders/*'],
      ['orders', '/o/[0-9]+'],
      ['orders', '/orders/all'],
      ['rest', undefined],
    ])
    for (const { text } of exports) expect(text).not.toMatch(/4711|hunter2/)
  })

  it('names a request that came to the mesh as a proxy by the path of its rule', async () => {
    const { mesh, sink, sent } = given({})
    const { clock, random, registry } = mesh
    const forward = proxy({ registry, clock, random, sink, fetch: async () => new Response() })
    registry.set(
      'front',
      JSON.stringify({ endpoints: ['https://a.example.com'], rules: [{ matches: [{ path: { value: '/a' } }] }] }),
    )
    const identify = () => ({ name: 'front', path: '/a/1' })
    const request = new Request('https://mesh.example.com/svc/front/a/1')
    await clock.run(forward(request, { trusted: false, defer() {}, identify }))
    const spans = await sent()
    expect(spans.map(({ name }) => name)).toEqual(['GET /a/*', 'call front', 'GET /a/*'])
    expect(spans[2]?.values).toMatchObject({
      'http.route': '/a/*',
      'selvedge.service': 'front',
      'selvedge.rule': 'rules[0]',
    })
    expect(spans[0]?.values).toMatchObject({
      'url.template': '/a/*',
      'url.scheme': 'https',
      'server.address': 'a.example.com',
    })
  })

  it('makes no name of what a stranger called, and counts a 404 as no error', async () => {
    const { mesh, sent } = given({})
    await served(mesh)
    const spans = await sent()
    expect(spans.map(({ name, status }) => [name, status])).toEqual([
      ['call', { code: 2 }],
      ['GET', {}],
    ])
    expect(spans[1]?.values).toMatchObject({ 'http.response.status_code': 404 })
    expect(spans[0]?.values).toMatchObject({ 'selvedge.code': 'service_not_found', 'error.type': 'service_not_found' })
  })

  it('links a hedge to the attempt that it was sent beside', async () => {
    let isSlow = false
    const slow = ({ signal }: Request) =>
      isSlow
        ? new Promise<Response>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
        : new Response('awake')
    const hedged = { endpoints: [slow, () => new Response('quick')], hedge: { delay: '50ms', maxExtraLoad: 100 } }
    const { mesh, sent } = given({ users: hedged })
    const call = () => mesh.clock.run(mesh.fetch('http://users/'))
    // What calls pay for hedges.
    for (let count = 0; count < 20; count++) await call()
    isSlow = true
    await call()
    await call()
    const spans = await sent()
    const hedge = spans.find(({ values }) => values['selvedge.hedge'] === true)
    const [link] = hedge?.links ?? []
    const first = spans.find(({ spanId }) => spanId === link?.spanId)
    expect(first?.values).toMatchObject({ 'selvedge.attempt': 1, 'selvedge.outcome': 'cancelled' })
    expect(first?.parentSpanId).toBe(hedge?.parentSpanId)
    expect(first?.status).toEqual({})
  })

  it('exports a call outside of any request as a trace of its own', async () => {
    const { mesh, sent } = given({ users: upstream(200) })
    await mesh.clock.run(mesh.fetch('http://users/'))
    const [attempt, call] = await sent()
    expect(call?.parentSpanId).toBeUndefined()
    expect(attempt?.parentSpanId).toBe(call?.spanId)
  })
})
