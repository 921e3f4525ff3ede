/** Asking why, of the built Worker: by a grant of the admin API, from outside, with the registry's object behind the mesh. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminClient } from '../../src/admin/client.ts'
import { decodeReceipt } from '../../src/wire/receipt/decode.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

const TOKEN = 'a-token-of-thirty-two-characters'

describe('a caller from outside that asks why', () => {
  let upstream: Upstream
  let mesh: MeshWorker
  let granted: Record<string, string>
  const admin = () => adminClient({ url: mesh.url, token: TOKEN })

  beforeAll(async () => {
    upstream = await startUpstream()
    const keys = { MESH_GRANT_KEY: 'a-key-of-both-workers' }
    mesh = await startMesh({
      vars: { ...keys, MESH_FRESH: '1h' },
      records: { other: upstream.url },
      control: { vars: { ADMIN_TOKEN: TOKEN, ...keys } },
    })
    await admin().put('users', upstream.url, { ifNoneMatch: '*' })
    granted = { 'selvedge-grant': (await admin().grant(['users'])).grant }
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
  })

  const revisionOf = async (name: string) => (await admin().get(name))?.revision ?? expect.fail('no record')

  it('is told by a grant for the name, and for no other', async () => {
    const revision = await revisionOf('users')
    const headers = { ...granted, 'selvedge-explain': '1', 'selvedge-min-revision': String(revision) }
    const answer = await mesh.call('/svc/users/echo', { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers['selvedge-revision']).toBe(`users=${revision}`)
    expect(answer.headers['server-timing']).toMatch(/^mesh;dur=\d+, target;dur=\d+$/)
    expect(decodeReceipt(String(answer.headers['selvedge-receipt']))).toMatchObject({
      service: 'users',
      records: [{ key: 'services/users', revision: String(revision) }],
      attempts: [{ number: 1, endpoint: upstream.url, outcome: 'success', status: 200 }],
      choices: [{ chosen: upstream.url }],
    })
    const told = await admin().explain(String(answer.headers['selvedge-receipt']))
    expect(told.replayed).toEqual([
      { what: 'endpoint of attempt 1', observed: upstream.url, again: upstream.url, agrees: true },
    ])
    expect(told.next).toEqual([])
    const other = await mesh.call('/svc/other/echo', { headers: { ...granted, 'selvedge-explain': '1' } })
    expect([other.status, other.headers['selvedge-receipt']]).toEqual([200, undefined])
    const stranger = await mesh.call('/svc/users/echo', { headers: { 'selvedge-explain': '1' } })
    expect([stranger.status, stranger.headers['selvedge-receipt']]).toEqual([200, undefined])
  })

  it('is told by its binding, where that is believed', async () => {
    const answer = await mesh.callTrusted('users', '/echo', { headers: { 'selvedge-revision': '1' } })
    expect(answer.headers['selvedge-revision']).toMatch(/^users=\d+$/)
    expect(answer.headers['selvedge-receipt']).toBeUndefined()
  })

  it('gets what it has just written, though this isolate holds what is older; and nothing that is not there yet', async () => {
    const demand = (revision: number) =>
      mesh.call('/svc/users/echo', {
        headers: { ...granted, 'selvedge-revision': '1', 'selvedge-min-revision': String(revision) },
      })
    await demand(await revisionOf('users'))
    const written = await admin().put('users', `${upstream.url}/v2`, { ifMatch: '*' })
    const answer = await demand(written.revision)
    expect([answer.status, answer.headers['selvedge-revision']]).toEqual([200, `users=${written.revision}`])
    expect(answer.json.url).toBe('/v2/echo')
    const refused = await demand(written.revision + 1)
    expect([refused.status, refused.json.code, refused.headers['retry-after']]).toEqual([
      503,
      'registry_unavailable',
      '1',
    ])
    // Everybody else goes on, by what was read.
    expect((await mesh.call('/svc/users/echo')).json.url).toBe('/v2/echo')
  })

  it('probes which records an isolate goes by, and calls no service', async () => {
    const hits = upstream.hits('/')
    const ask = (headers: Record<string, string>) => mesh.call('/-/healthz?service=users', { headers })
    const plain = { status: 'ok', version: expect.any(String) }
    const probe = await ask({ ...granted, 'selvedge-revision': '1' })
    const revision = String(await revisionOf('users'))
    expect(probe.json).toEqual({
      ...plain,
      service: 'users',
      revisions: [{ name: 'users', revision }],
      isolate: expect.stringMatching(/^[0-9a-f]{8}$/),
    })
    expect(probe.headers['selvedge-revision']).toBe(`users=${revision}`)
    expect((await ask({ 'selvedge-revision': '1' })).json).toEqual(plain)
    expect((await ask(granted)).json).toEqual(plain)
    expect((await mesh.call('/-/healthz')).json).toEqual(plain)
    const gone = await mesh.callTrusted('127.0.0.1', '/-/healthz?service=gone', {
      headers: { 'selvedge-revision': '1' },
    })
    expect([gone.status, (gone.json as unknown as { revisions: unknown }).revisions]).toEqual([
      200,
      [{ name: 'gone', revision: 'none' }],
    ])
    expect(upstream.hits('/')).toBe(hits)
  })

  it('keeps its headers from the endpoint', async () => {
    const headers = { ...granted, 'selvedge-explain': '1', 'selvedge-revision': '1', 'selvedge-min-revision': '1' }
    const { json } = await mesh.call('/svc/users/echo', { headers })
    const told = Object.keys(json.headers as object).filter((name) =>
      /^selvedge-(?:explain|revision|min-revision|grant)$/.test(name),
    )
    expect(told).toEqual([])
  })
})
