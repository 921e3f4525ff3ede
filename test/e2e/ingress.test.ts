/** The two entrances: what is believed of a caller from outside, what of one inside, and how either is refused. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { call } from '../support/http-client.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

let names = 0

/** Long enough for a machine that has other work, and less than the 15 s of the default deadline. */
const SOON_MS = 10_000

describe('the mesh', () => {
  let upstream: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    upstream = await startUpstream()
    mesh = await startMesh({
      records: {
        users: { endpoints: [upstream.url], retry: { attempts: 0 } },
        hasty: { endpoints: [upstream.url], timeouts: { request: '400ms' }, retry: { attempts: 0 } },
        bad: '{"endpoints":[{"url":7}]}',
      },
    })
  })
  afterEach(() => {
    upstream.override = undefined
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
  })

  /** A service that fails at every try, under a name of its own; retries are free but for the allowance. */
  async function failing(): Promise<{ path: string; name: string; tries: () => number }> {
    const name = `failing-${++names}`
    await mesh.put(name, { endpoints: [upstream.url], retry: { attempts: 2, backoff: '1ms' }, retryConstraint: 'off' })
    upstream.override = (request, response) => {
      request.resume()
      response.writeHead(503).end()
    }
    const before = upstream.seen.length
    return { path: `/svc/${name}`, name, tries: () => upstream.seen.length - before }
  }

  describe('of a caller from outside', () => {
    it('is told nothing that an endpoint says under the prefix of the mesh, but that it failed', async () => {
      const { path } = await failing()
      upstream.override = (_, response) =>
        response
          .writeHead(503, {
            'selvedge-error': 'overloaded',
            'selvedge-retryable': 'false',
            'selvedge-retries-used': '0',
            'selvedge-attempt': '7',
            'selvedge-receipt': 'all',
          })
          .end()
      const { headers } = await mesh.call(path)
      const own = Object.keys(headers).filter((name) => name.startsWith('selvedge-'))
      expect(own.sort()).toEqual(['selvedge-error', 'selvedge-retryable'])
      upstream.override = (_, response) => response.writeHead(200, { 'selvedge-retries-used': '0' }).end('ok')
      const answer = await mesh.call(path)
      expect(answer.status).toBe(200)
      expect(answer.headers).not.toHaveProperty('selvedge-retries-used')
    })

    it('drops what only the mesh may say', async () => {
      const forged = {
        'selvedge-attempt': '7',
        'selvedge-caller': 'admin',
        'selvedge-error': 'internal',
        'selvedge-explain': '1',
        'selvedge-anything': 'x',
        'SELVEDGE-Retries-Used': '3',
      }
      const { headers } = (await mesh.call('/svc/users/', { headers: forged })).json
      expect(headers['selvedge-attempt']).toBe('1')
      const known = new Set(['selvedge-attempt', 'selvedge-timeout-ms', 'selvedge-retry-allowance'])
      expect(Object.keys(headers).filter((name) => name.startsWith('selvedge-') && !known.has(name))).toEqual([])
    })

    it('drops an override, and leaves the rest of the baggage', async () => {
      const headers = { baggage: 'tenant=acme, selvedge-override=users:evil, tier=gold' }
      const { baggage } = (await mesh.call('/svc/users/', { headers })).json.headers
      expect(baggage).toContain('tenant=acme')
      expect(baggage).toContain('tier=gold')
      expect(baggage).not.toContain('selvedge-override')
    })

    it.each([
      ['selvedge-timeout-ms', '120'],
      ['grpc-timeout', '120m'],
      ['connect-timeout-ms', '120'],
      ['x-envoy-upstream-rq-timeout-ms', '120'],
      ['x-envoy-expected-rq-timeout-ms', '120'],
    ])('takes a deadline that shortens: %s', async (name, value) => {
      const answer = await mesh.call('/svc/users/hang', { headers: { [name]: value } })
      expect([answer.status, answer.json.code]).toEqual([504, 'deadline_exceeded'])
      expect(answer.ms).toBeGreaterThan(100)
      expect(answer.ms).toBeLessThan(SOON_MS)
    })

    it.each(['60000', '99999999999', 'soon', ''])('takes none that lengthens, and no nonsense: %s', async (value) => {
      const answer = await mesh.call('/svc/hasty/hang', { headers: { 'selvedge-timeout-ms': value } })
      expect([answer.status, answer.json.code]).toEqual([504, 'deadline_exceeded'])
      expect(answer.ms).toBeGreaterThan(380)
      expect(answer.ms).toBeLessThan(SOON_MS)
    })

    it.each(['0', '-1'])('answers at once where no time is left, and asks no one: %s', async (value) => {
      const before = upstream.seen.length
      const answer = await mesh.call('/svc/users/hang', { headers: { 'selvedge-timeout-ms': value } })
      expect(answer.status).toBe(504)
      expect(answer.ms).toBeLessThan(SOON_MS)
      expect(upstream.seen.length).toBe(before)
    })

    it('passes on only what is left, in our words and in those of the protocol', async () => {
      const grpc = { 'content-type': 'application/grpc', 'grpc-timeout': '9S' }
      const seen = (await mesh.call('/svc/users/', { method: 'POST', headers: grpc })).json.headers
      expect(Number(seen['selvedge-timeout-ms'])).toBeLessThan(9_000)
      expect(Number(seen['selvedge-timeout-ms'])).toBeGreaterThan(5_000)
      expect(seen['grpc-timeout']).toBe(`${seen['selvedge-timeout-ms']}m`)
      const finagle = { 'x-envoy-expected-rq-timeout-ms': '9000' }
      expect((await mesh.call('/svc/users/', { headers: finagle })).json.headers).not.toHaveProperty(
        'x-envoy-expected-rq-timeout-ms',
      )
    })

    it.each([
      ['0', 1],
      ['1', 2],
      ['2', 3],
      ['50', 3],
      // What is there and cannot be read takes the careful meaning.
      ['nonsense', 1],
      [undefined, 3],
    ])('takes an allowance that lessens, none that enlarges: %s', async (allowance, expected) => {
      const { path, tries } = await failing()
      const headers = allowance === undefined ? {} : { 'selvedge-retry-allowance': allowance }
      const answer = await mesh.call(path, { headers })
      expect(tries()).toBe(expected)
      expect(answer.headers['selvedge-retries-used']).toBe(String(expected - 1))
    })

    it('stops what has been round: 508 after 16 hops', async () => {
      const hops = (count: number) => ({ 'cdn-loop': new Array(count).fill('selvedge').join(', ') })
      expect((await mesh.call('/svc/users/', { headers: hops(15) })).status).toBe(200)
      const before = upstream.seen.length
      const answer = await mesh.call('/svc/users/', { headers: hops(16) })
      expect([answer.status, answer.json.code]).toEqual([508, 'loop_detected'])
      expect(upstream.seen.length).toBe(before)
    })
  })

  describe('of a caller inside', () => {
    it('takes the name from the host', async () => {
      const answer = await mesh.callTrusted('users', '/svc/not-a-name?x=1')
      expect(answer.json.url).toBe('/svc/not-a-name?x=1')
    })

    it('takes a deadline', async () => {
      const answer = await mesh.callTrusted('users', '/hang', { headers: { 'selvedge-timeout-ms': '120' } })
      expect([answer.status, answer.json.code]).toEqual([504, 'deadline_exceeded'])
      expect(answer.ms).toBeLessThan(SOON_MS)
    })

    it('takes the allowance that it grants, and settles it', async () => {
      for (const [allowance, expected] of [
        ['0', 1],
        ['1', 2],
      ] as const) {
        const { name, tries } = await failing()
        const answer = await mesh.callTrusted(name, '/', { headers: { 'selvedge-retry-allowance': allowance } })
        expect(tries()).toBe(expected)
        expect(answer.headers['selvedge-retries-used']).toBe(String(expected - 1))
      }
    })

    it('lends what is left of the allowance to those beneath who settle it, but for one of its own', async () => {
      const { name, path } = await failing()
      const headers = { 'selvedge-retry-allowance': '5' }
      const lent = () => Number(upstream.seen.at(-1)?.headers['selvedge-retry-allowance'])
      upstream.override = (_, response) => response.writeHead(200, { 'selvedge-retries-used': '0' }).end()
      for (let i = 0; i < 2; i++) {
        await mesh.callTrusted(name, '/', { headers })
        expect(lent()).toBe(4)
      }
      await mesh.call(path, { headers })
      expect(lent()).toBe(1)
    })

    it('lends nothing to those who do not settle: what they spent would be spent twice', async () => {
      const { name } = await failing()
      upstream.override = (_, response) => response.end()
      const headers = { 'selvedge-retry-allowance': '5' }
      for (let i = 0; i < 2; i++) await mesh.callTrusted(name, '/', { headers })
      expect(upstream.seen.at(-1)?.headers['selvedge-retry-allowance']).toBe('0')
    })

    it('charges what those beneath have used', async () => {
      const { name, tries } = await failing()
      upstream.override = (_, response) => response.writeHead(503, { 'selvedge-retries-used': '2' }).end()
      const answer = await mesh.callTrusted(name, '/', { headers: { 'selvedge-retry-allowance': '2' } })
      expect(tries()).toBeLessThanOrEqual(2)
      expect(Number(answer.headers['selvedge-retries-used'])).toBeLessThanOrEqual(2)
      expect(Number(answer.headers['selvedge-retries-used'])).toBeGreaterThanOrEqual(1)
    })

    it('passes the override on', async () => {
      const headers = { baggage: 'selvedge-override=users:mine' }
      const { baggage } = (await mesh.callTrusted('users', '/', { headers })).json.headers
      expect(baggage).toBe('selvedge-override=users:mine')
    })

    it('passes its priority on', async () => {
      const headers = { 'selvedge-priority': 'critical' }
      expect((await mesh.callTrusted('users', '/', { headers })).json.headers['selvedge-priority']).toBe('critical')
    })
  })

  describe('of a caller inside whose binding has no name', () => {
    const unnamed = (host: string, headers: Record<string, string>) =>
      call(`${mesh.unnamedUrl}/`, { headers: { ...headers, host } })

    it('is settled and traced', async () => {
      const { name, tries } = await failing()
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      const answer = await unnamed(name, { 'selvedge-retry-allowance': '1', traceparent })
      expect(tries()).toBe(2)
      expect(answer.headers['selvedge-retries-used']).toBe('1')
      expect(upstream.seen.at(-1)?.headers.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
    })

    it('is granted no more retries than the record has, whatever it says', async () => {
      const { name } = await failing()
      upstream.override = (_, response) => response.writeHead(200, { 'selvedge-retries-used': '0' }).end()
      for (let i = 0; i < 2; i++) await unnamed(name, { 'selvedge-retry-allowance': '50' })
      expect(upstream.seen.at(-1)?.headers['selvedge-retry-allowance']).toBe('1')
    })

    it('raises nothing, which a stranger may have sent to the Worker that passes it on', async () => {
      const headers = { 'selvedge-priority': 'critical', baggage: 'user=7,selvedge-override=users:mine' }
      const seen = (await unnamed('users', headers)).json.headers
      expect([seen['selvedge-priority'], seen.baggage]).toEqual([undefined, 'user=7'])
      const lower = { 'selvedge-priority': 'sheddable', 'selvedge-timeout-ms': '700' }
      const lowered = (await unnamed('users', lower)).json.headers
      expect(lowered['selvedge-priority']).toBe('sheddable')
      expect(Number(lowered['selvedge-timeout-ms'])).toBeLessThan(700)
    })
  })

  describe('that refuses', () => {
    it('a name that nobody has: 404 problem+json, told in full', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      const answer = await mesh.call('/svc/chekout/1', { headers: { traceparent } })
      expect(answer.status).toBe(404)
      expect(answer.headers).toMatchObject({
        'content-type': 'application/problem+json',
        'selvedge-error': 'service_not_found',
        'proxy-status': expect.stringMatching(/^selvedge; error=destination_not_found/),
        'selvedge-retryable': 'false',
      })
      expect(answer.json).toMatchObject({
        type: 'urn:selvedge:problem:service_not_found',
        title: expect.any(String),
        status: 404,
        detail: expect.stringContaining('chekout'),
        code: 'service_not_found',
        service: 'chekout',
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      })
    })

    it.each(['/', '/users/42', '/svc', '/svc/', '/svc//42', '/svc/not_a_name/', '/svc/a..b/'])(
      'a path on a mesh host that names no service: %s',
      async (path) => {
        const answer = await mesh.call(path)
        expect([answer.status, answer.json.code]).toEqual([400, 'service_not_named'])
        expect(answer.headers['proxy-status']).toMatch(/^selvedge; error=http_request_error/)
      },
    )

    it('a record it does not understand: 500, and to those it believes, where', async () => {
      const answer = await mesh.call('/svc/bad/')
      expect([answer.status, answer.json.code]).toEqual([500, 'record_invalid'])
      expect(JSON.stringify([answer.text, answer.headers])).not.toContain('endpoints')
      const believed = await mesh.callTrusted('bad', '/')
      expect(believed.json.detail).toContain('$.endpoints[0].url')
      expect(believed.json.detail).toContain('7')
    })

    it('its own errors, without a word of the inside to strangers and members without a name, and no password to anyone', async () => {
      const inside = /10\.255|SECRET|hidden|admin|pw-/
      const records = {
        'told-refused': { endpoints: ['https://admin:pw-1@10.255.0.7?x'], hidden: true },
        'told-unbound': { endpoints: [{ binding: 'SECRET_BINDING' }] },
        'told-keyless': {
          endpoints: [{ url: upstream.url, credentials: { type: 'bearer', secret: 'SECRET_KEY' } }],
          retry: { attempts: 0 },
        },
        'told-alias': { alias: 'hidden-name' },
        'told-backend': { rules: [{ name: 'hidden-rule', backendRefs: [{ name: 'hidden-name' }] }] },
        'told-routed': { endpoints: [upstream.url], rules: [{ matches: [{ path: { value: '/hidden' } }] }] },
      }
      for (const [name, record] of Object.entries(records)) await mesh.put(name, record)
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      for (const name of Object.keys(records)) {
        for (const headers of [{}, { 'content-type': 'application/grpc' }, { 'connect-protocol-version': '1' }]) {
          const options = { headers: { traceparent, host: name, ...headers } }
          for (const answer of [await mesh.call('/', options), await call(`${mesh.unnamedUrl}/`, options)]) {
            expect(answer.headers).toHaveProperty('selvedge-error')
            expect(answer.headers['cache-control']).toBe('no-store')
            const told = decodeURIComponent(JSON.stringify([answer.text, answer.headers]))
            expect(told, name).not.toMatch(inside)
            if (Object.keys(headers).length > 0) continue
            expect(answer.headers['x-content-type-options']).toBe('nosniff')
            expect(answer.json).toMatchObject({ service: name, traceId: '4bf92f3577b34da6a3ce929d0e0e4736' })
          }
        }
        const believed = await mesh.callTrusted(name, '/', { headers: { traceparent } })
        expect(JSON.stringify([believed.text, believed.headers])).not.toContain('pw-')
        if (name !== 'told-routed') expect(believed.json.detail).toMatch(inside)
      }
    })

    it('HEAD, without a body', async () => {
      const answer = await mesh.call('/svc/chekout/', { method: 'HEAD' })
      expect([answer.status, answer.body.length]).toEqual([404, 0])
      expect(answer.headers['selvedge-error']).toBe('service_not_found')
    })

    it.each([
      ['application/grpc', '/svc/chekout/pkg.Service/Method', '5', 'service_not_found'],
      ['application/grpc-web+proto', '/svc/chekout/pkg.Service/Method', '5', 'service_not_found'],
      ['application/grpc', '/svc/hasty/hang', '4', 'deadline_exceeded'],
      ['application/grpc+proto', '/svc/users/reset', '14', 'endpoint_unreachable'],
      ['application/grpc', '/svc/bad/x', '13', 'record_invalid'],
    ])('%s in its own words: %s is %s', async (contentType, path, status, code) => {
      const answer = await mesh.call(path, { method: 'POST', headers: { 'content-type': contentType, te: 'trailers' } })
      expect([answer.status, answer.body.length]).toEqual([200, 0])
      expect(answer.headers).toMatchObject({
        'content-type': contentType,
        'grpc-status': status,
        'grpc-message': expect.stringMatching(/\w+/),
        'selvedge-error': code,
      })
      expect(answer.headers['proxy-status']).toMatch(/^selvedge; error=/)
    })

    it('with proxy-status that a structured-field parser takes, whatever the name', async () => {
      const answer = await mesh.call('/svc/bad/')
      expect(answer.headers['proxy-status']).toMatch(
        /^selvedge; error=[a-z_]+(; (received-status=\d{3}|details="([\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"))*$/,
      )
    })
  })
})
