/** One change, from what was served to what is served: recorded, simulated, refused by the guard, forced, and observed to be as predicted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AdminClient, adminClient } from '../../src/admin/client.ts'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { selvedge } from '../support/selvedge.ts'

const TOKEN = 'a-token-of-thirty-two-characters'
const says = (text: string) => `export default { fetch: () => new Response('${text}') }`

/** What is asked, and how often. */
const TRAFFIC: readonly [path: string, headers: Record<string, string>, times: number][] = [
  ['/v1/users', {}, 6],
  ['/v2/users', {}, 3],
  ['/other', {}, 2],
  ['/v1/users', { authorization: 'Bearer abc' }, 1],
]
const users = {
  endpoints: [{ binding: 'ONE' }],
  rules: [
    {
      matches: [{ path: { value: '/v1' }, headers: [{ name: 'authorization', value: 'Bearer abc' }] }],
      backendRefs: [{ name: 'two' }],
    },
    { matches: [{ path: { value: '/v1' } }] },
    { matches: [{ path: { value: '/v2' } }], backendRefs: [{ name: 'two' }] },
  ],
}

let mesh: MeshWorker
let admin: AdminClient
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'selvedge-'))
  mesh = await startMesh({
    control: { vars: { ADMIN_TOKEN: TOKEN } },
    vars: { MESH_SHAPES: '1', MESH_FRESH: '0s' },
    bindings: { ONE: says('one'), TWO: says('two') },
    records: { users: { endpoints: [{ binding: 'ONE' }] }, two: { endpoints: [{ binding: 'TWO' }] } },
  })
  admin = adminClient({ url: mesh.url, token: TOKEN })
})
afterAll(async () => {
  await mesh?.dispose()
  rmSync(folder, { recursive: true, force: true })
})

/** Sends the traffic, and tells who answered each kind of it. */
async function served(): Promise<string[]> {
  const places: string[] = []
  for (const [path, headers, times] of TRAFFIC) {
    for (let time = 0; time < times; time++) {
      const { status, text } = await mesh.call(`/svc/users${path}`, { headers })
      places.push(status === 200 ? text : String(status))
    }
  }
  return places
}

const count = (places: readonly string[], place: string) => places.filter((one) => one === place).length

describe('a change', () => {
  it('does to the same traffic what was predicted', { timeout: 180_000 }, async () => {
    const before = await served()
    expect(count(before, 'one')).toBe(12)
    const changes = [{ name: 'users', record: users }]
    await eventually('all requests are recorded', async () => (await admin.simulate(changes)).requests === 12)

    const told = await admin.simulate(changes)
    expect(told).toMatchObject({ moved: 3, broken: 2, mended: 0, unknown: 1 })
    expect(told.services[0]?.untold).toEqual({ 'header authorization': 1 })

    const file = join(folder, 'registry.json')
    writeFileSync(file, JSON.stringify({ users }))
    const at = ['--url', mesh.url, '--token', TOKEN, '-f', file]
    const simulated = await selvedge('simulate', ...at)
    expect(simulated.code).toBe(1)
    expect(simulated.out).toContain('12 requests of 4 shapes: 3 would move, 2 break, 0 be mended; 1 unknown.')
    const refused = await selvedge('apply', ...at)
    expect(refused).toMatchObject({ code: 1, out: '' })
    expect(refused.err).toContain('would break users: 2 of 12 requests (16.7 %)')
    expect(await admin.get('users')).toMatchObject({ revision: 1 })
    expect(await selvedge('apply', ...at, '--force')).toMatchObject({ code: 0 })

    await eventually('the mesh has it', async () => (await mesh.call('/svc/users/other')).status === 404)
    const after = await served()
    const kept = after.slice(0, 11)
    expect(count(kept, 'two')).toBe(told.moved)
    expect(count(kept, '404')).toBe(told.broken)
    expect(count(kept, 'one')).toBe(told.requests - told.moved - told.broken - told.unknown)
    // Of the one that was unknown nothing was said; it went to the other.
    expect(after[11]).toBe('two')
  })
})
