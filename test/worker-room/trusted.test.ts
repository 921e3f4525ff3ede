/** The Worker with keys, as `createWorker({ trust })` makes it: what it tells of keys and tokens, whom it knows, and what it records. */
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { trust } from '../../src/trust.ts'
import type { Env } from '../../src/worker/env.ts'
import { createWorker } from '../../src/worker/worker.ts'
import { DOMAIN, type GivenKey, givenKey, givenToken } from '../support/given-keys.ts'

let key: GivenKey
beforeAll(async () => {
  key = await givenKey('mesh-1', { 'selvedge:since': 1_700_000_000, 'selvedge:callers': ['checkout'] })
})

const USERS = JSON.stringify({
  endpoints: [{ binding: 'USERS' }],
  access: { default: 'deny', rules: [{ name: 'a', effect: 'allow', callers: ['checkout'] }] },
})

function given(vars: object = {}) {
  const worker = createWorker({ trust })
  const sent: Request[] = []
  const env = {
    REGISTRY: { getWithMetadata: async () => ({ value: USERS, metadata: null }) },
    USERS: {
      fetch: async (url: string, init: RequestInit) => {
        sent.push(new Request(url, init))
        return new Response('ok')
      },
    },
    MESH_TRUST: JSON.stringify({ domain: DOMAIN, keys: { keys: [key.open] } }),
    MESH_LOG: 'off',
    ...vars,
  } as object as Env
  const ctx = (props = {}) => ({ waitUntil() {}, passThroughOnException() {}, props }) as object as ExecutionContext
  const ask = async (path: string, headers: Record<string, string> = {}, props?: object) => {
    const entrance = props ? worker.MeshEntrypoint : worker
    return entrance.fetch(new Request(`http://localhost${path}`, { headers }), env, ctx(props))
  }
  const token = (claims = {}) => givenToken(key, Date.now(), { claims })
  return { ask, token, sent }
}

describe('createWorker({ trust })', () => {
  it('shows its public keys to anyone, as whoever verifies elsewhere reads them', async () => {
    const answer = await given().ask('/-/trust/jwks.json')
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/jwk-set+json'])
    const text = await answer.text()
    expect(JSON.parse(text)).toEqual({ keys: [{ ...key.open, use: 'sig' }] })
    expect(text).not.toContain(key.whole.d)
  })

  it('says 503 where they cannot be read, and 404 where there are none', async () => {
    const TRUST = { get: async () => null }
    expect((await given({ MESH_TRUST: { domain: DOMAIN, keys: 'kv' }, TRUST }).ask('/-/trust/jwks.json')).status).toBe(
      503,
    )
    expect((await given({ MESH_TRUST: { domain: DOMAIN } }).ask('/-/trust/jwks.json')).status).toBe(404)
    expect((await given({ MESH_TRUST: undefined }).ask('/-/trust/jwks.json')).status).toBe(404)
  })

  it('knows a caller by its token for the name that is called, and refuses one for another', async () => {
    const { ask, token, sent } = given()
    expect((await ask('/svc/users/1')).status).toBe(401)
    expect((await ask('/svc/users/1', { 'selvedge-identity': await token() })).status).toBe(200)
    expect((await ask('/svc/users/1', { 'selvedge-identity': await token({ aud: 'billing' }) })).status).toBe(401)
    expect(sent.map(({ headers }) => headers.get('selvedge-caller'))).toEqual(['checkout'])
  })

  it('says who asks, by binding before token, and what is wrong with a token', async () => {
    const { ask, token } = given()
    const who = async (headers = {}, props?: object) => (await ask('/-/whoami', headers, props)).json()
    expect(await who()).toEqual({ caller: null, class: 'stranger', proof: 'none', trusted: false })
    const shown = { 'selvedge-identity': await token({ aud: 'whatever' }) }
    expect(await who(shown)).toEqual({ caller: 'checkout', class: 'member', proof: 'identity', trusted: true })
    expect(await who(shown, { caller: 'thumb' })).toMatchObject({ caller: 'thumb', proof: 'binding' })
    const wrong = await ask('/-/whoami', { 'selvedge-identity': await token({ sub: 'admin' }) })
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('may not speak'),
    ])
  })

  it('does not start where MESH_TRUST is set and nothing reads it', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const worker = createWorker({})
    const env = { REGISTRY: { getWithMetadata: async () => ({}) }, MESH_TRUST: '{}', MESH_LOG: 'off' } as object as Env
    const ctx = { waitUntil() {}, props: { caller: 'checkout' } } as object as ExecutionContext
    const answer = await worker.MeshEntrypoint.fetch(new Request('http://users/'), env, ctx)
    expect([answer.status, await answer.text()]).toEqual([500, expect.stringContaining('MESH_TRUST is set')])
  })
})
