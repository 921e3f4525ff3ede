import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import worker, { createWorker, type Entrance, MeshEntrypoint } from '../../src/worker/worker.ts'
import { upstream } from '../support/upstream.ts'

const ctx = { waitUntil() {}, props: {} } as unknown as ExecutionContext & { props?: unknown }

/** A KV namespace that holds these records. */
function namespace(records: Record<string, string>): KVNamespace {
  const entry = (key: string) => ({ value: records[key] ?? null, metadata: null })
  const getWithMetadata = async (keys: string | string[]) =>
    typeof keys === 'string' ? entry(keys) : new Map(keys.map((key) => [key, entry(key)]))
  return { getWithMetadata } as unknown as KVNamespace
}

function given(over: Record<string, unknown> = {}) {
  const users = upstream(503)
  const USERS = { fetch: (url: string, init: RequestInit) => users(new Request(url, init)) }
  const record = {
    endpoints: [{ binding: 'USERS' }],
    retry: { attempts: 2, backoff: '0ms' },
    retryConstraint: 'off',
  }
  const REGISTRY = namespace({ 'services/users': JSON.stringify(record) })
  return { users, env: { REGISTRY, USERS, ...over } as Env }
}

type IncomingRequest = Request<unknown, IncomingRequestCfProperties>
const asked = (url: string, headers: Record<string, string> = {}) => new Request(url, { headers }) as IncomingRequest

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the Worker', () => {
  it('forwards by host, and by path on a host of the mesh', async () => {
    const { users, env } = given()
    await worker.fetch(asked('http://users/1'), env, ctx)
    await worker.fetch(asked('http://localhost/svc/users/2'), env, ctx)
    expect(new Set(users.requests.map(({ url }) => url))).toEqual(new Set(['http://users/1', 'http://users/2']))
  })

  it('is composed of what one uses: without cloud, a Lambda function is out of reach', async () => {
    const { MeshEntrypoint: lean, ...worker } = createWorker()
    const lambda = { function: 'thumbnails', region: 'eu-west-1', secret: 'AWS' }
    const records = { 'services/fn': JSON.stringify({ endpoints: [{ lambda }] }) }
    const { users, env } = given()
    expect((await worker.fetch(asked('http://users/1'), env, ctx)).status).toBe(503)
    expect(users.requests.length).toBeGreaterThan(0)
    const other = { REGISTRY: namespace(records), MESH_LOG: 'off' } as Env
    const answer = await lean.fetch(asked('http://fn/'), other, { ...ctx, props: { caller: 'checkout' } })
    expect(answer.headers.get('selvedge-error')).toBe('no_endpoint')
    expect(await answer.text()).toContain('without `cloud`')
  })

  it('asks the control plane for what is reserved, where it is bound', async () => {
    const CONTROL = { fetch: async () => new Response('controlled') }
    const { env } = given({ CONTROL })
    expect(await (await worker.fetch(asked('http://localhost/-/anything'), env, ctx)).text()).toBe('controlled')
  })

  it('never forwards what is reserved on a host of the mesh, and nothing else is reserved elsewhere', async () => {
    const { users, env } = given()
    expect((await worker.fetch(asked('http://localhost/-/healthz'), env, ctx)).status).toBe(200)
    expect((await worker.fetch(asked('http://localhost/-/anything'), env, ctx)).status).toBe(404)
    expect(users.requests).toHaveLength(0)
    await worker.fetch(asked('http://users/-/healthz'), env, ctx)
    expect(users.requests[0]?.url).toBe('http://users/-/healthz')
  })

  it('believes those who come by a binding that names them, and neither another binding nor those from outside', async () => {
    const heard = async (entry: Entrance, props?: object) => {
      const { users, env } = given()
      const headers = {
        'selvedge-retry-allowance': '9',
        'selvedge-priority': 'critical',
        baggage: 'user=7,selvedge-override=users@pr-1',
      }
      const response = await entry.fetch(asked('http://users/', headers), env, { ...ctx, props })
      const sent = users.requests[0]?.headers
      return [
        ...['selvedge-retry-allowance', 'selvedge-priority', 'baggage'].map((name) => sent?.get(name)),
        // Whoever granted some waits to hear what they cost.
        response.headers.get('selvedge-retries-used'),
      ]
    }
    const stranger = ['2', null, 'user=7', '2']
    expect(await heard(worker)).toEqual(stranger)
    // The default entrance can be bound, too, and is for strangers all the same.
    expect(await heard(worker, { caller: 'checkout' })).toEqual(stranger)
    for (const props of [undefined, {}, { caller: '' }, { caller: 'Not a name' }, { caller: ['checkout'] }]) {
      expect(await heard(MeshEntrypoint, props)).toEqual(stranger)
    }
    const believed = ['9', 'critical', 'user=7,selvedge-override=users@pr-1', '2']
    expect(await heard(MeshEntrypoint, { caller: 'checkout' })).toEqual(believed)
  })

  it('lets a member that has no name lower what it is given', async () => {
    const { users, env } = given()
    const headers = { 'selvedge-retry-allowance': '1', 'selvedge-priority': 'sheddable' }
    await MeshEntrypoint.fetch(asked('http://users/', headers), env, ctx)
    expect(users.requests).toHaveLength(2)
    expect(users.requests[0]?.headers.get('selvedge-priority')).toBe('sheddable')
  })

  it.each([
    ['MESH_FRESH', 'soon', 'MESH_FRESH'],
    ['MESH_LOG', 'loud', 'log is off, error, warn, info'],
    ['MESH_DEFAULTS', '{"timeouts":{"request":"https://admin:pw@10.0.0.7"}}', 'MESH_DEFAULTS'],
    ['REGISTRY', 'not a namespace', 'kvRegistry'],
  ])(
    'tells strangers nothing of a variable that is not understood, and the log all of it: %s',
    async (name, value, said) => {
      const log = vi.spyOn(console, 'error').mockImplementation(() => {})
      const { env } = given({ [name]: value })
      const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
      for (const entry of [worker, MeshEntrypoint]) {
        const response = await entry.fetch(asked('http://users/', { traceparent }), env, ctx)
        expect(response.status).toBe(500)
        expect(response.headers.get('selvedge-error')).toBe('internal')
        const told = JSON.stringify([await response.json(), ...response.headers])
        expect(told).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
        for (const secret of [name, value, said, '10.0.0.7']) expect(told).not.toContain(secret)
      }
      // Twice in a second is once.
      expect(log).toHaveBeenCalledTimes(1)
      const [line] = log.mock.calls[0] as [string]
      expect(JSON.parse(line)).toMatchObject({ from: 'selvedge', level: 'error', event: 'error', code: 'internal' })
      expect(line).toContain(said)
      expect(line).not.toContain('admin:pw')

      const believed = await MeshEntrypoint.fetch(asked('http://users/'), env, {
        ...ctx,
        props: { caller: 'checkout' },
      })
      expect(((await believed.json()) as { detail: string }).detail).toContain(said)
    },
  )
})
