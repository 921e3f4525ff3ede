/** The control plane's Worker behind the mesh: what it answers, and what becomes of the mesh when it fails. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'

describe('the control plane', () => {
  let mesh: MeshWorker
  let broken: MeshWorker

  beforeAll(async () => {
    mesh = await startMesh({ control: true })
    const failing = `export default { fetch() { throw new Error('a secret') } }`
    broken = await startMesh({ bindings: { CONTROL: failing } })
  })
  afterAll(async () => {
    await mesh?.dispose()
    await broken?.dispose()
  })

  it('answers under /-/ on hosts of the mesh', async () => {
    const schema = await mesh.call('/-/api/v1/schema')
    expect(schema.headers['content-type']).toBe('application/schema+json')
    const file = readFileSync(new URL('../../dist/service-record.schema.json', import.meta.url), 'utf8')
    expect(schema.json).toEqual(JSON.parse(file))
    for (const path of ['/-/api/v1/services', '/-/nothing', '/-/']) {
      const nothing = await mesh.call(path)
      expect([nothing.status, nothing.headers['content-type']]).toEqual([404, 'application/problem+json'])
    }
    expect((await mesh.call('/-/healthz')).json).toMatchObject({ status: 'ok' })
  })

  it('hears under /-/api/ what the mesh has, whatever the caller says of it', async () => {
    const echo = `export default { fetch: ({ headers }) => Response.json({ said: headers.get('selvedge-installation') }) }`
    const room = `import { DurableObject } from 'cloudflare:workers'
      export class Room extends DurableObject { fetch() { return new Response() } }
      export default { fetch: () => new Response() }`
    const consumer = 'export default { fetch: () => new Response(), queue() {} }'
    const told = await startMesh({
      bindings: { CONTROL: echo, USERS: echo },
      rooms: room,
      consumer,
      vars: { MESH_FRESH: '2s', MESH_SESSION_KEY: 'a-secret-key', PLAIN: 'text' },
    })
    try {
      const headers = { 'selvedge-installation': 'a lie' }
      const { said } = (await told.call('/-/api/v1/resolve', { headers })).json as { said: string }
      expect(JSON.parse(said)).toMatchObject({
        version: expect.stringMatching(/^\d+\.\d+\.\d+/),
        cloud: true,
        bindings: {
          REGISTRY: 'kv',
          CONTROL: 'service',
          USERS: 'service',
          ROOMS: 'object',
          JOBS: 'queue',
          PLAIN: 'value',
          MESH_SESSION_KEY: 'value',
        },
        variables: { MESH_FRESH: '2s', MESH_LOG: 'off' },
      })
      expect(said).not.toContain('a-secret-key')
      expect((await told.call('/-/', { headers })).json).toEqual({ said: null })
    } finally {
      await told.dispose()
    }
  })

  it('is 503 where it fails, and the mesh is well', async () => {
    const answer = await broken.call('/-/api/v1/schema')
    expect([answer.status, answer.headers['content-type']]).toEqual([503, 'application/problem+json'])
    expect(JSON.stringify(answer.json)).not.toContain('secret')
    expect((await broken.call('/-/healthz')).status).toBe(200)
  })
})
