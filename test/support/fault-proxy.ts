/** A TCP proxy that misbehaves on request: what a network does to the connections of a mesh, switchable while they run. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Fault =
  | 'pass'
  /** RST as soon as a request arrives; nothing of it is forwarded. */
  | 'reset'
  /** Accepts, reads, never forwards, never answers. */
  | 'black-hole'
  /** Nobody listens at the port, and what was connected is gone. */
  | 'refuse'
  /** Each piece of an answer comes this much later. */
  | { readonly delayMs: number }
  /** So many bytes of an answer, then RST. */
  | { readonly resetAfterBytes: number }
  /** So many bytes of an answer, then FIN; what is sent to it is still read. */
  | { readonly halfCloseAfterBytes: number }
  /** An answer in pieces of so many bytes, one every so often. */
  | { readonly dripBytes: number; readonly everyMs: number }

export interface FaultProxy {
  /** What a record names: `http://127.0.0.1:N`. */
  readonly url: string
  /** Connections accepted since it was started. */
  readonly accepted: number
  /** Connections open now. */
  readonly open: number
  /** From here on, for connections that are open as well as for new ones. */
  set(fault: Fault): Promise<void>
  close(): Promise<void>
}

/** Long enough for bytes already written to reach the peer: an RST overtakes what the kernel has not sent yet. */
const FLUSH_MS = 20

/** Stands in front of `target` (`http://127.0.0.1:N`). */
export async function faultProxy(target: string): Promise<FaultProxy> {
  const upstreamPort = Number(new URL(target).port)
  const clients = new Set<Socket>()
  let fault: Fault = 'pass'
  let accepted = 0

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    accepted += 1
    clients.add(client)
    const upstream = connect({ port: upstreamPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })
    let answered = 0

    pump(client, upstream, async (chunk) => {
      answered = 0
      if (fault === 'reset') client.resetAndDestroy()
      else if (fault !== 'black-hole') await write(upstream, chunk)
    })
    pump(upstream, client, async (chunk) => {
      const before = answered
      const now = fault
      answered += chunk.length
      if (now === 'black-hole') return
      if (typeof now === 'string') return write(client, chunk)
      if ('delayMs' in now) {
        await sleep(now.delayMs)
        return write(client, chunk)
      }
      if ('dripBytes' in now) return drip(client, chunk, now.dripBytes, now.everyMs)
      const limit = 'resetAfterBytes' in now ? now.resetAfterBytes : now.halfCloseAfterBytes
      if (before >= limit) return
      await write(client, chunk.subarray(0, limit - before))
      if (answered < limit) return
      await sleep(FLUSH_MS)
      if ('resetAfterBytes' in now) client.resetAndDestroy()
      else client.end()
    })
    client
      .on('error', () => {})
      .on('close', () => {
        clients.delete(client)
        upstream.destroy()
      })
    upstream.on('error', () => client.resetAndDestroy())
  })

  const listen = async (port: number) => once(server.listen(port, '127.0.0.1'), 'listening')
  const stop = async () => {
    const closed = server.listening ? once(server, 'close') : undefined
    server.close()
    for (const client of clients) client.resetAndDestroy()
    await closed
  }

  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    get accepted() {
      return accepted
    },
    get open() {
      return clients.size
    },
    async set(next) {
      fault = next
      if (next === 'refuse') await stop()
      else if (!server.listening) await listen(port)
    },
    close: stop,
  }
}

/** One chunk at a time: the next is read when this one is dealt with, and the end comes after the last of them. */
function pump(from: Socket, to: Socket, deal: (chunk: Buffer) => Promise<void>): void {
  let dealing = Promise.resolve()
  from.on('data', (chunk: Buffer) => {
    from.pause()
    dealing = dealing.then(() => deal(chunk)).finally(() => from.resume())
  })
  // A socket emits its end even while it is paused.
  from.on('end', () => void dealing.then(() => to.end()))
}

async function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.writable && !to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]).catch(() => {})
}

async function drip(to: Socket, chunk: Buffer, bytes: number, everyMs: number): Promise<void> {
  for (let at = 0; at < chunk.length && to.writable; at += bytes) {
    await write(to, chunk.subarray(at, at + bytes))
    await sleep(everyMs)
  }
}
