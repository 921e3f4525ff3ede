/** The example of docs/trust.md that knows its callers by tokens. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it, vi } from 'vitest'
import keyed from '../../examples/embedded/keyed.ts'
import { trust } from '../../src/trust.ts'
import { DOMAIN, givenToken } from '../support/given-keys.ts'

vi.mock('selvedge', () => import('../../src/index.ts'))
vi.mock('selvedge/trust', () => import('../../src/trust.ts'))
vi.mock('cloudflare:workers', () => ({ env: world.env, waitUntil() {} }))

const world = await vi.hoisted(async () => {
  const { givenKey } = await import('../support/given-keys.ts')
  const key = await givenKey('mesh-1')
  const value =
    '{"endpoints":["https://users.test"],"access":{"default":"deny","rules":[{"name":"a","effect":"allow","callers":["checkout"]}]}}'
  const MESH_TRUST = { domain: 'mesh.example.com', keys: { keys: [key.open] } }
  return { key, env: { MESH_TRUST, REGISTRY: { getWithMetadata: async () => ({ value, metadata: null }) } } }
})

it.each([
  ['a token of checkout', { iss: DOMAIN }, 200],
  ['a token of another caller', { sub: 'thumb' }, 403],
  ['a token for another receiver', { aud: 'billing' }, 401],
])('answers %s', async (_, claims, status) => {
  const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as object as ExecutionContext
  vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const headers = { 'selvedge-identity': await givenToken(world.key, Date.now(), { claims }) }
  expect((await keyed.fetch(new Request('https://users.test/', { headers }), {}, ctx)).status).toBe(status)
})

it('starts with the issuers of docs/trust.md', () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/trust.md', import.meta.url)), 'utf8')
  const [, guests = ''] = page.split('## Guests')
  const [, said = ''] = /```json\n([\s\S]*?)```/.exec(guests) ?? []
  expect(trust({ env: { MESH_TRUST: said } }).identities).toBeDefined()
})
