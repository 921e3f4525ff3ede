/** A KV namespace as workerd speaks to it, over HTTP: it has every name asked for and counts the reads. */
import { recordOf } from './records.ts'

let reads = 0

export default {
  async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    if (url.pathname === '/bench/reads') return new Response(String(reads))
    reads += 1
    if (request.method === 'POST') {
      const { keys, withMetadata } = (await request.json()) as { keys: string[]; withMetadata?: boolean }
      return Response.json(Object.fromEntries(keys.map((key) => [key, entryOf(key, withMetadata)])))
    }
    const record = recordOf(decodeURIComponent(url.pathname.slice(1)))
    return record === undefined ? new Response('Not Found', { status: 404 }) : new Response(record)
  },
}

function entryOf(key: string, withMetadata = false) {
  const value = recordOf(key) ?? null
  return withMetadata && value !== null ? { value, metadata: null } : value
}
