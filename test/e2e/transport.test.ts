/** What passes through the mesh untouched, what is added, and what does not travel: URL and service binding endpoints. */
import { Agent, request } from 'node:http'
import { Readable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '../support/http-client.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { gzipped, plain, startUpstream, type Upstream } from '../support/servers.ts'

/** A bound Worker that answers with what it was asked, and with headers that are for its connection alone. */
const boundEcho = `
  export default {
    async fetch(request) {
      const { pathname } = new URL(request.url)
      if (pathname === '/redirect') return new Response(null, { status: 302, headers: { location: '/elsewhere' } })
      if (pathname === '/teapot') return new Response('short and stout', { status: 418 })
      if (pathname === '/cookies') {
        const headers = new Headers()
        for (const cookie of ['a=1', 'b=2']) headers.append('set-cookie', cookie)
        return new Response(null, { headers })
      }
      const { method, url, headers } = request
      const body = await request.text()
      return Response.json({ method, url, headers: Object.fromEntries(headers), body }, {
        headers: { connection: 'x-inner', 'x-inner': '1', 'keep-alive': 'timeout=7', 'x-outer': '1' },
      })
    },
  }`

describe('the mesh in front of', () => {
  let upstream: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    upstream = await startUpstream()
    mesh = await startMesh({
      records: {
        users: upstream.url,
        'users.shop': upstream.url,
        based: { endpoints: [{ url: `${upstream.url}/v1/` }] },
        alias: { alias: 'users' },
        bound: { endpoints: [{ binding: 'BOUND' }] },
      },
      bindings: { BOUND: boundEcho },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
  })

  describe('names', () => {
    it('reaches a name said in the path of a mesh host', async () => {
      const answer = await mesh.call('/svc/users/42?x=1')
      expect(answer.status).toBe(200)
      expect(answer.json).toMatchObject({ method: 'GET', url: '/42?x=1' })
    })

    it.each(['users', 'Users', 'USERS:8787', 'users.mesh', 'users.mesh:80'])(
      'reaches a name said as Host: %s',
      async (host) => {
        const answer = await mesh.call('/42?x=1', { headers: { host } })
        expect(answer.json).toMatchObject({ url: '/42?x=1' })
      },
    )

    it('reaches a name of several labels, as Host and in the path', async () => {
      expect((await mesh.call('/a', { headers: { host: 'users.shop' } })).json.url).toBe('/a')
      expect((await mesh.call('/svc/users.shop/a')).json.url).toBe('/a')
    })

    it('takes the root where nothing follows the name', async () => {
      expect((await mesh.call('/svc/users')).json.url).toBe('/')
      expect((await mesh.call('/svc/users/')).json.url).toBe('/')
      expect((await mesh.call('/svc/users?x=1')).json.url).toBe('/?x=1')
    })

    it.each(['/a%2Fb', '/a//b/', '/a?x=%20&y=+&z', '/%C3%A4?%C3%B6', '/a;b=c/,d', "/it's(a)*path!"])(
      'leaves the spelling of path and query alone: %s',
      async (path) => {
        expect((await mesh.call(`/svc/users${path}`)).json.url).toBe(path)
      },
    )

    it('puts the path of the endpoint before that of the request', async () => {
      expect((await mesh.call('/svc/based/42?x=1')).json.url).toBe('/v1/42?x=1')
    })

    it('follows an alias', async () => {
      expect((await mesh.call('/svc/alias/42')).json.url).toBe('/42')
    })

    it('answers for its own health, and forwards nothing under /-/', async () => {
      const health = await mesh.call('/-/healthz')
      expect(health.status).toBe(200)
      const before = upstream.seen.length
      for (const path of ['/-/api/v1/schema', '/-/api/v1/services', '/-/nothing', '/-/'])
        expect((await mesh.call(path)).status).toBe(404)
      expect(upstream.seen.length).toBe(before)
    })

    it('forwards /-/ where the host is a service: it is reserved on mesh hosts only', async () => {
      expect((await mesh.call('/-/healthz', { headers: { host: 'users' } })).json).toMatchObject({ url: '/-/healthz' })
    })
  })

  describe('requests', () => {
    it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])('passes %s', async (method) => {
      expect((await mesh.call('/svc/users/m', { method })).json.method).toBe(method)
    })

    it.each(['/../x', '/%2e%2e/x', '/a/..%2f../x', '/a/.%2E/.%2e/x', '/..\\x', '/a/../../x'])(
      'never leaves the path of the endpoint: %s',
      async (path) => {
        for (const host of ['127.0.0.1', 'based']) {
          const before = upstream.seen.length
          const answer = await mesh.call(host === 'based' ? path : `/svc/based${path}`, { headers: { host } })
          expect([200, 400]).toContain(answer.status)
          for (const { path } of upstream.seen.slice(before)) expect(path, host).toMatch(/^\/v1\//)
        }
      },
    )

    it.each(['GET', 'HEAD', 'DELETE', 'POST'])('passes a %s that says it has no content', async (method) => {
      const answer = await mesh.call('/svc/users/empty', { method, headers: { 'content-length': '0' } })
      expect(answer.status).toBe(200)
      expect(upstream.seen.at(-1)).toMatchObject({ method, path: '/empty', received: 0 })
    })

    it('passes the content of a GET', async () => {
      const answer = await mesh.call('/svc/users/', { body: 'a query', headers: { 'content-length': '7' } })
      expect(answer.json).toMatchObject({ method: 'GET', body: 'a query' })
    })

    it('passes a body with its length', async () => {
      const answer = await mesh.call('/svc/users/', {
        method: 'POST',
        body: 'häuser',
        headers: { 'content-type': 'text/x' },
      })
      expect(answer.json).toMatchObject({
        body: 'häuser',
        headers: { 'content-type': 'text/x', 'content-length': '7' },
      })
    })

    it('passes a chunked body', async () => {
      const body = Readable.from(['one ', 'two ', 'three'])
      const answer = await mesh.call('/svc/users/', { method: 'PUT', body })
      expect(answer.json.body).toBe('one two three')
    })

    it('passes the headers of the application as they are', async () => {
      const headers = {
        authorization: 'Bearer a.b.c',
        cookie: 'a=1; b=2',
        'x-many': 'one, two',
        'idempotency-key': '"k"',
      }
      expect((await mesh.call('/svc/users/', { headers })).json.headers).toMatchObject(headers)
    })

    it('keeps what belongs to the connection, and what Connection names, to the connection', async () => {
      const headers = {
        connection: 'x-secret, keep-alive',
        'x-secret': 'for the next hop only',
        'keep-alive': 'timeout=5',
        'proxy-connection': 'keep-alive',
        'proxy-authorization': 'Basic x',
        te: 'trailers',
        'x-public': 'for all',
      }
      for (const service of ['users', 'bound']) {
        const seen = (await mesh.call(`/svc/${service}/`, { headers })).json.headers
        expect(seen, service).toMatchObject({ 'x-public': 'for all' })
        for (const name of ['x-secret', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'te']) {
          expect(seen, service).not.toHaveProperty(name)
        }
        expect(seen.connection ?? '', service).not.toContain('x-secret')
      }
    })

    it('tells a URL endpoint the name that was called, and leaves Host its own', async () => {
      const { headers } = (await mesh.call('/svc/users/')).json
      expect(headers['x-forwarded-host']).toBe('users')
      expect(headers.host).toBe(new URL(upstream.url).host)
    })

    it('does not believe an x-forwarded-host from outside', async () => {
      const answer = await mesh.call('/svc/users/', { headers: { 'x-forwarded-host': 'evil.example' } })
      expect(answer.json.headers['x-forwarded-host']).toBe('users')
    })

    it('gives a binding the name that was called as the host of the URL', async () => {
      const { url } = (await mesh.call('/svc/bound/42?x=1')).json
      expect(new URL(url).host).toBe('bound')
      expect(url).toMatch(/\/42\?x=1$/)
    })

    it('carries a trace on, with a span of its own', async () => {
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      const headers = { traceparent, tracestate: 'vendor=1' }
      const seen = (await mesh.call('/svc/users/', { headers })).json.headers
      expect(seen.traceparent).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
      expect(seen.traceparent).not.toBe(traceparent)
      expect(seen.tracestate).toBe('vendor=1')
      const begun = (await mesh.call('/svc/users/')).json.headers.traceparent
      expect(begun).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-0[0-3]$/)
    })

    it('counts itself in cdn-loop, beside those that came before', async () => {
      const seen = (await mesh.call('/svc/users/', { headers: { 'cdn-loop': 'other; v=1' } })).json.headers
      expect(seen['cdn-loop']).toBe('other; v=1, selvedge')
    })

    it('says which attempt it is, and how much time is left', async () => {
      const seen = (await mesh.call('/svc/users/')).json.headers
      expect(seen['selvedge-attempt']).toBe('1')
      expect(Number(seen['selvedge-timeout-ms'])).toBeGreaterThan(14_000)
      expect(Number(seen['selvedge-timeout-ms'])).toBeLessThan(15_000)
    })
  })

  describe('answers', () => {
    it.each([200, 201, 203, 299, 400, 404, 409, 418, 429, 500, 501, 599])(
      'passes status %d, body and headers',
      async (code) => {
        const answer = await mesh.call(`/svc/users/status?code=${code}&body=as-it-was`)
        expect(answer.status).toBe(code)
        expect(answer.text).toBe('as-it-was')
        expect(answer.headers).toMatchObject({ 'x-upstream-said': 'so' })
        expect(answer.headers).not.toHaveProperty('selvedge-error')
      },
    )

    it('passes 204 and 304 without a body', async () => {
      const empty = await mesh.call('/svc/users/status?code=204')
      expect([empty.status, empty.body.length]).toEqual([204, 0])
      const same = await mesh.call('/svc/users/not-modified', { headers: { 'if-none-match': '"7"' } })
      expect([same.status, same.body.length]).toEqual([304, 0])
      expect(same.headers).toMatchObject({ etag: '"7"', 'cache-control': 'max-age=60' })
    })

    it('passes the length that HEAD asks for', async () => {
      const answer = await mesh.call('/svc/users/file', { method: 'HEAD' })
      expect(answer.headers).toMatchObject({ 'content-length': String(plain.length), etag: '"8"' })
      expect(answer.body.length).toBe(0)
      expect(upstream.seen.at(-1)).toMatchObject({ method: 'HEAD', path: '/file' })
    })

    it('passes a chunked answer', async () => {
      const answer = await mesh.call('/svc/users/chunked?chunks=4')
      expect(answer.text).toBe('chunk 0\nchunk 1\nchunk 2\nchunk 3\n')
    })

    it.each([{}, { 'accept-encoding': 'gzip' }, { 'accept-encoding': 'identity' }])(
      'passes compressed bytes untouched, asked with %j',
      async (headers) => {
        const answer = await mesh.call('/svc/users/gzip', { headers })
        expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(gzipped.length) })
        expect(answer.body.equals(gzipped)).toBe(true)
        expect(gunzipSync(answer.body).toString()).toBe(plain)
      },
    )

    it('does not follow redirects', async () => {
      for (const service of ['users', 'bound']) {
        const before = upstream.hits('/elsewhere')
        const answer = await mesh.call(`/svc/${service}/redirect`)
        expect(answer.status, service).toBe(302)
        expect(answer.headers.location, service).toMatch(/^\/elsewhere/)
        expect(upstream.hits('/elsewhere'), service).toBe(before)
      }
    })

    it('keeps cookies apart, in their order', async () => {
      const fromUrl = await mesh.call('/svc/users/cookies')
      expect(fromUrl.headers['set-cookie']).toEqual([
        'a=1; Path=/',
        'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT',
        'a=3',
      ])
      expect((await mesh.call('/svc/bound/cookies')).headers['set-cookie']).toEqual(['a=1', 'b=2'])
    })

    it('keeps what belongs to the connection, and what Connection names, to the connection', async () => {
      const fromUrl = (await mesh.call('/svc/users/hop-by-hop')).headers
      expect(fromUrl).toMatchObject({ 'x-outer': 'for all' })
      const fromBinding = (await mesh.call('/svc/bound/')).headers
      expect(fromBinding).toMatchObject({ 'x-outer': '1' })
      for (const headers of [fromUrl, fromBinding]) {
        for (const name of ['x-inner', 'proxy-connection', 'trailer']) expect(headers).not.toHaveProperty(name)
        expect(headers['keep-alive'] ?? '').not.toBe('timeout=7')
        expect(headers.connection ?? '').not.toContain('x-inner')
      }
    })

    it('passes what a bound Worker says', async () => {
      const answer = await mesh.call('/svc/bound/teapot', { method: 'POST', body: 'x' })
      expect([answer.status, answer.text]).toEqual([418, 'short and stout'])
      const echoed = await mesh.call('/svc/bound/', { method: 'POST', body: 'to the binding' })
      expect(echoed.json).toMatchObject({ method: 'POST', body: 'to the binding' })
    })

    it('passes an answer that comes before the body was sent', async () => {
      const body = new Readable({ read() {} })
      body.push('the beginning')
      const answer = await mesh.call('/svc/users/early', { method: 'POST', body })
      body.push(null)
      expect([answer.status, answer.text]).toEqual([413, 'too much'])
    })

    it('passes the words of a status', async () => {
      upstream.override = (_, response) => response.writeHead(200, 'Fine Indeed').end()
      const response = await mesh.open('/svc/users/').response
      upstream.override = undefined
      expect(response.resume().statusMessage).toBe('Fine Indeed')
    })

    it('serves many calls on one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      const get = (path: string) =>
        new Promise<[number | undefined, boolean]>((resolve, reject) => {
          const outgoing = request(mesh.url + path, { agent }, (response) =>
            response.resume().on('end', () => resolve([response.statusCode, outgoing.reusedSocket])),
          )
          outgoing.on('error', reject).end()
        })
      expect(await get('/svc/users/1')).toEqual([200, false])
      expect(await get('/svc/users/status?code=500')).toEqual([500, true])
      expect(await get('/svc/nobody/')).toEqual([404, true])
      expect(await get('/svc/users/2')).toEqual([200, true])
      agent.destroy()
    })
  })

  describe('a Worker that is bound to the mesh', () => {
    it('calls by name, and is answered as by a plain fetch', async () => {
      const peer = await startMesh({
        records: { users: upstream.url },
        bindings: {
          CALLER: `export default {
            async fetch(request, env) {
              const answer = await env.MESH.fetch('http://users/42?from=caller', { method: 'POST', body: 'by name', headers: { 'x-app': '1' } })
              return new Response(answer.body, answer)
            },
          }`,
        },
      })
      const answer = await call(await peer.bindingUrl('CALLER'))
      await peer.dispose()
      expect(answer.json).toMatchObject({
        url: '/42?from=caller',
        method: 'POST',
        body: 'by name',
        headers: { 'x-app': '1' },
      })
    })
  })
})
