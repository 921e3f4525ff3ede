/** A function in Node calls by name, over a mesh's address: what its caller allowed arrives at the service that the mesh finds. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { nodeListener } from '../../src/bridge/node.ts'
import { createMesh } from '../../src/index-node.ts'
import type { Handler } from '../../src/mesh/serve.ts'
import { viaMesh } from '../../src/registry/via-mesh.ts'
import type { Env } from '../../src/worker/env.ts'
import worker from '../../src/worker/worker.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function listening<Of>(handler: Handler<Of>, env: Of): Promise<string> {
  const server = createServer(nodeListener(handler, env))
  servers.push(server)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A mesh Worker that knows `users`, and a function beside it that calls them: its address, and what `users` were sent. */
async function given(record: object = {}) {
  const sent: Request[] = []
  const USERS = {
    fetch: async (url: string, init: RequestInit) => {
      sent.push(new Request(url, init))
      return new Response('Ada')
    },
  }
  const records: Record<string, object> = { 'services/users': { endpoints: [{ binding: 'USERS' }], ...record } }
  const entry = (key: string) => ({ value: records[key] ? JSON.stringify(records[key]) : null, metadata: null })
  const REGISTRY = { getWithMetadata: async (key: string) => entry(key) }
  const mesh = await listening({ fetch: worker.fetch as Handler<Env>['fetch'] }, {
    REGISTRY,
    USERS,
    MESH_LOG: 'off',
  } as unknown as Env)
  const front = createMesh({ registry: viaMesh(mesh), waitUntil() {}, log: 'off' })
  const ask = await listening(
    front.serve({ fetch: (request) => front.fetch(`http://users${new URL(request.url).pathname}`) }),
    {},
  )
  return { ask, mesh, sent }
}

describe('a function elsewhere', () => {
  it('calls a name by way of the mesh, with deadline, allowance and trace', async () => {
    const { ask, sent } = await given()
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const headers = { 'selvedge-timeout-ms': '9000', 'selvedge-retry-allowance': '2', traceparent }
    const answer = await fetch(`${ask}/a%20b//c`, { headers })
    expect([answer.status, await answer.text()]).toEqual([200, 'Ada'])
    // The mesh settles what it was lent, and the function tells its caller.
    expect(answer.headers.get('selvedge-retries-used')).toBe('0')
    const [request] = sent
    expect(request?.url).toBe('http://users/a%20b//c')
    // Five of its milliseconds are kept at each hop.
    expect(Number(request?.headers.get('selvedge-timeout-ms'))).toBeLessThanOrEqual(8990)
    expect(Number(request?.headers.get('selvedge-timeout-ms'))).toBeGreaterThan(1000)
    expect(request?.headers.get('selvedge-retry-allowance')).toBe('1')
    expect(request?.headers.get('traceparent')).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
    expect(request?.headers.get('cdn-loop')).toBe('selvedge, selvedge')
  })

  it('is a stranger to the mesh: where a record wants to know who calls, it is refused', async () => {
    const rules = [{ name: 'readers', effect: 'allow', callers: ['front'] }]
    const { ask, sent } = await given({ access: { default: 'deny', rules } })
    const answer = await fetch(ask, { headers: { 'selvedge-caller': 'front' } })
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([401, 'caller_unknown'])
    expect(sent).toEqual([])
  })

  it('hears that there is no such name', async () => {
    const { mesh } = await given()
    const front = createMesh({ registry: viaMesh(mesh), waitUntil() {}, errors: 'response' })
    const answer = await front.fetch('http://nobody/')
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([404, 'service_not_found'])
  })
})
