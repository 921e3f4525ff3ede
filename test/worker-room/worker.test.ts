import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Env } from '../../src/worker/env.ts'
import worker, { MeshEntrypoint } from '../../src/worker/worker.ts'
import { upstream } from '../support/upstream.ts'

const ctx = { waitUntil() {} } as unknown as ExecutionContext

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

  it('never forwards what is reserved on a host of the mesh, and nothing else is reserved elsewhere', async () => {
    const { users, env } = given()
    expect((await worker.fetch(asked('http://localhost/-/healthz'), env, ctx)).status).toBe(200)
    expect((await worker.fetch(asked('http://localhost/-/anything'), env, ctx)).status).toBe(404)
    expect(users.requests).toHaveLength(0)
    await worker.fetch(asked('http://users/-/healthz'), env, ctx)
    expect(users.requests[0]?.url).toBe('http://users/-/healthz')
  })

  it('believes those who come by service binding, and not those who come from outside', async () => {
    const calls = async (entry: typeof worker) => {
      const { users, env } = given()
      await entry.fetch(asked('http://users/', { 'selvedge-retry-allowance': '9' }), env, ctx)
      return users.requests[0]?.headers.get('selvedge-retry-allowance')
    }
    expect(await calls(worker)).toBe('2')
    expect(await calls(MeshEntrypoint)).toBe('9')
  })

  it('says what is wrong with its configuration, in the answer and in the log', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { env } = given({ MESH_FRESH: 'soon' })
    const response = await worker.fetch(asked('http://users/'), env, ctx)
    expect(response.status).toBe(500)
    expect(response.headers.get('selvedge-error')).toBe('internal')
    expect(((await response.json()) as { detail: string }).detail).toContain('MESH_FRESH')
    expect(log).toHaveBeenCalled()
  })
})
