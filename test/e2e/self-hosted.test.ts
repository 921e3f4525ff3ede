/** `dist/worker.js` as it is, in a bare `workerd serve` with a KV service behind REGISTRY: docs/self-hosting.md, run. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type KvServer, startKv } from '../support/kv-server.ts'
import { type RawWorkerd, startRawWorkerd } from '../support/raw-workerd.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

describe('the built Worker, hosted by oneself', () => {
  let upstream: Upstream
  let kv: KvServer
  let mesh: RawWorkerd

  beforeAll(async () => {
    upstream = await startUpstream()
    kv = await startKv({ users: upstream.url })
    mesh = await startRawWorkerd(kv.address)
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

  it('believes who comes in by the entrance that names its callers', async () => {
    const headers = { 'selvedge-priority': 'critical' }
    expect((await mesh.callTrusted('users', '/', { headers })).json.headers['selvedge-priority']).toBe('critical')
    expect((await mesh.call('/svc/users/', { headers })).json.headers).not.toHaveProperty('selvedge-priority')
  })

  it('reads KV once for a name, and not again while it is fresh', async () => {
    await mesh.call('/svc/users/')
    const before = kv.reads
    for (let i = 0; i < 50; i++) expect((await mesh.call('/svc/users/')).status).toBe(200)
    expect(kv.reads).toBe(before)
  })
})
