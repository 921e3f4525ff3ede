/** `dist/worker.js` and `dist/control.js` as they are, in a bare `workerd serve` with a KV service behind REGISTRY: docs/self-hosting.md, run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminClient } from '../../src/admin/client.ts'
import { eventually } from '../support/eventually.ts'
import { type KvServer, startKv } from '../support/kv-server.ts'
import { type RawWorkerd, startRawWorkerd } from '../support/raw-workerd.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

const TOKEN = 'a-token-of-thirty-two-characters'

describe('the built Workers, hosted by oneself', () => {
  let upstream: Upstream
  let kv: KvServer
  let mesh: RawWorkerd

  beforeAll(async () => {
    upstream = await startUpstream()
    kv = await startKv({ users: upstream.url })
    mesh = await startRawWorkerd(kv.address, {}, undefined, { ADMIN_TOKEN: TOKEN })
  })
  afterAll(async () => {
    await mesh?.dispose()
    kv?.close()
    await upstream?.close()
  })

  it('starts without a complaint, serves names and says that it is well', async () => {
    expect((await mesh.call('/-/healthz')).status).toBe(200)
    const answer = await mesh.call('/svc/users/42?x=1', { method: 'POST', body: 'hello' })
    expect(answer.json).toMatchObject({ url: '/42?x=1', body: 'hello', headers: { 'x-forwarded-host': 'users' } })
    expect(mesh.complaints).toBe('')
    expect((await mesh.call('/svc/nobody/')).headers['selvedge-error']).toBe('service_not_found')
    const said = await eventually('the error is told', () => mesh.complaints.endsWith('\n') && mesh.complaints)
    const [line, ...more] = said.trim().split('\n')
    expect(JSON.parse(line ?? '')).toMatchObject({ from: 'selvedge', code: 'service_not_found', service: 'nobody' })
    expect(more).toEqual([])
  })

  it('serves the schema from the control plane, a text that is not in the mesh', async () => {
    const schema = await mesh.call('/-/api/v1/schema')
    expect(schema.headers['content-type']).toBe('application/schema+json')
    expect(schema.json).toMatchObject({ title: 'Service record' })
    const again = await mesh.call('/-/api/v1/schema', { headers: { 'if-none-match': schema.headers.etag as string } })
    expect(again.status).toBe(304)
    expect((await mesh.call('/-/api/v1/services')).status).toBe(401)
  })

  it('believes who comes in by the entrance that names its callers', async () => {
    const headers = { 'selvedge-priority': 'critical' }
    expect((await mesh.callTrusted('users', '/', { headers })).json.headers['selvedge-priority']).toBe('critical')
    expect((await mesh.call('/svc/users/', { headers })).json.headers).not.toHaveProperty('selvedge-priority')
  })

  it('writes KV through the admin API', async () => {
    const admin = adminClient({ url: mesh.url, token: TOKEN })
    expect(await admin.get('users')).toMatchObject({ revision: 1, origin: 'adopt' })
    const { revision } = await admin.put('people', { alias: 'users' }, { ifNoneMatch: '*', message: 'new' })
    await eventually('KV has it', async () => (await admin.revision(revision))?.waiting === 0)
    expect(kv.get('people')).toMatchObject({ value: '{"alias":"users"}', metadata: { revision, author: 'admin' } })
    expect((await mesh.call('/svc/people/')).status).toBe(200)
  })

  it('reads KV once for a name, and not again while it is fresh', async () => {
    await mesh.call('/svc/users/')
    const before = kv.reads
    for (let i = 0; i < 50; i++) expect((await mesh.call('/svc/users/')).status).toBe(200)
    expect(kv.reads).toBe(before)
  })
})
