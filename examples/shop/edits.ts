/** KV, by a request of its own: `npm start` takes an edit as `wrangler kv key put` makes one where the mesh is deployed. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { misnamed, refusals } from '../../src/cli/dev/refusal.ts'
import { printable } from '../../src/cli/print/printable.ts'
import type { Shop } from './shop.ts'

const PLAIN = { 'content-type': 'text/plain; charset=utf-8' }

export interface Edits {
  readonly url: string
  close(): Promise<void>
}

/**
 * Listens on loopback for `PUT /services/<name>` with the record as its content. Garbage is refused here, in the words of
 * `selvedge validate`: `wrangler` would write it, and the mesh would go on with the last good record.
 */
export async function startEdits(port: number, put: Shop['put']): Promise<Edits> {
  const server = createServer((request, response) => {
    edit(request, response).catch(() => response.destroy())
  })
  await once(server.listen(port, '127.0.0.1'), 'listening')

  async function edit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name] = /^\/services\/([^/?]+)$/.exec(request.url ?? '') ?? []
    if (request.method !== 'PUT' || name === undefined) {
      response.writeHead(404).end('PUT /services/<name>\n')
      return
    }
    const [key, record] = [decoded(name), await text(request)]
    const bad = misnamed(key)
    const refused = bad ? [bad] : refusals(key, record)
    if (refused.length > 0) {
      const told = refused.map(({ text }) => `${printable(text)}\n`).join('')
      response.writeHead(422, PLAIN).end(`KV is left as it was: the mesh would refuse this record.\n${told}`)
      return
    }
    await put(key, record)
    response.writeHead(200, PLAIN).end(`KV: services/${name} is written.\n`)
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** What is no encoding of a name is none. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
