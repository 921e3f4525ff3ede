/** An error that a believed function has read in full, and hands on as its answer: a stranger reads no more of it than of any other. */
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { type MeshVariables, selvedge } from '../../src/hono.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { memoryRegistry } from '../../src/testing.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const ctx = { waitUntil() {}, props: {} } as unknown as ExecutionContext

const INSIDE = 'Endpoint https://10.0.0.7 did not answer.'
const PROBLEM = {
  'content-type': 'application/problem+json',
  'selvedge-error': 'endpoint_unreachable',
  'proxy-status': `selvedge; error=connection_terminated; details="${INSIDE}"`,
  'retry-after': '3',
  'content-length': '999',
  'x-own': 'kept',
}
const handedOn = () => new Response(JSON.stringify({ detail: INSIDE }), { status: 503, headers: PROBLEM })

type Mode = 'Worker' | 'serve' | 'hono'

/** What a caller reads where a function gives this answer. */
async function ask(mode: Mode, answer: () => Response, trusted = false, headers: Record<string, string> = {}) {
  const users = { fetch: async () => answer() }
  const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }], retry: { attempts: 0 } } })
  const options = { registry, env: { USERS: users }, log: 'off' } as const
  const request = new Request('http://users/', { headers: { traceparent, ...headers } })
  if (mode === 'Worker') {
    return proxy(options)(request, { trusted, identify: () => ({ name: 'users', path: '/' }), defer() {} })
  }
  const mesh = createMesh(options)
  if (mode === 'serve') {
    const served = mesh.serve({ fetch: () => mesh.fetch('http://users/') }, { trust: () => trusted })
    return served.fetch(request, {}, ctx)
  }
  const app = new Hono<{ Variables: MeshVariables }>()
  app.use(selvedge(() => mesh))
  app.get('*', (c) => c.var.mesh.fetch('http://users/'))
  return app.request(request, {}, {})
}

const textOf = async (response: Response) => `${await response.text()} ${JSON.stringify([...response.headers])}`

describe.each(['Worker', 'serve', 'hono'] as const)('an error that is handed on, in %s', (mode) => {
  it('is told a stranger anew: its code, and what the caller can do', async () => {
    const response = await ask(mode, handedOn)
    expect(response.status).toBe(503)
    const { headers } = response
    expect(await response.clone().json()).toMatchObject({
      code: 'endpoint_unreachable',
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    })
    expect(await textOf(response)).not.toContain('10.0.0.7')
    expect([headers.get('selvedge-error'), headers.get('retry-after'), headers.get('x-own')]).toEqual([
      'endpoint_unreachable',
      '3',
      'kept',
    ])
    expect(headers.get('content-length')).not.toBe('999')
  })

  it('is told a stranger anew in gRPC, whose status is always 200', async () => {
    const type = { 'content-type': 'application/grpc' }
    const trailers = { ...type, 'grpc-status': '14', 'grpc-message': INSIDE, 'selvedge-error': 'endpoint_unreachable' }
    const response = await ask(mode, () => new Response(null, { headers: trailers }), false, type)
    expect([response.status, response.headers.get('grpc-status')]).toEqual([200, '14'])
    expect(decodeURIComponent(await textOf(response))).not.toContain('10.0.0.7')
  })

  it('leaves what the function says itself as it is', async () => {
    for (const answer of [
      () => new Response(INSIDE, { status: 503 }),
      () => new Response(INSIDE, { status: 503, headers: { 'selvedge-error': 'of-a-later-version' } }),
      () => new Response(INSIDE, { headers: { 'selvedge-error': 'endpoint_unreachable' } }),
    ]) {
      expect(await (await ask(mode, answer)).text()).toBe(INSIDE)
    }
  })

  // The middleware believes nobody.
  if (mode === 'hono') return
  it('passes to a caller that is believed as it came', async () => {
    expect(await textOf(await ask(mode, handedOn, true))).toContain(INSIDE)
  })
})
