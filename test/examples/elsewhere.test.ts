/** The examples of examples/elsewhere, run in Node: one calls by name over a mesh's address, the other is guarded by its record. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { importJWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { type GivenKey, givenKey } from '../support/given-keys.ts'

// From source, as Node has it.
vi.mock('selvedge', () => import('../../src/index-node.ts'))
vi.mock('selvedge/node', () => import('../../src/node.ts'))
vi.mock('selvedge/trust', () => import('../../src/trust.ts'))

const RECORD = {
  endpoints: [{ lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS' } }],
  access: { default: 'deny', rules: [{ name: 'readers', effect: 'allow', callers: ['checkout'] }] },
}

describe('examples/elsewhere', () => {
  const asked: { url: string | undefined; headers: Record<string, unknown> }[] = []
  let mesh: Server
  let key: GivenKey
  beforeAll(async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    mesh = createServer((request, response) => {
      const { url, headers } = request
      asked.push({ url, headers })
      const isKnown = headers.authorization === 'Bearer T0KEN'
      if (url !== '/-/api/v1/services/users') response.end('Ada')
      else response.writeHead(isKnown ? 200 : 401).end(JSON.stringify({ name: 'users', record: RECORD }))
    })
    await once(mesh.listen(0, '127.0.0.1'), 'listening')
    vi.stubEnv('MESH_URL', `http://127.0.0.1:${(mesh.address() as AddressInfo).port}`)
    vi.stubEnv('PORT', '0')
    key = await givenKey('front-1', { 'selvedge:callers': ['front'] })
    vi.stubEnv('MESH_KEY', key.secret)
    vi.stubEnv('SELVEDGE_TOKEN', 'T0KEN')
  })
  afterAll(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    mesh.closeAllConnections()
    mesh.close()
  })

  it('server.ts calls users by name, with what its caller allows', async () => {
    const { server } = await import('../../examples/elsewhere/server.ts')
    if (!server.listening) await once(server, 'listening')
    const headers = { 'selvedge-timeout-ms': '5000', 'selvedge-retry-allowance': '2' }
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { headers })
    expect([answer.status, await answer.text()]).toEqual([200, 'Ada'])
    const sent = asked.find(({ url }) => url === '/svc/users/42')?.headers
    expect(Number(sent?.['selvedge-timeout-ms'])).toBeLessThanOrEqual(4995)
    expect(sent?.['selvedge-retry-allowance']).toBe('1')
    expect(sent?.traceparent).toMatch(/^00-[0-9a-f]{32}-/)
    const token = String(sent?.['selvedge-identity'])
    const { payload } = await jwtVerify(token, await importJWK(key.open, 'Ed25519'), { audience: 'users' })
    expect([payload.iss, payload.sub]).toEqual(['mesh.example.com', 'front'])
    server.closeAllConnections()
    server.close()
  })

  it('lambda.ts lets in whom its record lets in', async () => {
    const { handler } = await import('../../examples/elsewhere/lambda.ts')
    const of = async (caller: string, apiId = 'selvedge') => {
      const event = {
        rawPath: '/42',
        headers: { host: 'users', 'selvedge-caller': caller },
        requestContext: { apiId, domainName: 'users', stage: '$default', http: { method: 'GET' } },
      }
      return (await handler(event, { getRemainingTimeInMillis: () => 30_000 })).statusCode
    }
    expect([await of('checkout'), await of('reports'), await of('checkout', 'abcdefghij')]).toEqual([200, 403, 401])
  })
})
