/** What is told of an error in all three modes: strangers read what they can do, callers that are believed and the log what happened. */
import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type MeshVariables, selvedge } from '../../src/hono.ts'
import { createMesh } from '../../src/index.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import type { LogLine } from '../../src/telemetry/log.ts'
import { MeshError, memoryRegistry } from '../../src/testing.ts'
import { quickClock } from '../support/upstream.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const REVISION = '42'
/** Of these strangers read nothing, and of the password nobody does. */
const INSIDE = /10\.0\.0\.7|SECRET_|hidden|said-inside|\/v1|7777|password/
const PASSWORD = /password/

const once = { retry: { attempts: 0 } }
const RECORDS: Record<string, object> = {
  address: { ...once, endpoints: ['https://10.0.0.7/v1'] },
  thrower: { ...once, endpoints: [{ binding: 'SECRET_THROWS' }] },
  unbound: { endpoints: [{ binding: 'SECRET_BINDING' }] },
  keyless: { endpoints: [{ url: 'https://10.0.0.7', credentials: { type: 'bearer', secret: 'SECRET_KEY' } }] },
  refused: { endpoints: ['https://admin:password@10.0.0.7/v1'], hidden: 'https://token-password@hidden' },
  alias: { alias: 'hidden-name' },
  circle: { alias: ['hidden-circle'] },
  'hidden-circle': { alias: 'circle' },
  backend: { rules: [{ name: 'hidden-rule', backendRefs: [{ name: 'hidden-name' }] }] },
  routed: { endpoints: ['https://10.0.0.7'], rules: [{ matches: [{ path: { value: '/hidden' } }] }] },
  slow: { ...once, endpoints: ['https://10.0.0.7/slow'], timeouts: { backendRequest: '7777ms' } },
  full: { endpoints: ['https://10.0.0.7/v1'], limits: { maxInFlight: 1 } },
  object: { endpoints: [{ object: { binding: 'SECRET_ROOMS', key: 'header:x-hidden' } }] },
}

const CODES: Record<string, string> = {
  address: 'endpoint_unreachable',
  thrower: 'endpoint_unreachable',
  unbound: 'no_endpoint',
  keyless: 'credential_failed',
  refused: 'record_invalid',
  alias: 'service_not_found',
  circle: 'loop_detected',
  backend: 'backend_not_found',
  routed: 'route_not_found',
  slow: 'attempt_timed_out',
  object: 'object_not_named',
  unread: 'registry_unavailable',
}
const NAMES = Object.keys(CODES)
/** A record was obeyed, or the first of several. */
const hasRevision = (name: string) => !['refused', 'alias', 'circle', 'unread'].includes(name)

function given() {
  const lines: LogLine[] = []
  const clock = quickClock()
  const memory = memoryRegistry()
  for (const [name, record] of Object.entries(RECORDS)) memory.set(name, record, REVISION)
  const registry: typeof memory = {
    ...memory,
    async read(keys) {
      if (keys[0] === 'services/unread') throw new Error('KV at https://admin:password@10.0.0.7 said-inside')
      return memory.read(keys)
    },
  }
  const failing = async () => {
    throw Object.assign(new Error('said-inside: https://admin:password@10.0.0.7 is down'), { remote: true })
  }
  const options = {
    registry,
    clock,
    env: { SECRET_THROWS: { fetch: failing }, SECRET_ROOMS: { idFromName: () => '', get: () => ({ fetch: failing }) } },
    log: (line: LogLine) => void lines.push(line),
    fetch: ((url: string, init: RequestInit) =>
      url.includes('/slow')
        ? new Promise((_, reject) => init.signal?.addEventListener('abort', () => reject(init.signal?.reason)))
        : failing()) as typeof fetch,
  }
  return { lines, clock, options }
}

type Mode = 'Worker' | 'serve' | 'hono'

/** What a caller is answered that asks for this service, by whatever way. */
async function ask(mode: Mode, name: string, trusted = false, headers: Record<string, string> = {}) {
  const { lines, clock, options } = given()
  const request = new Request(`http://${name}/a`, { headers: { traceparent, ...headers } })
  const response = await clock.run(answer())
  const text = await response.text()
  return { response, lines, text, told: `${text} ${decodeURIComponent(JSON.stringify([...response.headers]))}` }

  function answer(): Promise<Response> {
    if (mode === 'Worker') {
      const identify = () => ({ name, path: '/a' })
      return proxy(options)(request, { trusted, identify, defer() {} })
    }
    const mesh = createMesh(options)
    if (mode === 'serve') {
      const served = mesh.serve({ fetch: () => mesh.fetch(`http://${name}/a`) }, { trust: () => trusted })
      return Promise.resolve(served.fetch(request, {}, { waitUntil() {}, props: {} } as unknown as ExecutionContext))
    }
    const app = new Hono<{ Variables: MeshVariables }>()
    app.use(selvedge(() => mesh))
    app.get('*', (c) => c.var.mesh.fetch(`http://${name}/a`))
    return Promise.resolve(app.request(request, {}, {}))
  }
}

// hono tells its console of what no handler has caught.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe.each(['Worker', 'serve', 'hono'] as const)('an error in %s', (mode) => {
  it.each(NAMES)('tells a stranger code, service, revision and trace, and nothing of the inside: %s', async (name) => {
    const { response, text, told, lines } = await ask(mode, name)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const problem = JSON.parse(text)
    expect(problem).toMatchObject({ code: CODES[name], service: name, traceId: TRACE_ID })
    expect(problem.revision).toBe(hasRevision(name) ? REVISION : undefined)
    expect(told).not.toMatch(INSIDE)
    // It is told once, though a handler handed it on.
    const errors = lines.filter(({ event }) => event === 'error')
    expect(errors).toMatchObject([{ code: CODES[name], service: name, traceId: TRACE_ID, message: expect.any(String) }])
    expect(JSON.stringify(lines)).not.toMatch(PASSWORD)
  })

  // The middleware believes nobody.
  if (mode !== 'hono')
    it.each(NAMES)('tells a caller that is believed what the log is told: %s', async (name) => {
      const { told, text, lines } = await ask(mode, name, true)
      const { message = '' } = lines.find(({ event }) => event === 'error') ?? {}
      expect(JSON.parse(text).detail).toContain(message)
      if (name !== 'routed') expect(told).toMatch(INSIDE)
      expect(told).not.toMatch(PASSWORD)
    })

  it.each([
    ['gRPC', { 'content-type': 'application/grpc' }],
    ['gRPC-Web', { 'content-type': 'application/grpc-web+proto' }],
    ['Connect', { 'connect-protocol-version': '1' }],
    ['a stream of Connect', { 'content-type': 'application/connect+json' }],
  ])('tells a stranger nothing more in %s', async (_, headers) => {
    for (const name of NAMES) expect((await ask(mode, name, false, headers)).told, name).not.toMatch(INSIDE)
  })
})

describe('an error of the library', () => {
  it.each(NAMES)('says service, revision and trace of the call that failed, and the log has them: %s', async (name) => {
    const { lines, clock, options } = given()
    const mesh = createMesh({ ...options, name: 'shop' })
    const request = new Request('http://front/', { headers: { traceparent } })
    for (const [fetch, traceId] of [
      [mesh.for(request).fetch, TRACE_ID],
      [mesh.fetch, expect.stringMatching(/^[0-9a-f]{32}$/)],
    ] as const) {
      const error = await clock.run(fetch(`http://${name}/a`).catch((error: unknown) => error))
      expect(error).toBeInstanceOf(MeshError)
      expect(error).toMatchObject({ code: CODES[name], service: name, traceId })
      expect((error as MeshError).revision).toBe(hasRevision(name) ? REVISION : undefined)
      expect((error as MeshError).message).not.toMatch(PASSWORD)
      await clock.advance(2000)
    }
    const errors = lines.filter(({ event }) => event === 'error')
    expect(errors).toMatchObject([
      { code: CODES[name], service: name, caller: 'shop', traceId: TRACE_ID },
      { code: CODES[name], service: name, caller: 'shop' },
    ])
    expect(JSON.stringify(lines)).not.toMatch(PASSWORD)
  })

  it('keeps one trace for all attempts of a call, and for all calls of a request', async () => {
    const { clock, options } = given()
    const traces: string[] = []
    const mesh = createMesh({
      ...options,
      registry: memoryRegistry({ users: { endpoints: ['https://users.example.com'], retryConstraint: 'off' } }),
      fetch: (async (_: string, { headers }: RequestInit) => {
        traces.push(new Headers(headers).get('traceparent')?.slice(3, 35) ?? '')
        return new Response(null, { status: 503 })
      }) as typeof fetch,
    })
    await clock.run(mesh.fetch('http://users/'))
    expect(traces).toHaveLength(3)
    expect(new Set(traces).size).toBe(1)
    const call = mesh.for(new Request('http://front/'))
    await clock.run(call.fetch('http://users/'))
    await clock.run(call.fetch('http://users/'))
    expect(traces).toHaveLength(9)
    expect(new Set(traces).size).toBe(2)
  })
})
