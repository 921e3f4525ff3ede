/** A plain Node HTTP server, as it might run anywhere: it knows nothing of the mesh. It can be made to misbehave. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** well: answers · half: every other answer is a 503 · slow: takes two seconds · dead: cuts the connection. */
export type Mood = 'well' | 'half' | 'slow' | 'dead'

export interface Upstream {
  readonly url: string
  readonly port: number
  mood: Mood
  /** How often each path was asked for. */
  readonly calls: Map<string, number>
  /** Answers given that were a 503. */
  refused: number
  /** Of each slow answer that the other side called off: after how many milliseconds. */
  readonly calledOff: number[]
  /** Ends it at once, with all that is in flight. */
  kill(): Promise<void>
}

const SLOW_MS = 2000

/** Listens on loopback: at `port`, or at any other where that is taken. */
export async function startUpstream(service: string, port = 0): Promise<Upstream> {
  const server = createServer((request, response) => answer(service, upstream, request, response))
  const bound = await listen(server, port)
  const upstream: Upstream = {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    mood: 'well',
    calls: new Map(),
    refused: 0,
    calledOff: [],
    async kill() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
  return upstream
}

function answer(service: string, upstream: Upstream, request: IncomingMessage, response: ServerResponse): void {
  const path = request.url ?? ''
  upstream.calls.set(path, (upstream.calls.get(path) ?? 0) + 1)
  const body = JSON.stringify({
    service,
    at: 'node',
    told: {
      timeoutMs: Number(request.headers['selvedge-timeout-ms']),
      trace: String(request.headers.traceparent).split('-')[1],
    },
  })
  const send = (status: number) => response.writeHead(status, { 'content-type': 'application/json' }).end(body)

  switch (upstream.mood) {
    case 'well':
      send(200)
      break
    case 'half':
      if (total(upstream) % 2 === 0) {
        send(200)
      } else {
        upstream.refused += 1
        send(503)
      }
      break
    case 'slow': {
      const startedAt = performance.now()
      const timer = setTimeout(() => send(200), SLOW_MS)
      response.once('close', () => {
        clearTimeout(timer)
        if (!response.writableEnded) upstream.calledOff.push(performance.now() - startedAt)
      })
      break
    }
    case 'dead':
      request.socket.destroy()
  }
}

/** How often it was asked at all. */
export function total({ calls }: Upstream): number {
  return [...calls.values()].reduce((sum, count) => sum + count, 0)
}

function listen(server: ReturnType<typeof createServer>, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('listening', () => resolve((server.address() as AddressInfo).port))
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' && port !== 0) server.listen(0, '127.0.0.1')
      else reject(error)
    })
    server.listen(port, '127.0.0.1')
  })
}
