/** `selvedge check` of the built Workers: what the mesh says of itself reaches the control plane, and comes back as checks. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { adminClient, type CheckView } from '../../src/admin/client.ts'
import { running } from '../support/built-command.ts'
import { eventually } from '../support/eventually.ts'
import { type MeshWorker, startMesh } from '../support/mesh-worker.ts'
import { selvedge } from '../support/selvedge.ts'

const TOKEN = 'a-token-of-thirty-two-characters'

describe('selvedge check', () => {
  let mesh: MeshWorker
  beforeAll(async () => {
    mesh = await startMesh({
      control: { vars: { ADMIN_TOKEN: TOKEN } },
      bindings: { USERS: 'export default { fetch: () => new Response() }' },
      vars: { MESH_FRSH: '1s' },
      records: {
        users: { endpoints: [{ binding: 'USERS' }] },
        orders: { endpoints: [{ binding: 'ORDERS' }] },
        cart: 'nonsense',
      },
    })
  })
  afterAll(() => mesh?.dispose())

  const checks = async () => {
    const { checks } = await adminClient({ url: mesh.url, token: TOKEN }).check()
    return new Map(checks.map((check) => [check.id, check]))
  }
  const of = (all: ReadonlyMap<string, CheckView>, id: string) => all.get(id)

  it('sees the bindings, the variables and the compatibility flags of the mesh, and its records', async () => {
    // The object takes in what stands in KV first.
    const all = await eventually('the object answers', async () => {
      const all = await checks()
      return all.get('object-is-reachable')?.state === 'passed' && all
    })
    for (const id of [
      'the-mesh-says-what-it-has',
      'bindings-are-present',
      'compatibility-flags-are-set',
      'kv-is-readable',
      'versions-agree',
    ])
      expect(of(all, id), id).toMatchObject({ state: 'passed' })
    expect(of(all, 'variables-are-known')).toMatchObject({
      state: 'warned',
      findings: [{ message: expect.stringContaining('MESH_FRESH?') }],
    })
    expect(of(all, 'bindings-are-there')).toMatchObject({ state: 'failed', findings: [{ name: 'orders' }] })
    expect(of(all, 'records-are-understood')).toMatchObject({ state: 'failed', findings: [{ name: 'cart' }] })
    expect(of(all, 'entrance-is-protected')?.state).toBe('unseen')
  })

  it('prints them, and ends with 1', async () => {
    const { code, out, err } = await selvedge('check', '--url', mesh.url, '--token', TOKEN)
    expect(code).toBe(1)
    expect(out).toContain('orders: endpoints[0]: "ORDERS" is not bound under services')
    expect(err).toContain(' failed, ')
    expect(out + err).not.toContain(TOKEN)
  })

  it('is told the oldest version that runs, which the object keeps and every writer obeys', async () => {
    const admin = adminClient({ url: mesh.url, token: TOKEN })
    const said = await selvedge('config', 'min-version', '0.1.0', '--url', mesh.url, '--token', TOKEN)
    expect(said).toMatchObject({ code: 0, out: 'The oldest version that runs is 0.1.0.\n' })
    const record = { endpoints: ['https://a.example'], limits: { maxInFlight: 3 } }
    await expect(admin.put('late', record, { ifNoneMatch: '*' })).rejects.toMatchObject({
      status: 422,
      problem: { issues: [{ path: ['limits'], message: expect.stringContaining('0.1.0 (min-version)') }] },
    })
    expect(await admin.put('late', record, { ifNoneMatch: '*', force: true })).toMatchObject({ created: ['late'] })
    const after = await checks()
    expect(of(after, 'fields-are-known-everywhere')).toMatchObject({ state: 'failed', findings: [{ name: 'late' }] })
    expect((await selvedge('config', 'min-version', 'none', '--url', mesh.url, '--token', TOKEN)).code).toBe(0)
  })
})

describe('the command, where nobody reads on', () => {
  it('ends as it would have, without a word', async () => {
    const { child, written, ended } = running(['completion', 'bash'], {})
    child.stdout?.destroy()
    expect([await ended, written.err]).toEqual([0, ''])
  })
})
