/** A handler behind Node's own http server, on loopback: what a client sends is what it sees, and what it answers is what the client gets. */
import { once } from 'node:events'
import { createServer, type RequestOptions, request } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { nodeListener } from '../../src/bridge/node.ts'
import type { LogEntry } from '../../src/core/log.ts'
import { selvedge } from '../../src/hono.ts'
import { createMesh } from '../../src/index-node.ts'
import type { Handler } from '../../src/mesh/serve.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { access } from '../../src/trust.ts'
import { eventually } from '../support/eventually.ts'
import { plain, startUpstream } from '../support/servers.ts'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

/** A server that listens with it; the port. */
async function listening(fetch: Handler<object>['fetch']): Promise<number> {
  const server = createServer(nodeListener({ fetch }))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  ends.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return (server.address() as AddressInfo).port
}

/** What Node's own client gets. */
async function ask(port: number, path: string, options: RequestOptions = {}, body?: Uint8Array | string) {
  const asked = request({ host: '127.0.0.1', port, path, agent: false, ...options })
  asked.end(body)
  const [response] = await once(asked, 'response')
  return { status: response.statusCode as number, headers: response.headers, body: await text(response) }
}

/** What comes back for these bytes. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(bytes)
  return text(socket)
}

describe('nodeListener', () => {
  it('gives the handler method, address, headers and content as they came', async () => {
    const port = await listening(async (request) => {
      const { method, url, headers } = request
      return Response.json({ method, url, twice: headers.get('x-twice'), body: await request.text() })
    })
    const { body } = await ask(
      port,
      '/a%20b//c?x=1&x=2',
      { method: 'PUT', headers: { 'x-twice': ['1', '2'], host: 'users.example.com:8080' } },
      'grüße',
    )
    expect(JSON.parse(body)).toEqual({
      method: 'PUT',
      url: 'http://users.example.com:8080/a%20b//c?x=1&x=2',
      twice: '1, 2',
      body: 'grüße',
    })
  })

  it('gives a request without content none: it may be sent again', async () => {
    const port = await listening((request) => new Response(String(request.body)))
    for (const method of ['GET', 'DELETE', 'OPTIONS']) expect((await ask(port, '/', { method })).body).toBe('null')
    expect((await ask(port, '/', { method: 'POST', headers: { 'content-length': 0 } })).body).toBe('null')
  })

  it('brings bytes up and down as they are', async () => {
    const port = await listening(async (request) => new Response(await request.arrayBuffer(), { status: 201 }))
    const bytes = Uint8Array.from({ length: 100_000 }, (_, at) => (at * 7) % 256)
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: bytes })
    expect(response.status).toBe(201)
    expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.from(bytes))).toBe(true)
  })

  it('streams: the first of an upload is answered before the last is sent', async () => {
    const port = await listening(({ body }) => new Response(body))
    const asked = request({ host: '127.0.0.1', port, method: 'POST', agent: false })
    asked.write('one')
    const [response] = await once(asked, 'response')
    const [first] = await once(response, 'data')
    expect(String(first)).toBe('one')
    asked.end('two')
    expect(await text(response)).toBe('two')
  })

  it('reads no faster than the client does', async () => {
    let pulled = 0
    const piece = new Uint8Array(65_536)
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(piece)
      },
    })
    const port = await listening(() => new Response(body))
    const socket = connect(port, '127.0.0.1').pause()
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    let before = -1
    // What the kernel holds is full when nothing moves any more.
    await eventually('nothing is pulled any more', () => {
      const isStill = pulled > 0 && pulled === before
      before = pulled
      return isStill
    })
    // 64 MB would be a thousand of them.
    expect(pulled).toBeLessThan(1000)
    socket.destroy()
  })

  it('tells the handler that the client has left, and cancels what it was sent', async () => {
    let cancelled = false
    let signal: AbortSignal | undefined
    const port = await listening((request) => {
      signal = request.signal
      const body = new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('and then')),
        cancel() {
          cancelled = true
        },
      })
      return new Response(body)
    })
    const asked = request({ host: '127.0.0.1', port, agent: false })
    asked.on('error', () => {})
    asked.end()
    await once(asked, 'response')
    expect(signal?.aborted).toBe(false)
    asked.destroy()
    await eventually('the handler is told', () => signal?.aborted && cancelled)
  })

  it('does not read on for a client that left before the answer', async () => {
    let cancelled = false
    let answer = () => {}
    let signal: AbortSignal | undefined
    const port = await listening(async (request) => {
      signal = request.signal
      await new Promise<void>((resolve) => {
        answer = resolve
      })
      const body = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(10)),
        cancel() {
          cancelled = true
        },
      })
      return new Response(body)
    })
    const asked = request({ host: '127.0.0.1', port, agent: false })
    asked.on('error', () => {})
    asked.end()
    await eventually('the request has come', () => signal)
    asked.destroy()
    await eventually('the client has left', () => signal?.aborted)
    answer()
    await eventually('the content is cancelled', () => cancelled)
  })

  it('cuts an answer whose content fails, so that nobody takes a part for the whole', async () => {
    const port = await listening(() => {
      let pieces = 0
      const pull = (controller: ReadableStreamDefaultController) => {
        pieces += 1
        if (pieces === 1) controller.enqueue(new TextEncoder().encode('half'))
        else controller.error(new Error('It broke.'))
      }
      return new Response(new ReadableStream({ pull }))
    })
    await expect(ask(port, '/')).rejects.toThrow('aborted')
  })

  it('fails the body of a request that was cut', async () => {
    let failed: unknown
    let began = false
    const port = await listening(async (request) => {
      began = true
      await request.text().catch((error) => {
        failed = error
      })
      return new Response()
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf')
    await eventually('the request has come', () => began)
    socket.destroy()
    await eventually('the body fails', () => failed instanceof Error)
  })

  it('answers though the handler has left the content unread, and keeps the connection', async () => {
    const port = await listening(() => new Response('enough'))
    const post = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n'
    const answers = await raw(port, `${post}\r\nhello${post}connection: close\r\n\r\nhello`)
    expect(answers.match(/enough/g)).toHaveLength(2)
  })

  it('answers HEAD with the headers of a GET and without content', async () => {
    const port = await listening(() => new Response('hello', { headers: { 'content-length': '5', etag: '"7"' } }))
    const said = await raw(port, 'HEAD / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n')
    expect(said).toMatch(/content-length: 5\r\n/)
    expect(said).toMatch(/etag: "7"\r\n/)
    expect(said.split('\r\n\r\n')[1]).toBe('')
  })

  it('passes cookies one by one, and nothing that belongs to another connection', async () => {
    const port = await listening((request) => {
      const headers = new Headers({ 'keep-alive': 'timeout=7', 'x-cookie': request.headers.get('cookie') ?? '' })
      headers.append('set-cookie', 'a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT')
      headers.append('set-cookie', 'b=2')
      return new Response(null, { status: 204, headers })
    })
    const { status, headers } = await ask(port, '/', { headers: { cookie: 'x=1; y=2' } })
    expect(status).toBe(204)
    expect(headers['set-cookie']).toEqual(['a=1; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'b=2'])
    expect(headers['x-cookie']).toBe('x=1; y=2')
    expect(headers['keep-alive']).not.toBe('timeout=7')
  })

  it('takes a path for a path, whatever it begins with', async () => {
    const port = await listening(({ url }) => new Response(url))
    expect((await ask(port, '//evil.example/x', { headers: { host: 'users' } })).body).toBe(
      'http://users//evil.example/x',
    )
    expect((await ask(port, 'http://users/x', { headers: { host: 'users' } })).body).toBe('http://users/x')
  })

  it.each([
    ['a host that is a path', 'GET /x HTTP/1.1\r\nhost: evil/y?\r\n'],
    ['a host with a user', 'GET /x HTTP/1.1\r\nhost: a@b\r\n'],
    ['a target that is none', 'OPTIONS * HTTP/1.1\r\nhost: users\r\n'],
    ['a method that no request may have', 'TRACE / HTTP/1.1\r\nhost: users\r\n'],
  ])('refuses %s with 400, and lives on', async (_, head) => {
    const port = await listening(() => new Response('ok'))
    expect(await raw(port, `${head}connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
    expect((await ask(port, '/')).body).toBe('ok')
  })

  it('answers 500 where a handler throws that is not behind the mesh, and says nothing of why', async () => {
    const port = await listening(() => {
      throw new Error('secret')
    })
    const { status, headers, body } = await ask(port, '/')
    expect([status, headers['selvedge-error']]).toEqual([500, 'internal'])
    expect(body).not.toContain('secret')
  })

  it('cuts the connection for an answer that Node cannot write, and lives on', async () => {
    const port = await listening(({ url }) => (url.endsWith('/bad') ? Response.error() : new Response('ok')))
    await expect(ask(port, '/bad')).rejects.toThrow('socket hang up')
    expect((await ask(port, '/')).body).toBe('ok')
  })
})

describe('a function behind Node', () => {
  it('passes on an answer that came compressed, with headers that fit', async () => {
    const users = await startUpstream()
    ends.push(() => users.close())
    const mesh = createMesh({ registry: memoryRegistry({ users: users.url }), waitUntil() {} })
    const taking = ({ headers }: Request) => ({ 'accept-encoding': headers.get('accept-encoding') ?? '' })
    const call = (request: Request) => mesh.fetch('http://users/gzip', { headers: taking(request) })
    const port = await listening(mesh.serve({ fetch: call }).fetch)
    const { headers, body } = await ask(port, '/', { headers: { 'accept-encoding': 'gzip, zstd' } })
    expect(headers['content-encoding']).toBeUndefined()
    expect(headers['content-length']).toBeUndefined()
    expect(body).toBe(plain)
    expect(users.seen[0]?.headers['accept-encoding']).not.toContain('zstd')
  })

  it('has until its caller’s deadline, and what it calls is told how long', async () => {
    const users = await startUpstream()
    ends.push(() => users.close())
    const mesh = createMesh({ registry: memoryRegistry({ users: users.url }), waitUntil() {}, log: 'off' })
    const port = await listening(mesh.serve({ fetch: () => mesh.fetch('http://users/hang') }).fetch)
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const headers = { 'selvedge-timeout-ms': '200', 'selvedge-retry-allowance': '2', traceparent }
    const answer = await ask(port, '/', { headers })
    expect([answer.status, answer.headers['selvedge-error']]).toEqual([504, 'deadline_exceeded'])
    const sent = users.seen[0]?.headers
    expect(Number(sent?.['selvedge-timeout-ms'])).toBeLessThanOrEqual(195)
    expect(sent?.['selvedge-retry-allowance']).toBe('1')
    expect(sent?.traceparent).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
  })

  it('refuses whom its record refuses', async () => {
    const logged: LogEntry[] = []
    const rules = [{ name: 'readers', effect: 'allow', callers: ['checkout'] }]
    const mesh = createMesh({
      name: 'users',
      registry: memoryRegistry({ users: { endpoints: ['https://users.test'], access: { default: 'deny', rules } } }),
      trust: access,
      log: (line) => logged.push(line),
    })
    const { fetch } = mesh.serve({ fetch: () => new Response('in') }, { trust: () => true })
    const port = await listening(fetch)
    const of = async (caller?: string) =>
      (await ask(port, '/', caller === undefined ? {} : { headers: { 'selvedge-caller': caller } })).status
    expect([await of('checkout'), await of('reports'), await of()]).toEqual([200, 403, 401])
    const stranger = await listening(mesh.serve({ fetch: () => new Response('in') }).fetch)
    expect((await ask(stranger, '/', { headers: { 'selvedge-caller': 'checkout' } })).status).toBe(401)
  })

  it('may be an app of hono: guarded by its record, with work that goes on after the answer', async () => {
    const rules = [{ name: 'health', effect: 'allow', paths: ['/healthz'] }]
    const registry = memoryRegistry({
      users: { endpoints: ['https://users.test'], access: { default: 'deny', rules } },
    })
    const made = createMesh({ name: 'users', registry, trust: access, log: 'off' })
    let isDone = false
    const app = new Hono().use(selvedge(() => made)).get('*', (c) => {
      c.executionCtx.waitUntil(
        Promise.resolve().then(() => {
          isDone = true
        }),
      )
      return c.text('in')
    })
    const port = await listening(app.fetch)
    expect([(await ask(port, '/healthz')).body, isDone]).toEqual(['in', true])
    expect((await ask(port, '/users/42')).status).toBe(403)
  })
})
