/** A KV namespace as workerd speaks to one (`kvNamespace` of its configuration), over HTTP, with the faults a real one has. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type KvFault =
  | 'none'
  /** Takes the request and never answers. */
  | 'hang'
  /** 503, as KV says when it is down. */
  | 'fail'
  /** Answers 200 with something that is not KV's. */
  | 'nonsense'

export interface KvServer {
  /** `127.0.0.1:N`. */
  readonly address: string
  /** Read requests so far: a bulk read is one. */
  readonly reads: number
  /** Writes so far, of all keys, and those of them that came within a second of the one before to the same key: 429, as Workers KV says. */
  readonly writes: number
  readonly tooFast: number
  fault: KvFault
  /** Before every answer. */
  delayMs: number
  /** `services/<name>`: a string as it is, anything else as JSON; undefined takes it away. */
  put(name: string, record: unknown): void
  /** What stands under `services/<name>`, with its metadata. */
  get(name: string): Stored | undefined
  close(): void
}

export interface Stored {
  readonly value: string
  readonly metadata: unknown
}

/** A key takes one write a second; the 10 ms are for two clocks that differ. */
const WRITE_MS = 990
/** Keys of a list, at most. */
const PAGE = 1_000

export async function startKv(records: Record<string, unknown> = {}): Promise<KvServer> {
  const stored = new Map<string, Stored>()
  const writtenAt = new Map<string, number>()
  let reads = 0
  let writes = 0
  let tooFast = 0

  const server = createServer((request, response) => void answer(request, response))
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    reads += 1
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (kv.delayMs > 0) await sleep(kv.delayMs)
    if (kv.fault === 'hang') return undefined
    if (kv.fault === 'fail') return response.writeHead(503).end('down')
    if (kv.fault === 'nonsense') return response.writeHead(200).end('<html>')

    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://kv')
    if (request.method === 'POST' && pathname === '/bulk/get') {
      const { keys, withMetadata } = JSON.parse(Buffer.concat(chunks).toString())
      return json(
        response,
        Object.fromEntries(keys.map((key: string) => [key, bulkEntry(stored.get(key), withMetadata)])),
      )
    }
    const key = decodeURIComponent(pathname.slice(1))
    if (request.method === 'GET' && key === '') return json(response, listed(searchParams))
    if (request.method === 'PUT' || request.method === 'DELETE') {
      writes += 1
      const at = performance.now()
      if (at - (writtenAt.get(key) ?? Number.NEGATIVE_INFINITY) < WRITE_MS) {
        tooFast += 1
        return response.writeHead(429).end('Too Many Requests')
      }
      writtenAt.set(key, at)
    }
    if (request.method === 'PUT') {
      const metadata = request.headers['cf-kv-metadata']
      stored.set(key, {
        value: Buffer.concat(chunks).toString(),
        metadata: metadata === undefined ? null : JSON.parse(String(metadata)),
      })
      return response.writeHead(200).end()
    }
    if (request.method === 'DELETE') {
      stored.delete(key)
      return response.writeHead(200).end()
    }
    const found = stored.get(key)
    if (request.method !== 'GET' || !found) return response.writeHead(request.method === 'GET' ? 404 : 405).end()
    response.writeHead(200, found.metadata === null ? {} : { 'cf-kv-metadata': JSON.stringify(found.metadata) })
    return response.end(found.value)
  }
  function listed(asked: URLSearchParams): unknown {
    const keys = [...stored.keys()].filter((key) => key.startsWith(asked.get('prefix') ?? '')).sort()
    const rest = keys.filter((key) => key > (asked.get('cursor') ?? ''))
    const page = rest.slice(0, PAGE)
    const isLast = page.length === rest.length
    return {
      keys: page.map((name) => {
        const metadata = stored.get(name)?.metadata
        return { name, ...(metadata == null ? {} : { metadata: JSON.stringify(metadata) }) }
      }),
      list_complete: isLast,
      ...(isLast ? {} : { cursor: page.at(-1) }),
      cacheStatus: null,
    }
  }
  await once(server.listen(0, '127.0.0.1'), 'listening')

  const kv: KvServer = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get reads() {
      return reads
    },
    get writes() {
      return writes
    },
    get tooFast() {
      return tooFast
    },
    fault: 'none',
    delayMs: 0,
    put(name, record) {
      if (record === undefined) stored.delete(`services/${name}`)
      else {
        const value = typeof record === 'string' ? record : JSON.stringify(record)
        stored.set(`services/${name}`, { value, metadata: null })
      }
    },
    get: (name) => stored.get(`services/${name}`),
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  for (const [name, record] of Object.entries(records)) kv.put(name, record)
  return kv
}

function bulkEntry(found: Stored | undefined, withMetadata: boolean): unknown {
  if (!found) return null
  return withMetadata ? { value: found.value, metadata: found.metadata } : found.value
}

function json(response: ServerResponse, value: unknown): unknown {
  return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}
