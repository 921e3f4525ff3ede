/** A function in Node calls by name, over a mesh's address: what its caller allowed arrives at the service that the mesh finds. */
import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { decodeJwt } from 'jose'
import { afterEach, describe, expect, it } from 'vitest'
import { lambdaHandler } from '../../src/bridge/lambda.ts'
import { nodeListener } from '../../src/bridge/node.ts'
import { createMesh } from '../../src/index-node.ts'
import type { MeshOptions } from '../../src/mesh/options.ts'
import type { Handler } from '../../src/mesh/serve.ts'
import { viaMesh } from '../../src/registry/via-mesh.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { trust } from '../../src/trust.ts'
import type { Env } from '../../src/worker/env.ts'
import { createWorker } from '../../src/worker/worker.ts'
import { eventually } from '../support/eventually.ts'
import { type GivenKey, givenKey, givenToken } from '../support/given-keys.ts'

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

const DOMAIN = 'mesh.example.com'
const ONLY_FRONT = { default: 'deny', rules: [{ name: 'readers', effect: 'allow', callers: ['front'] }] }

/** What `users` answer, where nothing else is said. */
const ada = (_request: Request): Response | Promise<Response> => new Response('Ada')

/** A mesh Worker that knows `users`: its address, and what it and they were sent. */
async function givenMesh(record: object, keys: readonly object[], users = ada) {
  const heard: Request[] = []
  const sent: Request[] = []
  const USERS = {
    fetch: async (url: string, init: RequestInit) => {
      const request = new Request(url, init)
      sent.push(request)
      return users(request)
    },
  }
  const records: Record<string, object> = { 'services/users': { endpoints: [{ binding: 'USERS' }], ...record } }
  const entry = (key: string) => ({ value: records[key] ? JSON.stringify(records[key]) : null, metadata: null })
  const REGISTRY = { getWithMetadata: async (key: string) => entry(key) }
  const worker = createWorker({ trust })
  const env = { REGISTRY, USERS, MESH_LOG: 'off', MESH_TRUST: { domain: DOMAIN, keys: { keys } } } as unknown as Env
  const fetch: Handler<Env>['fetch'] = (request, env, ctx) => {
    heard.push(request)
    return worker.fetch(request as Parameters<typeof worker.fetch>[0], env, ctx)
  }
  return { mesh: await listening({ fetch }, env), heard, sent }
}

/** The same, and a function that calls `users`: its address. */
async function given(
  record: object = {},
  options: Partial<MeshOptions> = {},
  keys: readonly object[] = [],
  users = ada,
) {
  const made = await givenMesh(record, keys, users)
  const front = createMesh({ registry: viaMesh(made.mesh), waitUntil() {}, log: 'off', ...options })
  const call = (request: Request) =>
    front.fetch(`http://users${new URL(request.url).pathname}`, {
      method: request.method,
      body: request.body,
      duplex: 'half',
    } as RequestInit)
  return { ...made, ask: await listening(front.serve({ fetch: call }), {}) }
}

/** Options of a function that signs as `front` with this key, towards the mesh on this machine. */
const signing = (key: GivenKey, members = ['127.0.0.1']): Partial<MeshOptions> => ({
  name: 'front',
  trust: trust({ domain: DOMAIN, key: key.secret, members }),
  // It only calls: who may call it is nobody's concern.
  defaults: { access: { default: 'allow' } },
})

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

  it('streams up and down: the first is answered before the last is sent', async () => {
    const { ask } = await given({}, {}, [], ({ body }) => new Response(body))
    const asked = request(ask, { method: 'POST', agent: false })
    asked.write('one')
    const [response] = await once(asked, 'response')
    expect(String((await once(response, 'data'))[0])).toBe('one')
    asked.end('two')
    expect(await text(response)).toBe('two')
  })

  it('calls its call off, and the mesh is told, when its own caller leaves', async () => {
    const { ask, heard } = await given({}, {}, [], () => new Promise(() => {}))
    const leaving = new AbortController()
    const asked = fetch(ask, { signal: leaving.signal })
    await eventually('the mesh is called', () => heard[0])
    expect(heard[0]?.signal.aborted).toBe(false)
    leaving.abort()
    await expect(asked).rejects.toThrow()
    await eventually('the mesh is told', () => heard[0]?.signal.aborted)
  })

  it('is a stranger to the mesh: where a record wants to know who calls, it is refused', async () => {
    const { ask, sent } = await given({ access: ONLY_FRONT })
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

describe('a function elsewhere with a key of its own', () => {
  it('is the member that its key speaks for: what a record lets that name do, it may', async () => {
    const key = await givenKey('front-1', { 'selvedge:callers': ['front'] })
    const { ask, heard, sent } = await given({ access: ONLY_FRONT }, signing(key), [key.open])
    expect((await fetch(ask)).status).toBe(200)
    const { aud, sub, iss } = decodeJwt(heard[0]?.headers.get('selvedge-identity') ?? '')
    expect({ aud, sub, iss }).toEqual({ aud: 'users', sub: 'front', iss: DOMAIN })
    // The token was for the mesh. Beside a binding its name is enough.
    expect(sent[0]?.headers.get('selvedge-identity')).toBeNull()
    expect(sent[0]?.headers.get('selvedge-caller')).toBe('front')
  })

  it('signs for each name that it calls, once a minute', async () => {
    const key = await givenKey('front-1', { 'selvedge:callers': ['front'] })
    const { mesh, heard } = await given({}, {}, [key.open])
    const front = createMesh({
      registry: viaMesh(mesh),
      waitUntil() {},
      log: 'off',
      errors: 'response',
      ...signing(key),
    })
    for (const name of ['users', 'users', 'billing']) await front.fetch(`http://${name}/`)
    const tokens = heard.map(({ headers }) => headers.get('selvedge-identity') ?? '')
    expect(tokens.map((token) => decodeJwt(token).aud)).toEqual(['users', 'users', 'billing'])
    const isSameMinute = decodeJwt(tokens[0] ?? '').iat === decodeJwt(tokens[1] ?? '').iat
    expect(tokens[0] === tokens[1]).toBe(isSameMinute)
  })

  it('is believed in what it says of the call: its priority passes on', async () => {
    const key = await givenKey('front-1', { 'selvedge:callers': ['front'] })
    const priority = { headers: { 'selvedge-priority': 'critical' } }
    const called = async (options: Partial<MeshOptions>) => {
      const { mesh, sent } = await givenMesh({}, [key.open])
      await createMesh({ registry: viaMesh(mesh), waitUntil() {}, log: 'off', ...options }).fetch(
        'http://users/',
        priority,
      )
      return sent[0]?.headers.get('selvedge-priority')
    }
    expect(await called(signing(key))).toBe('critical')
    expect(await called({})).not.toBe('critical')
  })

  it.each([
    ['a key that speaks for another', { 'selvedge:callers': ['thumb'] }, undefined, 401],
    ['a host of the mesh that is no member: it gets no token', { 'selvedge:callers': ['front'] }, ['mesh.test'], 401],
  ])('is refused with %s', async (_, over, members, status) => {
    const key = await givenKey('front-1', over)
    const { ask, sent } = await given({ access: ONLY_FRONT }, signing(key, members), [key.open])
    expect((await fetch(ask)).status).toBe(status)
    expect(sent).toEqual([])
  })

  it('is refused with a key that the mesh does not know, and told no more than that', async () => {
    const [known, own] = await Promise.all([givenKey('front-1'), givenKey('front-1')])
    const { ask } = await given({ access: ONLY_FRONT }, signing(own), [known.open])
    const answer = await fetch(ask)
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([401, 'caller_unknown'])
  })
})

describe('a function elsewhere that is called', () => {
  it('lets in whom its record lets in, by their tokens, whichever way they come', async () => {
    const key = await givenKey('mesh-1')
    const registry = memoryRegistry({ users: { endpoints: ['https://users.test'], access: ONLY_FRONT } })
    const users = createMesh({
      name: 'users',
      registry,
      trust: trust({ domain: DOMAIN, keys: { keys: [key.open] } }),
      log: 'off',
    })
    const served = users.serve({ fetch: () => new Response('in') })
    const byNode = await listening(served, {})
    const byLambda = lambdaHandler(served)
    const statuses = async (headers: Record<string, string>) => {
      const requestContext = { apiId: 'abcdefghij', domainName: 'x', stage: '$default', http: { method: 'GET' } }
      const event = { rawPath: '/', headers: { host: 'x', ...headers }, requestContext }
      const lambda = await byLambda(event, { getRemainingTimeInMillis: () => 30_000 })
      return [(await fetch(byNode, { headers })).status, lambda.statusCode]
    }
    const token = async (claims: object) => ({
      'selvedge-identity': await givenToken(key, Date.now(), { claims: { ...claims } }),
    })
    expect(await statuses(await token({ sub: 'front' }))).toEqual([200, 200])
    expect(await statuses(await token({ sub: 'reports' }))).toEqual([403, 403])
    expect(await statuses(await token({ sub: 'front', aud: 'billing' }))).toEqual([401, 401])
    expect(await statuses({ 'selvedge-caller': 'front' })).toEqual([401, 401])
  })
})
