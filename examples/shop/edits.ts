/** What `npm start` takes by requests of its own: an edit of KV, as `wrangler kv key put` makes one where the mesh is deployed; and a fault, to be found. */
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

/** Breaks one thing of the shop, and mends it. */
export interface Breakable {
  /** One of those that there are, by chance. */
  breakOne(): Promise<void>
  /** @returns what was broken; `undefined` where nothing was. */
  mend(): Promise<string | undefined>
}

/**
 * Listens on loopback for `PUT /services/<name>` with the record as its content. Garbage is refused here, in the words of
 * `selvedge validate`: `wrangler` would write it, and the mesh would go on with the last good record. `POST /fault` breaks something and does not
 * say what; `DELETE /fault` says it, and mends it.
 */
export async function startEdits(port: number, put: Shop['put'], shop?: Breakable): Promise<Edits> {
  const server = createServer((request, response) => {
    const answered = shop && request.url === '/fault' ? fault(shop, request, response) : edit(request, response)
    answered.catch(() => response.destroy())
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

async function fault(shop: Breakable, { method }: IncomingMessage, response: ServerResponse): Promise<void> {
  if (method === 'POST') {
    await shop.breakOne()
    response.writeHead(200, PLAIN).end('Something is broken. The dashboard shows where, within a minute.\n')
  } else if (method === 'DELETE') {
    const was = await shop.mend()
    response
      .writeHead(200, PLAIN)
      .end(was === undefined ? 'Nothing was broken.\n' : `It was this: ${was}. It is mended.\n`)
  } else response.writeHead(405, { allow: 'POST, DELETE' }).end()
}

/** What is no encoding of a name is none. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
