import { describe, expect, it } from 'vitest'
import { AdminError, type WrittenRecord } from '../../../src/admin/client.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { writtenInstallation } from '../../../src/wire/installation.ts'
import { type GivenAdmin, givenAdmin, TOKEN } from '../../support/given-admin.ts'

const to = (binding: string) => ({ endpoints: [{ binding }] })

/** Records that stand, and requests that were served: so many to each path of a service. */
async function served(
  records: Readonly<Record<string, WrittenRecord>>,
  requests: Readonly<Record<string, Readonly<Record<string, number>>>>,
  tokens: readonly object[] = [],
): Promise<GivenAdmin> {
  const admin = await givenAdmin({
    ADMIN_TOKEN: TOKEN,
    ...(tokens.length > 0 && { ADMIN_TOKENS: JSON.stringify(tokens) }),
  })
  await admin.client.change(Object.entries(records).map(([name, record]) => ({ name, record, ifNoneMatch: '*' })))
  tell(admin, requests)
  return admin
}

function tell(
  { stats }: GivenAdmin,
  requests: Readonly<Record<string, Readonly<Record<string, number>>>>,
  sequence = 1,
) {
  const shapes = Object.entries(requests).flatMap(([service, paths]) =>
    Object.entries(paths).flatMap(([path, many]) =>
      Array.from({ length: many }, () => ({
        service,
        method: 'GET',
        path,
        headers: [],
        queries: [],
        values: {},
        class: 'default' as const,
      })),
    ),
  )
  stats.digest({ isolate: 'one', sequence, shapes: { share: 1, drawn: shapes.length, shapes } })
}

const refusedWith = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof AdminError ? error.problem : error),
  )

describe('POST /simulate', () => {
  it('tells who would move and who would be led nowhere, and writes nothing', async () => {
    const { client, called } = await served(
      { users: to('A'), other: to('B') },
      { users: { '/a': 3, '/b': 1 }, other: { '/': 2 } },
    )
    const writes = called.filter((method) => method === 'write').length
    const record = { rules: [{ matches: [{ path: { value: '/a' } }], backendRefs: [{ name: 'other' }] }] }
    const told = await client.simulate([{ name: 'users', record }])
    expect(told).toMatchObject({ shapes: 3, requests: 6, moved: 3, broken: 1, mended: 0, unknown: 0 })
    expect(told.recordedSince).toMatch(/^\d{4}-/)
    expect(told.services).toMatchObject([
      { name: 'other', requests: 2, moves: [] },
      {
        name: 'users',
        requests: 4,
        moves: [
          {
            kind: 'moved',
            requests: 3,
            percent: 75,
            from: { endpoints: ['binding:A'] },
            to: { backend: 'other', endpoints: ['binding:B'] },
          },
          {
            kind: 'broken',
            requests: 1,
            to: { error: { code: 'route_not_found', status: 404 } },
            example: { path: '/b' },
          },
        ],
      },
    ])
    expect(called.filter((method) => method === 'write').length).toBe(writes)
    expect(await client.get('users')).toMatchObject({ record: to('A') })
  })

  it('sees what the deletion of a backend does to those who lead there', async () => {
    const users = { rules: [{ backendRefs: [{ name: 'v1', weight: 3 }, { name: 'v2' }] }] }
    const { client } = await served({ users, v1: to('A'), v2: to('B') }, { users: { '/': 8 } })
    const told = await client.simulate([{ name: 'v2', record: null }])
    expect(told).toMatchObject({ requests: 8, broken: 2, moved: 0 })
    expect(
      await client.simulate([
        { name: 'v2', record: null },
        { name: 'v1', record: to('C') },
      ]),
    ).toMatchObject({ broken: 2, moved: 6 })
  })

  it('replays the requests of a window', async () => {
    const admin = await served({ users: to('A') }, { users: { '/old': 5 } })
    await admin.clock.advance(3 * 3_600_000)
    tell(admin, { users: { '/new': 2 } }, 2)
    const gone = [{ name: 'users', record: null }]
    expect(await admin.client.simulate(gone)).toMatchObject({ broken: 7 })
    expect(await admin.client.simulate(gone, '1h')).toMatchObject({ broken: 2 })
  })

  it('says that it has nothing to judge by, where nothing was recorded', async () => {
    const { client, env } = await givenAdmin()
    const gone = [{ name: 'users', record: null }]
    expect(await client.simulate(gone)).toMatchObject({ recordedSince: null, shapes: 0, services: [] })
    Object.assign(env, { STATS_OBJECT: undefined })
    expect(await client.simulate(gone)).toMatchObject({ recordedSince: null, shapes: 0, services: [] })
  })

  it('knows which bindings the mesh has, where it says so', async () => {
    const { ask } = await served({ users: to('A') }, { users: { '/': 4 } })
    const bindings = { A: 'service' as const }
    const installation = { version: '1.0.0', cloud: true, bindings, variables: {} }
    const simulate = (headers: Record<string, string>) =>
      ask('/v1/simulate', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ changes: [{ name: 'users', record: to('B') }] }),
      }).then((response) => response.json())
    expect(await simulate({})).toMatchObject({ moved: 4, broken: 0 })
    expect(await simulate({ 'selvedge-installation': writtenInstallation(installation) })).toMatchObject({
      moved: 0,
      broken: 4,
    })
  })

  it('refuses what the mesh would not understand, with all that is wrong', async () => {
    const { client } = await givenAdmin()
    const changes = [
      { name: 'users', record: { endpoint: 'https://a.test' } },
      { name: 'Users', record: 'https://a.test' },
    ]
    expect(await refusedWith(client.simulate(changes))).toMatchObject({
      status: 422,
      code: 'invalid',
      issues: [{ name: 'users', path: ['endpoint'] }, { name: 'users' }, { name: 'Users' }],
    })
  })

  it.each(['1 day', '25h', 'soon'])('refuses the window "%s"', async (window) => {
    const { client } = await givenAdmin()
    expect(await refusedWith(client.simulate([{ name: 'users', record: null }], window))).toMatchObject({ status: 422 })
  })

  it('tells a token with prefixes of the services that it reaches, and of no others', async () => {
    const tokens = [{ name: 'shop', role: 'read', prefixes: ['shop-'], sha256: await sha256Hex('x'.repeat(40)) }]
    const records = { 'shop-a': to('A'), users: to('A') }
    const { as } = await served(records, { 'shop-a': { '/': 1 }, users: { '/': 1 } }, tokens)
    const shop = as('x'.repeat(40))
    const told = await shop.simulate([{ name: 'shop-a', record: null }])
    expect(told.services.map(({ name }) => name)).toEqual(['shop-a'])
    expect(await refusedWith(shop.simulate([{ name: 'users', record: null }]))).toMatchObject({ status: 403 })
  })
})
