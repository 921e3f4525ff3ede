import { describe, expect, it } from 'vitest'
import { AdminError, type EdgeView, type Reporter } from '../../../src/admin/client.ts'
import { attemptNote, receipt } from '../../../src/core/receipt.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { numbers } from '../../../src/telemetry/numbers/numbers.ts'
import { NOTHING } from '../../../src/telemetry/numbers/sum.ts'
import { type GivenAdmin, givenAdmin, TOKEN } from '../../support/given-admin.ts'

/** Calls that ended: 90 well, 9 after a retry, 1 by an error of the mesh; each well one took 10 ms, those retried 100. */
function tell({ stats }: GivenAdmin, service = 'users', isolate = 'one', sequence = 1): void {
  const counted = numbers()
  for (let call = 0; call < 100; call++) {
    const noted = receipt()
    noted.rule = call < 50 ? 'old' : 'new'
    const isRetried = call >= 90 && call < 99
    const ends = call === 99 ? [] : isRetried ? (['failure', 'success'] as const) : (['success'] as const)
    noted.attempts = ends.map((outcome, index) => ({
      ...attemptNote(index + 1, index === 0 ? 'eu' : 'us', 0),
      outcome,
      tookMs: 10,
    }))
    counted.count({
      service,
      caller: call % 2 === 0 ? 'checkout' : undefined,
      outcome: call === 99 ? 'unsent' : 'success',
      error: call === 99 ? 'no_endpoint' : undefined,
      tookMs: isRetried ? 100 : 10,
      receipt: noted,
    })
  }
  stats.digest({ isolate, sequence, numbers: counted.take() })
}

/** Calls that a function with the library has made by a registry of its own. */
function report({ stats }: GivenAdmin, caller: string, service: string, many: number): void {
  const numbers = { overflow: 0, services: { [service]: { ...NOTHING, ends: [many], callers: { '': [many] } } } }
  stats.report(caller, { isolate: service, sequence: 1, numbers })
}

const near = (value: number) => expect.closeTo(value, 0)

describe('GET /stats', () => {
  it('is what a hand would compute', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    const { items, isolates, windowMs } = await admin.client.stats({ window: '10s' })
    expect([isolates, windowMs]).toEqual([1, 10_000])
    expect(items).toEqual([
      {
        service: 'users',
        reporter: 'mesh',
        requests: 100,
        rps: 10,
        success: 0.99,
        p50Ms: near(10),
        p95Ms: near(100),
        p99Ms: near(100),
        attempts: 108,
        retries: 9 / 108,
        hedged: 0,
        errors: { no_endpoint: 1 },
        refused: {},
      },
    ])
  })

  it('never adds up what several have counted: it is of the mesh, or of whom one asks for', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    report(admin, 'checkout', 'users', 7)
    report(admin, 'checkout', 'orders', 2)
    const { isolate, sequence } = { isolate: 'served', sequence: 1 }
    const served = { overflow: 0, services: { '': { ...NOTHING, ends: [9] } } }
    admin.stats.report('users', { isolate, sequence, served })
    const of = async (reporter?: Reporter) =>
      (await admin.client.stats({ reporter })).items.map((row) => [row.service, row.reporter, row.requests])
    expect(await of()).toEqual([
      ['orders', 'source', 2],
      ['users', 'mesh', 100],
    ])
    expect(await of('source')).toEqual([
      ['orders', 'source', 2],
      ['users', 'source', 7],
    ])
    expect(await of('destination')).toEqual([['users', 'destination', 9]])
    const points = async (reporter?: Reporter) => (await admin.client.series('users', '10m', reporter)).points
    expect((await points())[0]?.requests).toBe(100)
    expect((await points('destination'))[0]?.requests).toBe(9)
    await expect(admin.client.stats({ reporter: 'all' as 'mesh' })).rejects.toMatchObject({ status: 400 })
  })

  it('tells of rules, endpoints and callers by themselves', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    const by = async (by: 'rule' | 'endpoint' | 'caller') =>
      (await admin.client.stats({ by })).items.map(({ rule, endpoint, caller, requests, success }) => [
        rule ?? endpoint ?? caller,
        requests,
        success,
      ])
    expect(await by('rule')).toEqual([
      ['old', 50, 1],
      ['new', 50, 0.98],
    ])
    expect(await by('endpoint')).toEqual([
      ['eu', 99, 90 / 99],
      ['us', 9, 1],
    ])
    expect(await by('caller')).toEqual([
      ['checkout', 50, 1],
      ['', 50, 0.98],
    ])
  })

  it('adds isolates up, and is of one service where one is asked for', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin, 'users', 'one')
    tell(admin, 'users', 'two')
    tell(admin, 'orders', 'three')
    const all = await admin.client.stats()
    expect(all.items.map(({ service, requests }) => [service, requests])).toEqual([
      ['orders', 100],
      ['users', 200],
    ])
    expect(all.isolates).toBe(3)
    expect((await admin.client.stats({ service: 'orders' })).items.length).toBe(1)
  })

  it('shows a token with prefixes its own names alone', async () => {
    const token = 'a-token-of-the-users-team'
    const team = { name: 'team', role: 'read', prefixes: ['users'], sha256: await sha256Hex(token) }
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify([team]) })
    tell(admin, 'users', 'one')
    tell(admin, 'orders', 'two')
    const client = admin.as(token)
    expect((await client.stats()).items.map(({ service }) => service)).toEqual(['users'])
    expect((await client.edges()).items.every(({ service }) => service === 'users')).toBe(true)
    await expect(client.series('orders')).rejects.toMatchObject({ status: 403 })
  })

  it.each(['1s', '200h', 'soon', ''])('refuses the window "%s"', async (window) => {
    const { client } = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    await expect(client.stats({ window })).rejects.toMatchObject({ status: 400 })
  })

  it('says how to count where nobody does', async () => {
    const { client } = await givenAdmin({ ADMIN_TOKEN: TOKEN, STATS_OBJECT: undefined })
    const error = await client.stats().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(AdminError)
    expect(error).toMatchObject({ status: 404, problem: { detail: expect.stringContaining('STATS_OBJECT') } })
  })
})

describe('GET /stats/series', () => {
  it('has a point for each step with calls', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    const { stepMs, points } = await admin.client.series('users', '10m')
    expect(stepMs).toBe(10_000)
    expect(points).toEqual([
      {
        at: expect.any(String),
        requests: 100,
        failures: 1,
        retries: 9,
        p50Ms: near(10),
        p95Ms: near(100),
        p99Ms: near(100),
      },
    ])
    expect((await admin.client.series('nobody')).points).toEqual([])
  })
})

describe('GET /edges', () => {
  it('tells who calls whom', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    const { items } = await admin.client.edges('10s')
    expect(items).toEqual([
      { caller: 'checkout', service: 'users', reporter: 'mesh', requests: 50, rps: 5, success: 1 },
      { caller: '', service: 'users', reporter: 'mesh', requests: 50, rps: 5, success: 0.98 },
    ])
  })

  it('tells of each pair what one reporter has counted, the mesh before all others', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    report(admin, 'checkout', 'users', 7)
    report(admin, 'cart', 'users', 3)
    report(admin, 'cart', 'orders', 2)
    const edges = (items: readonly EdgeView[]) =>
      items.map(({ caller, service, reporter, requests }) => [caller, service, reporter, requests])
    expect(edges((await admin.client.edges('10s')).items)).toEqual([
      ['cart', 'orders', 'source', 2],
      ['checkout', 'users', 'mesh', 50],
      ['', 'users', 'mesh', 50],
      ['cart', 'users', 'source', 3],
    ])
    expect(edges((await admin.client.edges('10s', 'source')).items)).toEqual([
      ['cart', 'orders', 'source', 2],
      ['checkout', 'users', 'source', 7],
      ['cart', 'users', 'source', 3],
    ])
  })
})

describe('GET /-/metrics', () => {
  it('is told to those who may read, in the format that they ask for', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN })
    tell(admin)
    const ask = (headers: Record<string, string>) => admin.get('/-/metrics', headers)
    expect((await ask({})).status).toBe(401)
    const plain = await ask({ authorization: `Bearer ${TOKEN}` })
    expect(plain.headers.get('content-type')).toContain('text/plain')
    expect(await plain.text()).toContain(
      'selvedge_requests_total{service="users",reporter="mesh",outcome="success"} 99',
    )
    const open = await ask({ authorization: `Bearer ${TOKEN}`, accept: 'application/openmetrics-text;version=1.0.0' })
    const text = await open.text()
    expect(text.endsWith('# EOF\n')).toBe(true)
    expect(text).toContain('selvedge_request_duration_seconds_bucket{service="users",reporter="mesh",le="0.05"} 91')
    expect(text).toContain('selvedge_request_duration_seconds_count{service="users",reporter="mesh"} 100')
  })
})
