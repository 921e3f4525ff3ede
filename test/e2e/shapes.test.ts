/** Shapes of requests from the built mesh to the built control plane's object, over the platform's own calls. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ShapePage } from '../../src/durable/stats/shape-book.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'

/** Asks the object, since nothing behind the control plane's own paths shows shapes. */
const asker = `export default {
  async fetch(_, { STATS_OBJECT }) { return Response.json(await STATS_OBJECT.getByName('stats').shapes()) }
}`
const up = `export default { fetch: () => new Response('up') }`

describe('a mesh that binds the stats object', () => {
  let mesh: MeshWorker

  beforeAll(async () => {
    mesh = await startMesh({
      control: true,
      vars: { MESH_SHAPES: '1' },
      bindings: { UP: up, ASKER: asker },
      records: {
        users: {
          endpoints: [{ binding: 'UP' }],
          rules: [{ matches: [{ headers: [{ name: 'x-canary', value: '1' }] }] }, {}],
        },
      },
    })
  })
  afterAll(() => mesh?.dispose())

  it('tells it of what it has served, and of no credential', async () => {
    const headers = { 'x-canary': '0', authorization: 'Bearer abc', 'x-name': 'ann' }
    for (let count = 0; count < 3; count++) {
      expect((await mesh.call('/svc/users/42/orders?page=7', { headers })).text).toBe('up')
    }
    await mesh.callTrusted('users', '/v1')
    const shapes = await told(mesh)
    const [byMember, byStranger] = [...shapes].sort((one, other) => one.requests - other.requests)
    expect(shapes.length).toBe(2)
    expect(byStranger).toMatchObject({
      requests: 3,
      shape: { service: 'users', method: 'GET', path: '/{number}/orders', values: { 'header x-canary': '0' } },
    })
    expect(byStranger?.shape.headers).toEqual(expect.arrayContaining(['authorization', 'x-canary', 'x-name']))
    expect(byMember).toMatchObject({ requests: 1, shape: { path: '/v1', caller: 'member' } })
    expect(JSON.stringify(shapes)).not.toMatch(/abc|ann|42/)
  })
})

async function told(mesh: MeshWorker): Promise<ShapePage['items']> {
  const url = await mesh.bindingUrl('ASKER')
  for (let tries = 0; tries < 60; tries++) {
    const { items } = (await (await fetch(url)).json()) as ShapePage
    if (items.length === 2) return items
    await sleep(500)
  }
  throw new Error('The object was not told within 30 s.')
}
