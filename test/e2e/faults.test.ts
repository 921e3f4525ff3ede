/** Endpoints that refuse, reset, hang, stall and fail: what the caller sees of it, and what the mesh does about it. */
import { Readable } from 'node:stream'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type FaultProxy, faultProxy } from '../support/fault-proxy.ts'
import type { Answer } from '../support/http-client.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

/** A retry budget remembers, and so does a balancer: every test calls a service that nobody has called before. */
let names = 0

/** Longer than a hang is let to last on a machine that has other work, shorter than the 15 s of the default deadline. */
const SOON_MS = 10_000

describe('a service whose endpoint', () => {
  let upstream: Upstream
  let second: Upstream
  let proxy: FaultProxy
  let mesh: MeshWorker

  beforeAll(async () => {
    upstream = await startUpstream('first')
    second = await startUpstream('second')
    proxy = await faultProxy(upstream.url)
    mesh = await startMesh({
      vars: { MESH_IDLE: '1500ms' },
      bindings: {
        THROWS: `export default { fetch() { throw new Error('a bug of the callee') } }`,
        HANGS: `export default { fetch: () => new Promise((resolve) => setTimeout(resolve, 20_000)) }`,
        STALLS: `export default {
          fetch() {
            const { readable, writable } = new TransformStream()
            const writer = writable.getWriter()
            writer.write(new TextEncoder().encode('first, '))
            setTimeout(() => writer.write(new TextEncoder().encode('second')).then(() => writer.close()), 2500)
            return new Response(readable)
          },
        }`,
      },
    })
  })
  afterEach(async () => {
    await proxy.set('pass')
    upstream.override = undefined
    second.override = undefined
  })
  afterAll(async () => {
    await mesh?.dispose()
    await proxy?.close()
    await upstream?.close()
    await second?.close()
  })

  /** A service with these endpoints, called once or as often as wanted. */
  async function service(endpoints: unknown[], policy: object = {}): Promise<string> {
    const name = `faulty-${++names}`
    await mesh.put(name, { endpoints, ...policy })
    return `/svc/${name}`
  }

  function expectProblem(answer: Answer, status: number, code: string, proxyError: string): void {
    expect(answer.json).toMatchObject({ status, code, type: expect.stringContaining(code) })
    expect(answer.status).toBe(status)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'selvedge-error': code,
      'proxy-status': expect.stringMatching(new RegExp(`^selvedge; error=${proxyError}(;|$)`)),
    })
  }

  describe('is gone', () => {
    it('refuses: 503 endpoint_unreachable', async () => {
      await proxy.set('refuse')
      const path = await service([proxy.url])
      expectProblem(await mesh.call(path), 503, 'endpoint_unreachable', 'connection_terminated')
    })

    it('resets before headers: 503 endpoint_unreachable', async () => {
      const path = await service([upstream.url])
      expectProblem(await mesh.call(`${path}/reset`), 503, 'endpoint_unreachable', 'connection_terminated')
    })

    it('is tried again, as far as the retry budget of a new isolate goes', async () => {
      const path = await service([upstream.url])
      const before = upstream.hits('/reset')
      await mesh.call(`${path}/reset`)
      expect(upstream.hits('/reset') - before).toBe(2)
    })

    it('is said in one member of proxy-status, which claims no status that never came', async () => {
      const path = await service([upstream.url])
      const answer = await mesh.call(`${path}/reset`)
      expect(Number(answer.headers['selvedge-retries-used'])).toBeGreaterThan(0)
      const status = String(answer.headers['proxy-status'])
      expect(status).not.toContain('received-status')
      expect(status.match(/selvedge;/g)).toHaveLength(1)
    })

    it.each(['a body', ''])('is not sent a POST twice, with "%s": it may have worked', async (body) => {
      const path = await service([upstream.url])
      const before = upstream.hits('/reset')
      const answer = await mesh.call(`${path}/reset`, { method: 'POST', body })
      expectProblem(answer, 503, 'endpoint_unreachable', 'connection_terminated')
      expect(upstream.hits('/reset') - before).toBe(1)
    })

    it('resets in the body: the caller sees a broken answer, not a short one', async () => {
      const path = await service([upstream.url])
      await expect(mesh.call(`${path}/reset-body`)).rejects.toThrow(/aborted|ECONNRESET|hang up/)
      // The answer had begun: nothing is sent again.
      expect(upstream.hits('/reset-body')).toBe(1)
    })

    it('ends a chunked body without its last chunk: the caller sees a broken answer', async () => {
      await proxy.set({ halfCloseAfterBytes: 400 })
      const path = await service([proxy.url])
      await expect(mesh.call(`${path}/download?bytes=50000&chunked`)).rejects.toThrow(/aborted|ECONNRESET|hang up/)
    })

    it('comes back, and is served again', async () => {
      const path = await service([proxy.url])
      expect((await mesh.call(path)).status).toBe(200)
      await proxy.set('refuse')
      expect((await mesh.call(path)).status).toBe(503)
      await proxy.set('pass')
      expect((await mesh.call(path)).status).toBe(200)
    })

    it('is a binding that throws: 503 endpoint_unreachable', async () => {
      const path = await service([{ binding: 'THROWS' }])
      expectProblem(await mesh.call(path), 503, 'endpoint_unreachable', 'connection_terminated')
    })

    it('is a binding that this Worker does not have: the mesh says which, to those it believes', async () => {
      const path = await service([{ binding: 'NOWHERE' }])
      const answer = await mesh.call(path)
      expectProblem(answer, 503, 'no_endpoint', 'destination_unavailable')
      expect(JSON.stringify([answer.text, answer.headers])).not.toContain('NOWHERE')
      const believed = await mesh.callTrusted(path.replace('/svc/', ''), '/')
      expect(believed.json.detail).toContain('NOWHERE')
    })
  })

  describe('is slow', () => {
    const short = { timeouts: { request: '300ms' }, retry: { attempts: 0 } }

    it('hangs: 504 deadline_exceeded when the time of the rule is up, and its connection is closed', async () => {
      const path = await service([upstream.url], short)
      const answer = await mesh.call(`${path}/hang`)
      expectProblem(answer, 504, 'deadline_exceeded', 'http_response_timeout')
      expect(answer.ms).toBeGreaterThan(280)
      expect(answer.ms).toBeLessThan(SOON_MS)
      await eventually('the upstream sees its connection closed', () => upstream.seen.at(-1)?.end === 'aborted')
    })

    it('is a black hole: 504 too', async () => {
      await proxy.set('black-hole')
      const path = await service([proxy.url], short)
      expectProblem(await mesh.call(path), 504, 'deadline_exceeded', 'http_response_timeout')
      await eventually('the connection is closed', () => proxy.open === 0)
    })

    it('is a binding that hangs: 504 too', async () => {
      const path = await service([{ binding: 'HANGS' }], short)
      expectProblem(await mesh.call(path), 504, 'deadline_exceeded', 'http_response_timeout')
    })

    it('answers late but in time: the answer is passed', async () => {
      const path = await service([upstream.url], { timeouts: { request: '10s' }, retry: { attempts: 0 } })
      expect((await mesh.call(`${path}/slow?ms=500`)).text).toBe('slow')
    })

    it('drips its headers and body: the answer is passed, whole', async () => {
      const path = await service([proxy.url])
      await proxy.set({ dripBytes: 7, everyMs: 2 })
      expect((await mesh.call(`${path}/42`)).json).toMatchObject({ url: '/42' })
    })

    it('is given up after backendRequest, and another is tried within the time of the whole', async () => {
      const path = await service([proxy.url, second.url], { timeouts: { request: '15s', backendRequest: '500ms' } })
      await proxy.set('black-hole')
      // Two calls: of two endpoints, one of the two is tried first by either.
      for (let i = 0; i < 2; i++) {
        const answer = await mesh.call(path)
        expect(answer.json.upstream).toBe('second')
        expect(answer.ms).toBeLessThan(SOON_MS)
      }
    })

    it('is given up after backendRequest and no other is left: 504 attempt_timed_out', async () => {
      const path = await service([upstream.url], {
        timeouts: { request: '15s', backendRequest: '500ms' },
        retry: { attempts: 0 },
      })
      const answer = await mesh.call(`${path}/hang`)
      expectProblem(answer, 504, 'attempt_timed_out', 'http_response_timeout')
      expect(answer.ms).toBeLessThan(SOON_MS)
    })

    it('is asked with the time that is left, less at the second attempt', async () => {
      const path = await service([upstream.url], { timeouts: { request: '10s' } })
      upstream.override = (_, response) => setTimeout(() => response.writeHead(503).end(), 100)
      await mesh.call(path)
      const [first = 0, again = 0] = upstream.seen
        .slice(-2)
        .map(({ headers }) => Number(headers['selvedge-timeout-ms']))
      expect(first).toBeGreaterThan(7_000)
      expect(first).toBeLessThan(10_000)
      expect(again).toBeGreaterThan(4_000)
      expect(again).toBeLessThanOrEqual(first - 99)
    })

    it.each(['PUT', 'POST'])('waits for a body that does not come: 504 too (%s)', async (method) => {
      const path = await service([upstream.url], short)
      const body = new Readable({ read() {} })
      body.push('the beginning')
      const answer = await mesh.call(`${path}/upload`, { method, body })
      body.push(null)
      expectProblem(answer, 504, 'deadline_exceeded', 'http_response_timeout')
      expect(answer.ms).toBeLessThan(SOON_MS)
      await eventually('nothing runs at the upstream', () => upstream.running === 0)
    })

    it('stalls in the body: cut off after MESH_IDLE, not after the deadline', async () => {
      const path = await service([upstream.url], { timeouts: { request: '1s' } })
      const startedAt = performance.now()
      await expect(mesh.call(`${path}/stall`)).rejects.toThrow(/aborted|ECONNRESET|hang up/)
      expect(performance.now() - startedAt).toBeGreaterThan(1_400)
      expect(performance.now() - startedAt).toBeLessThan(SOON_MS)
      // workerd says so, for want of another who could be told: the answer had begun.
      await eventually('it is said', () =>
        mesh.said.some((line) => line.includes('The stream was silent for 1500 ms.')),
      )
      await eventually('the upstream sees its connection closed', () => upstream.seen.at(-1)?.end === 'aborted')
    })

    it('streams for longer than its deadline and than MESH_IDLE, never idle: all of it is passed', async () => {
      const path = await service([upstream.url], { timeouts: { request: '1s' } })
      const answer = await mesh.call(`${path}/chunked?chunks=20&ms=100`)
      expect(answer.text.split('\n').length).toBe(21)
      expect(answer.ms).toBeGreaterThan(1_700)
    })

    it('is a binding that pauses longer than MESH_IDLE: its own affair', async () => {
      const path = await service([{ binding: 'STALLS' }], { timeouts: { request: '1s' } })
      expect((await mesh.call(path)).text).toBe('first, second')
    })
  })

  describe('fails', () => {
    const answering = (code: number, headers: Record<string, string> = {}): Upstream['override'] => {
      return (request, response) => {
        request.resume()
        response.writeHead(code, headers).end(`${code} as it came`)
      }
    }

    it('with 503, beside one that does not: clients do not notice', async () => {
      upstream.override = answering(503)
      const path = await service([upstream.url, second.url])
      const before = upstream.seen.length
      for (let i = 0; i < 60; i++) {
        const answer = await mesh.call(`${path}/${i}`)
        expect([answer.status, answer.json.upstream]).toEqual([200, 'second'])
      }
      // It was tried, and then rather not.
      expect(upstream.seen.length - before).toBeGreaterThanOrEqual(1)
      expect(upstream.seen.length - before).toBeLessThan(20)
    })

    it('and is avoided when it is unreachable too', async () => {
      await proxy.set('refuse')
      const path = await service([proxy.url, second.url])
      for (let i = 0; i < 30; i++) expect((await mesh.call(path)).json.upstream).toBe('second')
    })

    it('as often in a row as is written: it is not asked again, not even where the other one fails', async () => {
      await proxy.set('refuse')
      const path = await service([proxy.url, second.url], {
        outlierDetection: { consecutive: 1, baseEjection: '1m' },
        retryConstraint: 'off',
      })
      // Of two that nobody knows, one of the first two calls asks the first.
      for (let i = 0; i < 2; i++) expect((await mesh.call(path)).json.upstream).toBe('second')
      await proxy.set('pass')
      second.override = answering(503)
      const before = upstream.seen.length
      expect((await mesh.call(path)).status).toBe(503)
      expect(upstream.seen.length - before).toBe(0)
    })

    it('and recovers: it is asked again when its time is up', async () => {
      await proxy.set('refuse')
      const path = await service([proxy.url, second.url], {
        outlierDetection: { consecutive: 1, baseEjection: '100ms', maxEjection: '100ms' },
        retryConstraint: 'off',
      })
      for (let i = 0; i < 2; i++) expect((await mesh.call(path)).json.upstream).toBe('second')
      await proxy.set('pass')
      second.override = answering(503)
      await eventually('the first answers', async () => (await mesh.call(path)).status === 200)
      for (let i = 0; i < 10; i++) expect((await mesh.call(path)).json.upstream).toBe('first')
    })

    it('until retries run out: the last answer is passed as it came', async () => {
      upstream.override = answering(503, { 'x-upstream-said': 'so', 'retry-after': '0' })
      const path = await service([upstream.url])
      const before = upstream.seen.length
      const answer = await mesh.call(path)
      expect([answer.status, answer.text]).toEqual([503, '503 as it came'])
      expect(answer.headers).toMatchObject({ 'x-upstream-said': 'so', 'retry-after': '0' })
      expect(answer.headers).not.toHaveProperty('selvedge-error')
      expect(answer.headers['proxy-status']).toMatch(/^selvedge; received-status=503; details="2 attempts/)
      expect(upstream.seen.length - before).toBe(2)
    })

    it('and the answer says how many retries were used', async () => {
      let calls = 0
      upstream.override = (request, response) => answering(++calls === 1 ? 503 : 200)?.(request, response)
      const path = await service([upstream.url])
      const answer = await mesh.call(path)
      expect(answer.status).toBe(200)
      expect(answer.headers['selvedge-retries-used']).toBe('1')
      expect(upstream.seen.slice(-2).map(({ headers }) => headers['selvedge-attempt'])).toEqual(['1', '2'])
    })

    it('and what was granted is told downstream: two at the edge, one less after a retry', async () => {
      let calls = 0
      upstream.override = (request, response) => answering(++calls === 1 ? 503 : 200)?.(request, response)
      const path = await service([upstream.url])
      await mesh.call(path)
      const granted = upstream.seen.slice(-2).map(({ headers }) => Number(headers['selvedge-retry-allowance']))
      expect(granted.length).toBe(2)
      for (const retries of granted) expect(retries).toBeLessThanOrEqual(2)
      expect(granted[1]).toBeLessThanOrEqual(1)
    })

    it('without retryConstraint, as often as attempts allow', async () => {
      upstream.override = answering(503)
      const path = await service([upstream.url], { retry: { attempts: 2, backoff: '1ms' }, retryConstraint: 'off' })
      const before = upstream.seen.length
      await mesh.call(path)
      expect(upstream.seen.length - before).toBe(3)
    })

    it.each([500, 501, 404, 429])('with %d: not a code that is tried again', async (code) => {
      upstream.override = answering(code)
      const path = await service([upstream.url])
      const before = upstream.seen.length
      expect((await mesh.call(path)).status).toBe(code)
      expect(upstream.seen.length - before).toBe(1)
    })

    it('with a code that its record names: tried again', async () => {
      let calls = 0
      upstream.override = (request, response) => answering(++calls === 1 ? 425 : 200)?.(request, response)
      const path = await service([upstream.url], { retry: { codes: [425] } })
      expect((await mesh.call(path)).status).toBe(200)
    })

    it('saying that it must not be sent again: it is not', async () => {
      upstream.override = answering(503, { 'selvedge-retryable': 'false' })
      const path = await service([upstream.url])
      const before = upstream.seen.length
      await mesh.call(path)
      expect(upstream.seen.length - before).toBe(1)
    })

    it('at a POST: sent once, but again with an idempotency key, body and all', async () => {
      let calls = 0
      upstream.override = (request, response) => {
        if (++calls % 2 === 1) return answering(503)?.(request, response)
        const chunks: Buffer[] = []
        request.on('data', (chunk) => chunks.push(chunk)).on('end', () => response.end(Buffer.concat(chunks)))
        request.resume()
      }
      const options = { method: 'POST', body: 'x'.repeat(60_000) }
      const once = await mesh.call(await service([upstream.url]), options)
      expect(once.status).toBe(503)
      calls = 0
      const headers = { 'idempotency-key': '"7"' }
      const twice = await mesh.call(await service([upstream.url]), { ...options, headers })
      expect(twice.status).toBe(200)
      expect(twice.text).toBe(options.body)
    })

    it('at a POST without a body: sent once all the same', async () => {
      upstream.override = answering(503)
      const path = await service([upstream.url])
      const before = upstream.seen.length
      expect((await mesh.call(path, { method: 'POST' })).status).toBe(503)
      expect(upstream.seen.length - before).toBe(1)
    })

    it('at a body too large to keep: sent once', async () => {
      upstream.override = answering(503)
      const path = await service([upstream.url])
      const before = upstream.seen.length
      const answer = await mesh.call(path, { method: 'PUT', body: Buffer.alloc(100_000) })
      expect(answer.status).toBe(503)
      expect(upstream.seen.length - before).toBe(1)
    })
  })

  it('is the mesh itself, without end: 508 loop_detected after 16 hops', async () => {
    const name = `faulty-${++names}`
    await mesh.put(name, { endpoints: [`${mesh.url}/svc/${name}`], retry: { attempts: 0 } })
    const answer = await mesh.call(`/svc/${name}`)
    expectProblem(answer, 508, 'loop_detected', 'proxy_loop_detected')
  })
})
