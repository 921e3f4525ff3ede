/** KV, by a request of its own: `npm start` takes an edit as `wrangler kv key put` makes one where the mesh is deployed. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { Shop } from './shop.ts'

export interface Edits {
  readonly url: string
  close(): Promise<void>
}

/** Listens on loopback for `PUT /services/<name>` with the record as its content. */
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
    await put(decodeURIComponent(name), await text(request))
    response.writeHead(200).end(`KV: services/${name} is written.\n`)
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
