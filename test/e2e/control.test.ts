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

  it('is 503 where it fails, and the mesh is well', async () => {
    const answer = await broken.call('/-/api/v1/schema')
    expect([answer.status, answer.headers['content-type']]).toEqual([503, 'application/problem+json'])
    expect(JSON.stringify(answer.json)).not.toContain('secret')
    expect((await broken.call('/-/healthz')).status).toBe(200)
  })
})
