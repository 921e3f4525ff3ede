/** The variables of the Worker, as docs/configuration.md has them, set on the built one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { startUpstream, type Upstream } from '../support/servers.ts'

describe('a mesh with names and defaults of its own', () => {
  let upstream: Upstream
  let mesh: MeshWorker

  beforeAll(async () => {
    upstream = await startUpstream()
    mesh = await startMesh({
      vars: {
        MESH_HOSTS: 'mesh.test,*.mesh.test',
        MESH_DOMAIN: 'internal',
        MESH_MAX_HOPS: '3',
        MESH_DEFAULTS: '{"timeouts":{"request":"1s"},"retry":{"attempts":0}}',
      },
      records: {
        users: upstream.url,
        patient: { endpoints: [upstream.url], timeouts: { request: '10s' } },
        '127.0.0.1': upstream.url,
      },
    })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await upstream?.close()
  })

  const at = (host: string, path: string) => mesh.call(path, { headers: { host } })

  it('takes names from the path on MESH_HOSTS alone', async () => {
    expect((await at('mesh.test', '/svc/users/42')).json.url).toBe('/42')
    expect((await at('a.b.mesh.test', '/svc/users/42')).json.url).toBe('/42')
    expect((await at('127.0.0.1', '/svc/users/42')).json.url).toBe('/svc/users/42')
    expect((await at('mesh.test', '/-/healthz')).status).toBe(200)
    expect((await at('not-mesh.test', '/svc/users/42')).json.code).toBe('service_not_found')
  })

  it('takes MESH_DOMAIN from the end of a host', async () => {
    expect((await at('users.internal', '/42')).json.url).toBe('/42')
    expect((await at('users.mesh', '/42')).json.code).toBe('service_not_found')
  })

  it('obeys MESH_DEFAULTS where a record is silent', async () => {
    const answer = await at('users', '/slow?ms=2000')
    expect([answer.status, answer.json.code]).toEqual([504, 'deadline_exceeded'])
    expect((await at('patient', '/slow?ms=2000')).text).toBe('slow')
    const before = upstream.hits('/status')
    expect((await at('patient', '/status?code=503')).status).toBe(503)
    expect(upstream.hits('/status') - before).toBe(1)
  })

  it('obeys MESH_MAX_HOPS', async () => {
    const hops = (count: number) => ({ host: 'users', 'cdn-loop': new Array(count).fill('selvedge').join(',') })
    expect((await mesh.call('/', { headers: hops(2) })).status).toBe(200)
    expect((await mesh.call('/', { headers: hops(3) })).json.code).toBe('loop_detected')
  })
})

describe('a mesh that is configured with what cannot be meant', () => {
  it.each([
    ['MESH_FRESH', '5'],
    ['MESH_MAX_STALE', 'long'],
    ['MESH_IDLE', '-1s'],
    ['MESH_MAX_HOPS', 'many'],
    ['MESH_DEFAULTS', '{"timeouts":{"request":5}}'],
    ['MESH_TRUST', '{}'],
    ['MESH_LOG', 'loud'],
  ])(
    'says so at the first request, by name, to the log and to those it believes, and to others that it fails: %s=%s',
    async (name, value) => {
      const mesh = await startMesh({ vars: { [name]: value } })
      const answer = await mesh.call('/svc/users/')
      const believed = await mesh.callTrusted('users', '/')
      const said = { MESH_MAX_HOPS: 'maxHops', MESH_LOG: 'log is' }[name] ?? name
      await eventually('the log names it', () => mesh.said.some((line) => line.includes(said)))
      await mesh.dispose()
      expect([answer.status, answer.json.code]).toEqual([500, 'internal'])
      expect(JSON.stringify([answer.text, answer.headers])).not.toMatch(/MESH_|maxHops|timeouts|log is/)
      expect(believed.json.detail).toContain(said)
    },
  )
})
