/** A real HTTP upstream on loopback with a route for every way of answering, and a memory of what it was asked. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { type WebSocket, WebSocketServer } from 'ws'
import { eventually } from './eventually.ts'

/** What `/echo`, and any path that is no other route, answers with. */
export interface Echo {
  /** Which upstream answered. */
  readonly upstream: string
  readonly method: string
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: string
}

/** One request, as the upstream saw it. */
export interface Seen {
  readonly method: string
  readonly path: string
  /** Path and query, as they stood on the wire. */
  readonly target: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Bytes of its body that have arrived. */
  received: number
  /** How it ended: `aborted` is a connection closed before the answer was complete. */
  end?: 'answered' | 'aborted'
}

export interface Upstream {
  readonly name: string
  /** What a record names: `http://127.0.0.1:N`. */
  readonly url: string
  /** Every request so far, oldest first. */
  readonly seen: Seen[]
  /** Requests that have no end yet. */
  readonly running: number
  /** WebSockets open now. */
  readonly webSockets: number
  /** Answers everything with this, instead of its routes, until it is set back to undefined. */
  override: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  /** Requests to this path, so far. */
  hits(path: string): number
  /** The first request to this path, when it has come. */
  arrived(path: string): Promise<Seen>
  close(): Promise<void>
}

type Route = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => unknown

/** Compresses well, so that compressed and plain cannot be confused. */
export const plain = 'a mesh, a mesh, a mesh. '.repeat(200)
export const gzipped = gzipSync(plain)

const routes: Record<string, Route> = {
  '/status': (request, response, query) => {
    request.resume()
    response.writeHead(Number(query.get('code')), { 'x-upstream-said': 'so' }).end(query.get('body') ?? undefined)
  },
  // Fails until the given attempt: with a status if one is given, else with a reset; after a while if one is given.
  '/until': async (request, response, query) => {
    request.resume()
    const isTime = Number(request.headers['selvedge-attempt']) >= Number(query.get('attempt'))
    if (!isTime) await sleep(Number(query.get('ms') ?? 0))
    if (isTime) response.end('at last')
    else if (query.has('code')) response.writeHead(Number(query.get('code'))).end()
    else request.socket.resetAndDestroy()
  },
  '/slow': async (_, response, query) => {
    await sleep(Number(query.get('ms')))
    response.end('slow')
  },
  '/hang': (request) => request.resume(),
  '/chunked': async (_, response, query) => {
    for (let i = 0; i < Number(query.get('chunks') ?? 5); i++) {
      response.write(`chunk ${i}\n`)
      await sleep(Number(query.get('ms') ?? 1))
    }
    response.end()
  },
  '/gzip': (_, response) => {
    response.writeHead(200, {
      'content-encoding': 'gzip',
      'content-type': 'text/plain',
      'content-length': gzipped.length,
    })
    response.end(gzipped)
  },
  '/not-modified': (_, response) => response.writeHead(304, { etag: '"7"', 'cache-control': 'max-age=60' }).end(),
  '/file': (_, response) => {
    response.writeHead(200, { 'content-length': plain.length, etag: '"8"' }).end(plain)
  },
  '/redirect': (_, response) => response.writeHead(302, { location: '/elsewhere?x=1#y' }).end('look elsewhere'),
  '/cookies': (_, response) => {
    response.setHeader('set-cookie', ['a=1; Path=/', 'b=2; Expires=Wed, 21 Oct 2026 07:28:00 GMT', 'a=3'])
    response.end()
  },
  '/hop-by-hop': (_, response) => {
    response.writeHead(200, {
      connection: 'x-inner, keep-alive',
      'x-inner': 'for the next hop only',
      'keep-alive': 'timeout=7',
      'proxy-connection': 'keep-alive',
      trailer: 'x-checksum',
      'x-outer': 'for all',
    })
    response.end('hop')
  },
  '/reset': (request) => request.socket.resetAndDestroy(),
  '/reset-body': async (request, response) => {
    response.writeHead(200, { 'content-length': 1_000_000 }).write(Buffer.alloc(1_000))
    await sleep(20)
    request.socket.resetAndDestroy()
  },
  '/stall': (_, response) => {
    response.writeHead(200).write('and then')
  },
  '/early': (_, response) => response.writeHead(413).end('too much'),
  '/sse': async (_, response, query) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    for (let i = 0; i < Number(query.get('events') ?? 5); i++) {
      response.write(`id: ${i}\ndata: ${Date.now()}\n\n`)
      await sleep(Number(query.get('ms') ?? 100))
    }
    response.end()
  },
  '/download': async (_, response, query) => {
    const bytes = Number(query.get('bytes'))
    response.writeHead(200, query.has('chunked') ? {} : { 'content-length': bytes })
    await pipeline(noise(bytes), response)
  },
  '/upload': async (request, response) => {
    const hash = createHash('sha1')
    let bytes = 0
    for await (const chunk of request) {
      bytes += (chunk as Buffer).length
      hash.update(chunk as Buffer)
    }
    answer(response, { bytes, sha1: hash.digest('hex') })
  },
}

/** So many bytes that do not compress into nothing, made as they are read. */
export function noise(bytes: number): Readable {
  const block = Buffer.from(Uint32Array.from({ length: 16 * 1024 }, (_, at) => at * 2_654_435_761).buffer)
  return Readable.from(
    (function* () {
      for (let left = bytes; left > 0; left -= block.length) yield block.subarray(0, left)
    })(),
    { objectMode: false },
  )
}

/** A name, when it is given, tells several upstreams apart in what they echo. */
export async function startUpstream(name = 'upstream'): Promise<Upstream> {
  const seen: Seen[] = []
  const sockets = new Set<Socket>()
  let running = 0

  const server = createServer((request, response) => void serve(request, response))
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://upstream')
    const entry = note(request, pathname, query)
    running += 1
    response.on('close', () => {
      running -= 1
      entry.end = response.writableFinished ? 'answered' : 'aborted'
    })
    // A connection that ends while it is written to is what these routes are for.
    response.on('error', () => {})
    try {
      await (upstream.override ?? routes[pathname] ?? echo(name))(request, response, query)
    } catch {
      response.destroy()
    }
  }

  function note(request: IncomingMessage, path: string, query: URLSearchParams): Seen {
    const entry: Seen = {
      method: request.method ?? '',
      path,
      target: request.url ?? '',
      query,
      headers: request.headers,
      received: 0,
    }
    seen.push(entry)
    request.on('data', (chunk: Buffer) => {
      entry.received += chunk.length
    })
    // Counting does not make it flow: the route decides when the body is read.
    request.pause()
    return entry
  }

  const webSockets = webSocketEcho()
  server.on('upgrade', (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://upstream')
    note(request, pathname, searchParams)
    if (pathname === '/ws')
      return webSockets.handleUpgrade(request, socket, head, (ws) => webSockets.emit('connection', ws, request))
    socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 9\r\nconnection: close\r\n\r\nnot a one')
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.keepAliveTimeout = 60_000
  await once(server.listen(0, '127.0.0.1'), 'listening')

  const upstream: Upstream = {
    name,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    get running() {
      return running
    },
    get webSockets() {
      return webSockets.clients.size
    },
    override: undefined,
    hits: (path) => seen.filter((entry) => entry.path === path).length,
    arrived: (path) => eventually(`a request to ${path}`, () => seen.find((entry) => entry.path === path)),
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      webSockets.close()
    },
  }
  return upstream
}

function echo(upstream: string): Route {
  return async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method, url, headers } = request
    // What is to be said of the answer stands in the request, as JSON.
    for (const [name, value] of Object.entries(JSON.parse(String(headers['x-answer'] ?? '{}'))))
      response.setHeader(name, String(value))
    answer(response, { upstream, method, url, headers, body: Buffer.concat(chunks).toString() })
  }
}

function answer(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'x-upstream-said': 'so' }).end(JSON.stringify(value))
}

/** Sends back what it is sent; `close 4001 why` closes with that. Speaks the subprotocol `echo.v1` if asked. */
function webSocketEcho(): WebSocketServer {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('echo.v1') ? 'echo.v1' : false),
  })
  server.on('connection', (socket: WebSocket) => {
    socket.on('error', () => {})
    socket.on('message', (data: Buffer, binary) => {
      const [word, code, why] = binary ? [] : data.toString().split(' ')
      if (word === 'close') socket.close(Number(code), why)
      else if (word === 'vanish') socket.terminate()
      else socket.send(data, { binary })
    })
  })
  return server
}
