import { describe, expect, it } from 'vitest'
import { createMesh, MeshError } from '../../src/index.ts'
import { createTestMesh, memoryRegistry, virtualClock } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { connectionLost, quickClock, upstream, withHeaders } from '../support/upstream.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

describe('mesh.fetch', () => {
  it('calls a service by its name, with method, path, query, headers and body', async () => {
    const users = upstream(async (request) => Response.json({ said: await request.text() }, { status: 201 }))
    const mesh = createTestMesh({ users })
    const response = await mesh.clock.run(
      mesh.fetch('http://users/42?x=1&y=%20', { method: 'PUT', body: 'tea', headers: { 'x-kind': 'green' } }),
    )
    expect(response.status).toBe(201)
    expect(await response.json()).toEqual({ said: 'tea' })
    const [request] = users.requests
    expect(request?.url).toBe('http://users/42?x=1&y=%20')
    expect(request?.method).toBe('PUT')
    expect(request?.headers.get('x-kind')).toBe('green')
  })

  it('takes what a fetch takes: text, a URL, a Request', async () => {
    const users = upstream(200)
    const mesh = createTestMesh({ users })
    for (const input of ['http://users/1', new URL('http://users/2'), new Request('http://users/3')]) {
      expect((await mesh.clock.run(mesh.fetch(input))).status).toBe(200)
    }
    expect(users.requests.map(({ url }) => url)).toEqual(['http://users/1', 'http://users/2', 'http://users/3'])
  })

  it('can be passed around without its mesh', async () => {
    const { fetch, clock } = createTestMesh({ users: () => new Response('here') })
    expect(await (await clock.run(fetch('http://users/'))).text()).toBe('here')
  })

  it('knows a name in the domain of the mesh, in any letter case and with any port', async () => {
    const users = upstream(200)
    const mesh = createTestMesh({ users })
    for (const url of ['http://users.mesh/', 'http://USERS/', 'http://users:8080/', 'https://users/']) {
      expect((await mesh.clock.run(mesh.fetch(url))).status).toBe(200)
    }
    expect(users.requests).toHaveLength(4)
  })

  it('sends to a URL endpoint, under its path, and tells it which name was called', async () => {
    const sent: { url: string; init: RequestInit }[] = []
    const clock = virtualClock()
    const mesh = createMesh({
      registry: memoryRegistry({ users: 'https://users.example.com/v1/' }),
      clock,
      fetch: async (url, init) => {
        sent.push({ url: url as string, init: init as RequestInit })
        return new Response('far')
      },
    })
    expect(await (await clock.run(mesh.fetch('http://users/42?x=1'))).text()).toBe('far')
    expect(sent[0]?.url).toBe('https://users.example.com/v1/42?x=1')
    expect(new Headers(sent[0]?.init.headers as HeadersInit).get('x-forwarded-host')).toBe('users')
    expect(sent[0]?.init.redirect).toBe('manual')
  })

  it('gives the answer of the service as it is, whatever its status', async () => {
    const mesh = createTestMesh({
      users: () => new Response('no such user', { status: 404, headers: { 'x-from': 'users', etag: '"7"' } }),
    })
    const response = await mesh.clock.run(mesh.fetch('http://users/0'))
    expect(response.status).toBe(404)
    expect(response.headers.get('etag')).toBe('"7"')
    expect(response.headers.get('selvedge-error')).toBeNull()
    expect(response.headers.get('proxy-status')).toBeNull()
    expect(await response.text()).toBe('no such user')
  })

  it('hands a redirect to the caller', async () => {
    const mesh = createTestMesh({ users: withHeaders(302, { location: 'http://elsewhere/' }) })
    const response = await mesh.clock.run(mesh.fetch('http://users/'))
    expect(response.status).toBe(302)
    expect(response.headers.get('location')).toBe('http://elsewhere/')
  })

  it('hides a lost connection and a 503', async () => {
    const users = upstream(200, connectionLost(), 200, 503, 200)
    const mesh = createTestMesh({ users })
    await mesh.clock.run(mesh.fetch('http://users/'))
    expect((await mesh.clock.run(mesh.fetch('http://users/'))).status).toBe(200)
    expect((await mesh.clock.run(mesh.fetch('http://users/'))).status).toBe(200)
    expect(users.requests.map(({ headers }) => headers.get('selvedge-attempt'))).toEqual(['1', '1', '2', '1', '2'])
  })

  it('returns the last answer when retries run out', async () => {
    let calls = 0
    const users = () => new Response(`no ${++calls}`, { status: 503 })
    const record = { endpoints: [users], retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record })
    const response = await mesh.clock.run(mesh.fetch('http://users/'))
    expect(response.status).toBe(503)
    expect(await response.text()).toBe('no 3')
  })

  it.each([
    ['http://nobody/', 'service_not_found', 'nobody'],
    ['http://no_name/', 'service_not_named', 'no_name'],
  ])('rejects with a MeshError where the mesh failed the call: %s', async (url, code, word) => {
    const mesh = createTestMesh({})
    const error = await failureOf(mesh.clock.run(mesh.fetch(url)))
    expect(error).toBeInstanceOf(MeshError)
    expect(error.code).toBe(code)
    expect(error.message).toContain(word)
  })

  it('says which endpoint did not answer, and keeps the cause', async () => {
    const cause = connectionLost()
    const mesh = createTestMesh({ users: upstream(cause) })
    const error = await failureOf(mesh.clock.run(mesh.fetch('http://users/')))
    expect(error.code).toBe('endpoint_unreachable')
    expect(error.message).toContain('binding:SERVICE_0')
    expect(error.cause).toBe(cause)
  })

  it('says that a binding is missing', async () => {
    const clock = virtualClock()
    const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }] } })
    const mesh = createMesh({ registry, clock, env: {}, log: 'off' })
    expect((await failureOf(clock.run(mesh.fetch('http://users/')))).code).toBe('no_endpoint')
  })

  it('follows an edit of the registry without a restart, and fails no request meanwhile', async () => {
    const clock = quickClock()
    const before = upstream(() => new Response('before'))
    const after = upstream(() => new Response('after'))
    const env = { BEFORE: asBinding(before), AFTER: asBinding(after) }
    const registry = memoryRegistry({ users: { endpoints: [{ binding: 'BEFORE' }] } })
    const mesh = createMesh({ registry, env, clock, log: 'off' })
    const answers: string[] = []
    for (let second = 0; second < 12; second++) {
      if (second === 3) registry.set('users', { endpoints: [{ binding: 'AFTER' }] })
      answers.push(await (await clock.run(mesh.fetch('http://users/'))).text())
      await clock.advance(1000)
    }
    expect(answers.slice(0, 4)).toEqual(['before', 'before', 'before', 'before'])
    // Fresh for 5 s, then one more answer while the record is read again.
    expect(answers.slice(7)).toEqual(['after', 'after', 'after', 'after', 'after'])
  })

  it('starts a trace where there is none, with a span an attempt', async () => {
    const users = upstream(503, 200)
    const mesh = createTestMesh({ users })
    await mesh.clock.run(mesh.fetch('http://users/'))
    const spans = mesh.spans()
    expect(spans.map(({ kind, attempt, status }) => ({ kind, attempt, status }))).toEqual([
      { kind: 'client', attempt: 1, status: 503 },
      { kind: 'client', attempt: 2, status: 200 },
    ])
    const told = users.requests.map(({ headers }) => headers.get('traceparent'))
    expect(told).toEqual(spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-03`))
  })
})

describe('mesh.for', () => {
  const incoming = (headers: Record<string, string>) => new Request('http://front/', { headers })

  it('carries deadline, trace and hops of the request that is being served', async () => {
    const users = upstream(200)
    const mesh = createTestMesh({ users })
    const headers = { traceparent, tracestate: 'vendor=1', 'selvedge-timeout-ms': '700', 'cdn-loop': 'selvedge' }
    const call = mesh.for(incoming(headers))
    await mesh.clock.advance(100)
    await mesh.clock.run(call.fetch('http://users/'))
    const sent = users.requests[0]?.headers
    expect(sent?.get('selvedge-timeout-ms')).toBe('595')
    expect(sent?.get('traceparent')).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
    expect(sent?.get('traceparent')).not.toBe(traceparent)
    expect(sent?.get('tracestate')).toBe('vendor=1')
    expect(sent?.get('cdn-loop')).toBe('selvedge, selvedge')
    expect(mesh.spans()[0]?.parentId).toBe('00f067aa0ba902b7')
  })

  it('believes of a stranger only what takes away', async () => {
    const granted = async (header: string, trusted: boolean) => {
      const users = upstream(200)
      const mesh = createTestMesh({ users })
      const call = mesh.for(incoming({ 'selvedge-retry-allowance': header }), undefined, { trusted })
      await mesh.clock.run(call.fetch('http://users/'))
      return users.requests[0]?.headers.get('selvedge-retry-allowance')
    }
    // The rule allows two.
    expect(await granted('9', false)).toBe('2')
    expect(await granted('9', true)).toBe('9')
    expect(await granted('1', false)).toBe('1')
  })

  it('settles an answer with what was used on behalf of the request', async () => {
    const users = upstream(503, 200)
    const mesh = createTestMesh({ users })
    const call = mesh.for(incoming({ 'selvedge-retry-allowance': '2' }))
    await mesh.clock.run(call.fetch('http://users/'))
    expect(call.settle(new Response()).headers.get('selvedge-retries-used')).toBe('1')
    const other = mesh.for(incoming({}))
    const untouched = new Response()
    expect(other.settle(untouched)).toBe(untouched)
  })

  it('ends with the request: when its client leaves, what was called is aborted', async () => {
    const users = upstream(() => new Promise(() => {}))
    const mesh = createTestMesh({ users })
    const controller = new AbortController()
    const call = mesh.for(new Request('http://front/', { signal: controller.signal }))
    void call.fetch('http://users/').catch(() => {})
    await mesh.clock.advance(10)
    controller.abort()
    expect(users.requests[0]?.signal.aborted).toBe(true)
  })

  it('gives what outlives the answer to waitUntil', async () => {
    const deferred: Promise<unknown>[] = []
    const mesh = createTestMesh({ users: () => new Response() })
    const lifetime = { waitUntil: (work: Promise<unknown>) => void deferred.push(work) }
    const call = mesh.for(incoming({}), lifetime)
    await mesh.clock.run(call.fetch('http://users/'))
    expect(deferred).toHaveLength(0)
    await mesh.clock.advance(6000)
    await mesh.clock.run(call.fetch('http://users/'))
    // The record was read again, after it was used.
    expect(deferred).toHaveLength(1)
    await deferred[0]
  })
})

describe('createMesh', () => {
  it('says what is wrong with its options', () => {
    expect(() => createMesh({ registry: memoryRegistry(), maxHops: 33 })).toThrow(/maxHops/)
    expect(() => createMesh({} as never)).toThrow(/registry/)
  })

  it('keeps two meshes apart', async () => {
    const one = createTestMesh({ users: () => new Response('one') })
    const other = createTestMesh({ users: () => new Response('other') })
    expect(await (await one.clock.run(one.fetch('http://users/'))).text()).toBe('one')
    expect(await (await other.clock.run(other.fetch('http://users/'))).text()).toBe('other')
    expect(one.spans()).toHaveLength(1)
  })
})

function asBinding(handler: (request: Request) => Promise<Response>) {
  return { fetch: (url: string, init: RequestInit) => handler(new Request(url, init)) }
}
