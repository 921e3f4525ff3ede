import { describe, expect, it } from 'vitest'
import { attemptNote, receipt } from '../../../src/core/receipt.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import type { Learned } from '../../../src/telemetry/learned.ts'
import { numbers } from '../../../src/telemetry/numbers/numbers.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'
import { type GivenCall, tellCalls } from '../../support/given-numbers.ts'

const CALLS: readonly GivenCall[] = [
  { times: 8, attempts: [['us', 'success', 20]] },
  { times: 2, attempts: [['eu', 'timeout', 100]], outcome: 'timeout' },
  { times: 1, attempts: [['eu', 'failure', 100]], outcome: 'failure' },
]
const LEARNED: Learned = {
  ejected: [
    { service: 'users', endpoint: 'eu', because: 'fault', sinceMs: 2_000, forMs: 3_000 },
    { service: 'users', endpoint: 'asia', because: 'refusal', sinceMs: 2_000, forMs: 0 },
    { service: 'orders', endpoint: 'us', because: 'doubt', sinceMs: 2_000, forMs: 0 },
  ],
  budgets: { users: 1.5 },
}

async function given() {
  const token = 'a-token-of-the-orders-team'
  const team = { name: 'team', role: 'read', prefixes: ['orders'], sha256: await sha256Hex(token) }
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify([team]) })
  tellCalls(admin.stats, CALLS, 'one', 1, LEARNED)
  tellCalls(admin.stats, CALLS, 'two', 1)
  return { admin, client: admin.client, team: admin.as(token) }
}

describe('GET /endpoints', () => {
  it('tells how each endpoint does, how it failed, and who leaves it alone, why and until when', async () => {
    const { admin, client } = await given()
    const { items, isolates, windowMs } = await client.endpoints('users', '10s')
    expect([isolates, windowMs]).toEqual([2, 10_000])
    const at = (ms: number) => new Date(admin.clock.now() + ms).toISOString()
    expect(items).toEqual([
      {
        endpoint: 'asia',
        requests: 0,
        rps: 0,
        success: null,
        p50Ms: null,
        p95Ms: null,
        p99Ms: null,
        failed: {},
        ejected: { isolates: 1, of: 1, because: { refusals: 1 }, since: at(-2_000), probeAt: at(0) },
      },
      {
        endpoint: 'eu',
        requests: 6,
        rps: 0.6,
        success: 0,
        p50Ms: expect.closeTo(100, 0),
        p95Ms: expect.closeTo(100, 0),
        p99Ms: expect.closeTo(100, 0),
        failed: { timeout: 4, failure: 2 },
        ejected: { isolates: 1, of: 2, because: { faults: 1 }, since: at(-2_000), probeAt: at(3_000) },
      },
      {
        endpoint: 'us',
        requests: 16,
        rps: 1.6,
        success: 1,
        p50Ms: expect.closeTo(20, 0),
        p95Ms: expect.closeTo(20, 0),
        p99Ms: expect.closeTo(20, 0),
        failed: {},
      },
    ])
  })

  it('tells what is left alone where nobody called', async () => {
    const { client } = await given()
    expect((await client.endpoints('orders')).items).toMatchObject([
      { endpoint: 'us', requests: 0, ejected: { because: { errors: 1 } } },
    ])
    expect((await client.endpoints('nobody')).items).toEqual([])
  })

  it('counts an attempt once, also where its caller reports it beside the mesh', async () => {
    const { admin, client } = await given()
    const counted = numbers()
    const noted = receipt()
    noted.attempts = [{ ...attemptNote(1, 'us', 0), outcome: 'success', tookMs: 20 }]
    const call = { service: 'users', caller: undefined, outcome: 'success', error: undefined, tookMs: 20 } as const
    counted.count({ ...call, receipt: noted })
    admin.stats.report('checkout', { isolate: 'a'.repeat(32), sequence: 1, numbers: counted.take(), learned: LEARNED })
    const us = (await client.endpoints('users')).items.find(({ endpoint }) => endpoint === 'us')
    expect(us?.requests).toBe(16)
    expect((await client.stats({ reporter: 'source', by: 'endpoint' })).items).toMatchObject([{ requests: 1 }])
    expect((await client.endpoints('users')).items[1]?.ejected).toMatchObject({ isolates: 1 })
  })

  it('shows a token with prefixes its own names alone', async () => {
    const { team } = await given()
    expect((await team.endpoints('orders')).items.length).toBe(1)
    await expect(team.endpoints('users')).rejects.toMatchObject({ status: 403 })
  })

  it('stands beside the numbers of endpoints, and the budget beside those of services', async () => {
    const { client } = await given()
    const { items } = await client.stats({ service: 'users', by: 'endpoint' })
    expect(items.map(({ endpoint, ejected }) => [endpoint, ejected?.isolates])).toEqual([
      ['us', undefined],
      ['eu', 1],
    ])
    expect((await client.stats({ service: 'users' })).items).toMatchObject([{ budgetLeft: 1.5 }])
  })
})
