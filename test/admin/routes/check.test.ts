import { describe, expect, it } from 'vitest'
import { allChecks } from '../../../src/admin/checks/checks.ts'
import type { CheckView } from '../../../src/admin/client.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { INSTALLATION, type Installation, writtenInstallation } from '../../../src/wire/installation.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'

const MESH: Installation = {
  version: '0.0.0-test',
  cloud: true,
  bindings: { REGISTRY: 'kv', CONTROL: 'service', USERS: 'service', JOBS: 'queue', TOKEN: 'value' },
  variables: { MESH_SECRETS: 'TOKEN' },
  flags: ['enable_request_signal', 'request_signal_passthrough'],
}

async function checksOf(given: Awaited<ReturnType<typeof givenAdmin>>, headers: Record<string, string> = {}) {
  const answer = await given.ask('/v1/check?version=0.2.0', {
    headers: { [INSTALLATION]: writtenInstallation(MESH), ...headers },
  })
  expect(answer.status).toBe(200)
  const { checks } = (await answer.json()) as { checks: CheckView[] }
  return { checks, of: (id: string) => checks.find((check) => check.id === id) as CheckView }
}

describe('GET /check', () => {
  it('tells all checks in their order, and passes what is well', async () => {
    const given = await givenAdmin()
    await given.client.put(
      'users',
      { endpoints: [{ binding: 'USERS' }, { queue: { binding: 'JOBS' } }] },
      { ifNoneMatch: '*' },
    )
    await given.run(10_000)
    await given.clock.advance(600_000)
    const { checks } = await checksOf(given)
    expect(checks.map(({ id, number }) => [number, id])).toEqual(allChecks().map(({ id }, index) => [index + 1, id]))
    expect(checks.filter(({ state }) => state === 'failed')).toEqual([])
    const passed = checks.filter(({ state }) => state === 'passed').map(({ id }) => id)
    expect(passed).toEqual(
      expect.arrayContaining(['kv-is-readable', 'object-is-reachable', 'revisions-agree', 'bindings-are-there']),
    )
  })

  it('finds what a person put into KV, and what records name in vain', async () => {
    const given = await givenAdmin()
    await given.client.put('users', { endpoints: [{ binding: 'USRES' }] }, { ifNoneMatch: '*' })
    await given.client.put('cart', { alias: 'nobody' }, { ifNoneMatch: '*' })
    await given.run(10_000)
    given.kv.hand('orders', 'nonsense')
    const { of } = await checksOf(given)
    expect(of('bindings-are-there')).toMatchObject({
      state: 'failed',
      findings: [{ name: 'users', path: ['endpoints', 0], message: expect.stringContaining('"USRES"') }],
    })
    expect(of('names-lead-somewhere')).toMatchObject({ state: 'failed', findings: [{ name: 'cart', path: ['alias'] }] })
    expect(of('revisions-agree')).toMatchObject({ state: 'warned', findings: [{ name: 'orders' }] })
    given.engine.scan()
    await given.run(1_000)
    expect((await checksOf(given)).of('records-are-understood')).toMatchObject({
      state: 'failed',
      findings: [{ name: 'orders' }],
    })
  })

  it('says what a mesh of an older version left unsaid, and does not guess', async () => {
    const given = await givenAdmin()
    await given.client.put('users', { endpoints: [{ binding: 'USRES' }] }, { ifNoneMatch: '*' })
    const { of } = await checksOf(given, { [INSTALLATION]: 'nonsense' })
    expect(of('the-mesh-says-what-it-has').state).toBe('warned')
    expect(of('bindings-are-there').state).toBe('unseen')
  })

  it('tells of KV that fails, and looks at all else', async () => {
    const given = await givenAdmin()
    given.kv.isDown = true
    const { of } = await checksOf(given)
    expect(of('kv-is-readable')).toMatchObject({
      state: 'failed',
      findings: [{ message: expect.stringContaining('503') }],
    })
    expect(of('revisions-agree').state).toBe('unseen')
    expect(of('object-is-reachable').state).toBe('passed')
  })

  it('knows who stands before the mesh', async () => {
    const given = await givenAdmin()
    expect((await checksOf(given)).of('entrance-is-protected').state).toBe('warned')
    expect((await checksOf(given, { 'cf-access-jwt-assertion': 'x' })).of('entrance-is-protected').state).toBe('passed')
  })

  it('finds records that the oldest version does not know', async () => {
    const given = await givenAdmin()
    await given.client.put(
      'users',
      { endpoints: ['https://a.example'], limits: { maxInFlight: 3 } },
      { ifNoneMatch: '*' },
    )
    expect((await checksOf(given)).of('fields-are-known-everywhere').state).toBe('unseen')
    await given.client.configure({ minVersion: '0.1.0' })
    expect((await checksOf(given)).of('fields-are-known-everywhere')).toMatchObject({
      state: 'failed',
      findings: [{ name: 'users', path: ['limits'] }],
    })
  })

  it('tells a weak token, and never the token', async () => {
    const given = await givenAdmin({ ADMIN_TOKEN: 'short' })
    const answer = await given.ask('/v1/check', { headers: { authorization: 'Bearer short' } })
    const text = await answer.text()
    expect(text).toContain('ADMIN_TOKEN has fewer than 24 characters')
    expect(text).not.toMatch(/\bshort\b/)
  })

  it('tells of a token that everybody tries first, by its digest', async () => {
    const weak = await sha256Hex('changeme')
    const tokens = [
      { name: 'ci', role: 'write', sha256: await sha256Hex(TOKEN) },
      { name: 'anna', role: 'write', sha256: weak },
    ]
    const { client } = await givenAdmin({ ADMIN_TOKENS: JSON.stringify(tokens) })
    const { checks } = await client.check()
    expect(checks.find(({ id }) => id === 'tokens-are-strong')).toMatchObject({
      state: 'failed',
      findings: [{ message: expect.stringContaining('"anna"') }],
    })
    expect(JSON.stringify(checks)).not.toMatch(new RegExp(`${weak}|changeme`))
  })

  it('is for tokens that reach every name', async () => {
    const tokens = [{ name: 'shop', role: 'write', prefixes: ['shop-'], sha256: await sha256Hex(TOKEN) }]
    const { client } = await givenAdmin({ ADMIN_TOKENS: JSON.stringify(tokens) })
    await expect(client.check()).rejects.toMatchObject({ status: 403 })
  })
})
