import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import type { Registry } from '../../../src/admin/env.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { type Installation, writtenInstallation } from '../../../src/wire/installation.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'

const INSTALLATION: Installation = {
  version: '1.0.0',
  cloud: false,
  bindings: { USERS: 'service' },
  variables: { MESH_DEFAULTS: '{"timeouts":{"request":"3s"}}', MESH_HOSTS: 'mesh.test' },
}

async function problemOf(work: Promise<unknown>) {
  const error = await work.catch((error: unknown) => error)
  if (error instanceof AdminError) return error.problem
  throw new Error(`Expected an AdminError, got ${JSON.stringify(error)}.`)
}

describe('resolve', () => {
  it('tells what would become of a request, with the revisions of the records that it read', async () => {
    const { client } = await givenAdmin()
    await client.put('users', { alias: ['users-v2'] }, { ifNoneMatch: '*' })
    await client.put('users-v2', 'https://v2.example.com', { ifNoneMatch: '*' })
    const decision = await client.resolve({ request: { url: 'http://users/42' } })
    expect(decision).toMatchObject({ names: ['users', 'users-v2'], key: 'services/users-v2', revision: '2' })
    expect(decision.read).toEqual([
      { key: 'services/users', isThere: true, revision: '1' },
      { key: 'services/users-v2', isThere: true, revision: '2' },
    ])
    expect(decision.leads[0]?.outcome).toEqual({ is: 'sent', host: 'users', path: '/42' })
    const gone = await client.resolve({ request: { name: 'gone' } })
    expect(gone.refused).toMatchObject({ code: 'service_not_found', status: 404 })
  })

  it('tells of records that are not written yet, and writes none', async () => {
    const { client, called } = await givenAdmin()
    await client.put('users', 'https://users.example.com', { ifNoneMatch: '*' })
    called.length = 0
    const request = { name: 'users', headers: { 'x-env': 'canary' } }
    const rules = [{ matches: [{ headers: [{ name: 'x-env', value: 'canary' }] }], backendRefs: [{ name: 'v2' }] }]
    const decision = await client.resolve({ request, records: { users: { rules }, v2: 'https://v2.example.com' } })
    expect(decision.leads).toMatchObject([{ rule: 'rules[0]', backend: 'v2', key: 'services/v2' }])
    expect((await client.resolve({ request, records: { users: null } })).refused?.code).toBe('service_not_found')
    expect(called).toEqual([])
    expect((await client.resolve({ request })).leads[0]?.key).toBe('services/users')
    expect(called).toEqual(['read'])
  })

  it('knows what the mesh has, where it says so, and says that it does not know where not', async () => {
    const { ask, client } = await givenAdmin()
    await client.put('users', { endpoints: [{ binding: 'USERS' }, { binding: 'GONE' }] }, { ifNoneMatch: '*' })
    const asked = async (headers: Record<string, string>) => {
      const body = JSON.stringify({ request: { url: 'https://mesh.test/svc/users/1' } })
      const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }
      return (await (await ask('/v1/resolve', init)).json()) as Awaited<ReturnType<typeof client.resolve>>
    }
    const told = await asked({ 'selvedge-installation': writtenInstallation(INSTALLATION) })
    expect(told.request).toEqual({ method: 'GET', name: 'users', path: '/1' })
    expect(told.leads[0]?.candidates.map(({ state }) => state)).toEqual(['reachable', 'unreachable'])
    expect(told.leads[0]?.candidates[1]?.because).toBe('This Worker has no service binding "GONE".')
    expect(told.leads[0]?.policy).toContainEqual({ field: 'timeouts.request', value: '3s', source: 'MESH_DEFAULTS' })
    const { leads, refused } = await client.resolve({ request: { name: 'users' } })
    expect(refused).toBeUndefined()
    expect(leads[0]?.candidates.map(({ state }) => state)).toEqual(['unknown', 'unknown'])
  })

  it('refuses what means nothing', async () => {
    const { client, ask } = await givenAdmin()
    const both = await problemOf(client.resolve({ request: { name: 'users', url: 'http://users' } }))
    expect(both).toMatchObject({ status: 422, code: 'service_not_named' })
    const none = await problemOf(client.resolve({ request: { name: 'not a name' } }))
    expect(none).toMatchObject({ status: 422, detail: expect.stringContaining('"not a name"') })
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
    expect((await ask('/v1/resolve', { ...init, body: '{"request":{"nome":"x"}}' })).status).toBe(422)
    const broken = { ...INSTALLATION, variables: { MESH_DEFAULTS: '{"retries":1}' } }
    const answer = await ask('/v1/resolve', {
      ...init,
      headers: { ...init.headers, 'selvedge-installation': writtenInstallation(broken) },
      body: '{"request":{"name":"users"}}',
    })
    expect([answer.status, await answer.json()]).toMatchObject([422, { code: 'record_invalid' }])
  })

  it('is 503 where the registry does not answer: that is no decision of the mesh', async () => {
    const gone = new Proxy({} as Registry, { get: () => () => Promise.reject(new Error('gone')) })
    const { client } = await givenAdmin({ ADMIN_TOKEN: TOKEN, REGISTRY_OBJECT: { getByName: () => gone } })
    const problem = await problemOf(client.resolve({ request: { name: 'users' } }))
    expect(problem).toMatchObject({ status: 503, code: 'registry_unavailable' })
  })

  it('tells a token nothing of records that it does not reach', async () => {
    const sha256 = await sha256Hex('a-token-that-reaches-the-shop-alone')
    const tokens = [{ name: 'shop', role: 'read', prefixes: ['shop'], sha256 }]
    const { client, as } = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify(tokens) })
    await client.put(
      'shop',
      {
        endpoints: ['https://shop.example.com'],
        rules: [{ backendRefs: [{ name: 'users' }] }, { name: 'own', matches: [{ path: { value: '/own' } }] }],
      },
      { ifNoneMatch: '*' },
    )
    await client.put('users', 'https://users.example.com', { ifNoneMatch: '*' })
    const shop = as('a-token-that-reaches-the-shop-alone')
    expect((await shop.resolve({ request: { name: 'shop', path: '/own' } })).leads).toHaveLength(1)
    for (const request of [{ name: 'users' }, { name: 'shop', path: '/' }]) {
      const problem = await problemOf(shop.resolve({ request }))
      expect(problem.status).toBe(403)
      expect(JSON.stringify(problem)).not.toContain('users.example.com')
    }
  })
})
