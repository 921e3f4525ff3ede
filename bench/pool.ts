/** Ten real endpoints, one of which can be turned slow. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Milliseconds that a healthy endpoint takes: from the first up to the second, drawn evenly. */
const HEALTHY_MS = [10, 50] as const
/** Milliseconds that a slow one takes. */
const SLOW_MS = 2000

export interface Pool {
  readonly ports: readonly number[]
  /** Which one is slow; `undefined` is none. */
  slow: number | undefined
  /** Requests that each has been sent since the last call. */
  taken(): number[]
  close(): void
}

export async function startPool(size: number, random: () => number): Promise<Pool> {
  const counts = Array.from({ length: size }, () => 0)
  const servers: Server[] = []
  for (let index = 0; index < size; index++) {
    const server = createServer((_, response) => {
      counts[index] = (counts[index] ?? 0) + 1
      const [least, most] = HEALTHY_MS
      const ms = pool.slow === index ? SLOW_MS : least + random() * (most - least)
      setTimeout(() => response.end('ok'), ms)
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
    servers.push(server)
  }
  const pool: Pool = {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    slow: undefined,
    taken: () => counts.splice(0, size, ...Array.from({ length: size }, () => 0)),
    close() {
      for (const server of servers) {
        server.closeAllConnections()
        server.close()
      }
    },
  }
  return pool
}
