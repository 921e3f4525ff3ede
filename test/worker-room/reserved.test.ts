import { describe, expect, it } from 'vitest'
import { type Caller, NAMELESS, STRANGER } from '../../src/core/caller.ts'
import { readInstallation } from '../../src/wire/installation.ts'
import { reserved } from '../../src/worker/reserved.ts'

/** A binding of the control plane, and what came to it. */
function controlled(answer: () => Response) {
  const seen: Request[] = []
  const control = {
    fetch: async (request: Request) => {
      seen.push(request)
      return answer()
    },
  }
  return { seen, control: control as unknown as Fetcher }
}

const sent = (request: Request, path: string, control?: Fetcher, env: object = {}, by: Caller = STRANGER) =>
  reserved(request, path, control ? { ...env, CONTROL: control } : env, {
    parts: { cloud: true, topics: false },
    caller: by,
    trusted: by.name !== undefined,
  })
const asked = (path: string, control?: Fetcher) => sent(new Request(`http://localhost${path}`), path, control)

async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  const problem = (await response.json()) as { detail: string; status: number }
  expect(problem.status).toBe(response.status)
  return problem
}

describe('reserved', () => {
  it('says by itself that it is well, and which version it is', async () => {
    const { control, seen } = controlled(() => new Response('not asked'))
    for (const path of ['/-/healthz', '/-/healthz?verbose']) {
      const response = await asked(path, control)
      expect(response.status).toBe(200)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual({ status: 'ok', version: '0.0.0-test' })
    }
    expect(seen).toEqual([])
  })

  it.each<[string, Caller, object]>([
    ['a stranger', STRANGER, { caller: null, class: 'stranger', proof: 'none', trusted: false }],
    ['a member without a name', NAMELESS, { caller: null, class: 'member', proof: 'member', trusted: false }],
    [
      'a member',
      { name: 'checkout', proof: 'binding' },
      { caller: 'checkout', class: 'member', proof: 'binding', trusted: true },
    ],
  ])('tells %s by itself who it is, and what shows it', async (_, by, told) => {
    const { control, seen } = controlled(() => new Response('not asked'))
    const response = await sent(new Request('http://localhost/-/whoami?x'), '/-/whoami?x', control, {}, by)
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(await response.json()).toEqual(told)
    expect(seen).toEqual([])
  })

  const OTHERS = ['/-/', '/-/healthz/', '/-/api/v1/schema', '/-/api/v1/services?token=secret', '/-/metrics']

  it.each(OTHERS)('finds nothing under %s without a control plane', async (path) => {
    const response = await asked(path)
    expect(response.status).toBe(404)
    const { detail } = await problemOf(response)
    expect(detail).toContain(path.split('?')[0])
    expect(detail).not.toContain('secret')
  })

  it.each(OTHERS)('hands %s on to the control plane as it came, and its answer back', async (path) => {
    const answer = new Response('theirs', { status: 418 })
    const { control, seen } = controlled(() => answer)
    const request = new Request(`http://localhost${path}`, { method: 'POST', body: 'mine', headers: { 'x-one': '1' } })
    expect(await sent(request, path, control)).toBe(answer)
    expect(seen).toHaveLength(1)
    expect(seen[0]).toMatchObject({ url: `http://localhost${path}`, method: 'POST' })
    expect(seen[0]?.headers.get('x-one')).toBe('1')
    expect(await seen[0]?.text()).toBe('mine')
  })

  it('tells the API, and nobody else, what this Worker has: of bindings the kind, of variables those that are no secrets', async () => {
    const { control, seen } = controlled(() => new Response())
    const env = {
      REGISTRY: { getWithMetadata() {}, get() {}, put() {} },
      USERS: { fetch() {} },
      ROOMS: { idFromName() {}, get() {} },
      DISPATCH: { get() {} },
      JOBS: { send() {}, sendBatch() {} },
      FILES: { get() {}, put() {}, head() {} },
      CLIENT: new Proxy({}, { get: () => () => {} }),
      LIMITS: { a: 1 },
      AWS_SECRET_ACCESS_KEY: 'very secret',
      MESH_SESSION_KEY: 'secret too',
      MESH_GRANT_KEY: 'and this',
      MESH_DOMAIN: 'mésh',
      MESH_DEFAULTS: { retry: { attempts: 1 } },
    }
    const lie = { 'selvedge-installation': '{"version":"9"}' }
    await sent(new Request('http://localhost/-/api/v1/x', { headers: lie }), '/-/api/v1/x', control, env)
    await sent(new Request('http://localhost/-/x', { headers: lie }), '/-/x', control, env)
    const said = seen[0]?.headers.get('selvedge-installation') ?? ''
    expect(said).not.toMatch(/secret too|very secret|and this/)
    expect(said).toMatch(/^[ -~]*$/)
    expect(readInstallation(seen[0]?.headers ?? new Headers())).toEqual({
      version: '0.0.0-test',
      cloud: true,
      bindings: {
        REGISTRY: 'kv',
        CONTROL: 'service',
        USERS: 'service',
        ROOMS: 'object',
        DISPATCH: 'dispatch',
        JOBS: 'queue',
        FILES: 'other',
        CLIENT: 'service',
        LIMITS: 'json',
        AWS_SECRET_ACCESS_KEY: 'value',
        MESH_SESSION_KEY: 'value',
        MESH_GRANT_KEY: 'value',
        MESH_DOMAIN: 'value',
        MESH_DEFAULTS: 'json',
      },
      variables: { MESH_DOMAIN: 'mésh', MESH_DEFAULTS: '{"retry":{"attempts":1}}' },
    })
    expect(seen[1]?.headers.has('selvedge-installation')).toBe(false)
  })

  it('says that the control plane failed, and not why', async () => {
    const { control } = controlled(() => {
      throw new Error('a secret')
    })
    for (const broken of [control, {} as Fetcher]) {
      const response = await asked('/-/api/v1/schema', broken)
      expect(response.status).toBe(503)
      expect((await problemOf(response)).detail).not.toMatch(/secret|function/)
    }
  })
})
