/** Bodies too large to hold, events as they happen, WebSockets: what must flow through the mesh and not through its memory. */
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type RawData, WebSocket } from 'ws'
import { eventually } from '../support/eventually.ts'
import { open } from '../support/http-client.ts'
import { type MeshWorker, residentBytes, startMesh } from '../support/mesh-worker.ts'
import { noise, startUpstream, type Upstream } from '../support/servers.ts'

const MB = 1024 * 1024
const LARGE = 50 * MB
/** A body that is held rather than streamed costs its 50 MB; what else grows in the meantime (pools, code) was measured at a few. */
const FLAT = 20 * MB

const boundStreams = `
  export default {
    fetch(request) {
      if (request.headers.get('upgrade') === 'websocket') {
        const [client, server] = Object.values(new WebSocketPair())
        server.accept()
        server.binaryType = 'arraybuffer'
        server.addEventListener('message', ({ data }) => server.send(data))
        server.addEventListener('close', ({ code, reason }) => server.close(code, reason))
        return new Response(null, { status: 101, webSocket: client })
      }
      const { pathname } = new URL(request.url)
      if (pathname === '/back') return new Response(request.body)
      const { readable, writable } = new TransformStream()
      const writer = writable.getWriter()
      const write = async () => {
        for (let i = 0; i < 5; i++) {
          await writer.write(new TextEncoder().encode('data: ' + i + '\\n\\n'))
          await scheduler.wait(300)
        }
        await writer.close()
      }
      write()
      return new Response(readable, { headers: { 'content-type': 'text/event-stream' } })
    },
  }`

const echoRoom = `
  import { DurableObject } from 'cloudflare:workers'
  export class Room extends DurableObject {
    fetch(request) {
      return new Response(request.body)
    }
  }
  export default {}`

describe('a stream through the mesh', () => {
  let upstream: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    upstream = await startUpstream()
    mesh = await startMesh({
      // Far less than the streams below take.
      records: {
        live: { endpoints: [upstream.url], timeouts: { request: '1s' } },
        bound: { endpoints: [{ binding: 'BOUND' }], timeouts: { request: '1s' } },
      },
      bindings: { BOUND: boundStreams },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
  })

  async function sha1(stream: AsyncIterable<unknown>): Promise<{ bytes: number; sha1: string }> {
    const hash = createHash('sha1')
    let bytes = 0
    for await (const chunk of stream) {
      bytes += (chunk as Buffer).length
      hash.update(chunk as Buffer)
    }
    return { bytes, sha1: hash.digest('hex') }
  }

  describe('of 50 MB', () => {
    /** Of a process of its own: what another test has made it grow would hide what this one does. */
    let fresh: MeshWorker

    beforeEach(async () => {
      fresh = await startMesh({
        records: {
          big: upstream.url,
          bound: { endpoints: [{ binding: 'BOUND' }] },
          script: { endpoints: [{ dispatch: { binding: 'DISPATCH', script: 'echo' } }] },
          rooms: { endpoints: [{ object: { binding: 'ROOMS', key: 'header:x-room' } }] },
        },
        bindings: { BOUND: boundStreams },
        scripts: { echo: boundStreams },
        rooms: echoRoom,
      })
      // What is allocated once is not what is measured.
      await fresh.call(`/svc/big/download?bytes=${MB}`)
      await fresh.call('/svc/big/upload', { method: 'PUT', body: noise(MB) })
    })
    afterEach(() => fresh.dispose())

    /** The highest that resident memory rose above what it was, while this ran. */
    async function growth(work: () => Promise<unknown>): Promise<number> {
      const before = residentBytes(fresh.pid)
      let highest = before
      const watch = setInterval(() => {
        highest = Math.max(highest, residentBytes(fresh.pid))
      }, 10)
      await work().finally(() => clearInterval(watch))
      return highest - before
    }

    it.each(['with its length', 'chunked'])('comes down as it was sent, in flat memory: %s', async (how) => {
      const expected = await sha1(noise(LARGE))
      const path = `/svc/big/download?bytes=${LARGE}${how === 'chunked' ? '&chunked' : ''}`
      let got: unknown
      const grew = await growth(async () => {
        got = await sha1(await fresh.open(path).response)
      })
      expect(got).toEqual(expected)
      expect(grew).toBeLessThan(FLAT)
    })

    it.each([
      ['PUT', 'with its length', { 'content-length': String(LARGE) }],
      ['PUT', 'chunked', {}],
      ['POST', 'chunked', {}],
    ])('goes up as it was sent, in flat memory: %s %s', async (method, _, headers) => {
      const expected = await sha1(noise(LARGE))
      let got: unknown
      const grew = await growth(async () => {
        got = (await fresh.call('/svc/big/upload', { method, body: noise(LARGE), headers })).json
      })
      expect(got).toEqual(expected)
      expect(grew).toBeLessThan(FLAT)
    })

    it.each(['bound', 'script', 'rooms'])('goes up and comes down at once, in flat memory: %s', async (service) => {
      const expected = await sha1(noise(LARGE))
      const echo = (bytes: number) =>
        fresh.open(`/svc/${service}/back`, { method: 'POST', body: noise(bytes), headers: { 'x-room': 'blue' } })
          .response
      await sha1(await echo(MB))
      let got: unknown
      const grew = await growth(async () => {
        got = await sha1(await echo(LARGE))
      })
      expect(got).toEqual(expected)
      expect(grew).toBeLessThan(FLAT)
    })

    it.each(['', '&chunked'])('waits for a reader that does not read%s', async (how) => {
      const response = await fresh.open(`/svc/big/download?bytes=${LARGE}${how}`).response
      const grew = await growth(() => sleep(400))
      expect(grew).toBeLessThan(FLAT)
      expect((await sha1(response)).bytes).toBe(LARGE)
    })
  })

  describe('of events', () => {
    it.each(['live', 'bound'])('arrives as it happens, and outlives its deadline: %s', async (service) => {
      const startedAt = performance.now()
      const response = await open(`${mesh.url}/svc/${service}/sse?ms=300`).response
      expect(response.headers['content-type']).toBe('text/event-stream')
      const arrivals: number[] = []
      for await (const chunk of response) {
        for (const _ of String(chunk).matchAll(/^data:/gm)) arrivals.push(performance.now() - startedAt)
      }
      expect(arrivals.length).toBe(5)
      // Sent 300 ms apart. Buffered, they would all come with the last.
      const [first = 0, , , , last = 0] = arrivals
      expect(last - first).toBeGreaterThan(600)
      expect(last).toBeGreaterThan(1000)
    })
  })

  it('goes up and comes down at the same time', async () => {
    const { response } = open(`${mesh.url}/svc/bound/back`, { method: 'POST', body: noise(2 * MB) })
    expect(await sha1(await response)).toEqual(await sha1(noise(2 * MB)))
  })

  describe('of WebSocket messages', () => {
    async function connect(service: string, protocols: string[] = []): Promise<WebSocket> {
      const socket = new WebSocket(`${mesh.url.replace('http', 'ws')}/svc/${service}/ws`, protocols)
      await once(socket, 'open')
      return socket
    }

    async function say(socket: WebSocket, message: string | Buffer): Promise<[Buffer, boolean]> {
      const heard = once(socket, 'message') as Promise<[RawData, boolean]>
      socket.send(message)
      const [data, binary] = await heard
      return [data as Buffer, binary]
    }

    it.each(['live', 'bound'])('is echoed, text and binary, and outlives its deadline: %s', async (service) => {
      const socket = await connect(service)
      expect(String((await say(socket, 'häuser'))[0])).toBe('häuser')
      await sleep(1_200)
      const bytes = Buffer.from([0, 255, 1, 254])
      const [data, binary] = await say(socket, bytes)
      expect([data.equals(bytes), binary]).toEqual([true, true])
      const closed = once(socket, 'close')
      socket.close(4001, 'enough')
      const [code, reason] = await closed
      expect([code, String(reason)]).toEqual([4001, 'enough'])
    })

    it('agrees on a subprotocol', async () => {
      const socket = await connect('live', ['other.v1', 'echo.v1'])
      expect(socket.protocol).toBe('echo.v1')
      socket.terminate()
    })

    it('is closed by the upstream with its own code', async () => {
      const socket = await connect('live')
      const closed = once(socket, 'close')
      socket.send('close 4002 moved')
      const [code, reason] = await closed
      expect([code, String(reason)]).toEqual([4002, 'moved'])
    })

    it('ends when the upstream vanishes', async () => {
      const socket = await connect('live')
      socket.on('error', () => {})
      const closed = once(socket, 'close')
      socket.send('vanish')
      expect((await closed)[0]).toBe(1006)
    })

    it('ends at the upstream when the client vanishes', async () => {
      const socket = await connect('live')
      const ended = eventually('the upstream closes its side', () => upstream.webSockets === 0)
      socket.terminate()
      await ended
    })

    it('is refused as the upstream refuses it', async () => {
      const socket = new WebSocket(`${mesh.url.replace('http', 'ws')}/svc/live/no-socket-here`)
      const [, response] = await once(socket, 'unexpected-response')
      expect(response.statusCode).toBe(403)
    })

    it('is refused by the mesh where the name is not known', async () => {
      const socket = new WebSocket(`${mesh.url.replace('http', 'ws')}/svc/nobody/ws`)
      const [, response] = await once(socket, 'unexpected-response')
      expect([response.statusCode, response.headers['selvedge-error']]).toEqual([404, 'service_not_found'])
    })
  })
})
