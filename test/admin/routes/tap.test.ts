import { describe, expect, it } from 'vitest'
import type { AdminClient, TapLine, TapOptions } from '../../../src/admin/client.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import type { TapCall } from '../../../src/telemetry/tap/tap.ts'
import { type GivenAdmin, givenAdmin, late, TOKEN } from '../../support/given-admin.ts'

const call = (service: string, over: Partial<TapCall> = {}): TapCall => ({
  at: 1_760_000_000_000,
  service,
  method: 'GET',
  path: '/a',
  status: 200,
  outcome: 'success',
  tookMs: 7,
  attempts: [],
  ...over,
})

let sequence = 0
/** What the object wants of an isolate that tells it this. */
function tell({ stats }: GivenAdmin, ...calls: TapCall[]) {
  sequence += 1
  const isolate = { isolate: 'f'.repeat(32), sequence }
  const answer = stats.digest(isolate)
  const orders = (typeof answer === 'object' && answer.taps) || []
  sequence += 1
  stats.digest({ ...isolate, sequence, taps: orders.map(({ id }) => ({ id, calls, leftOut: 0 })) })
  return orders
}

/** Reads a tap line by line, while time goes on. */
function looking({ clock }: GivenAdmin, client: AdminClient, options: TapOptions = {}, signal?: AbortSignal) {
  const lines = client.tap(options, signal)[Symbol.asyncIterator]()
  return {
    next: async (): Promise<TapLine | undefined> => {
      const { value, done } = await late(clock, lines.next())
      return done ? undefined : value
    },
    leave: async () => void (await lines.return?.()),
  }
}

async function given() {
  const token = 'a-token-of-the-users-team'
  const team = { name: 'team', role: 'read', prefixes: ['users'], sha256: await sha256Hex(token) }
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify([team]) })
  return { admin, team: admin.as(token) }
}

describe('GET /tap', () => {
  it('tells calls as they come, and says when it is over', async () => {
    const { admin } = await given()
    const { next } = looking(admin, admin.client, { seconds: 2 })
    expect(await next()).toEqual({ kind: 'begun', until: expect.any(String), most: 20 })
    tell(admin, call('users', { caller: 'checkout', status: 503, outcome: 'failure', error: 'no_endpoint' }))
    expect(await next()).toEqual({
      kind: 'call',
      at: '2025-10-09T08:53:20.000Z',
      service: 'users',
      caller: 'checkout',
      method: 'GET',
      path: '/a',
      status: 503,
      outcome: 'failure',
      error: 'no_endpoint',
      tookMs: 7,
      attempts: [],
      isolate: 'f'.repeat(32),
    })
    tell(admin, call('orders'))
    expect(await next()).toMatchObject({ kind: 'call', service: 'orders' })
    expect(await next()).toEqual({ kind: 'waiting' })
    expect(await next()).toEqual({ kind: 'over', reason: 'time' })
    expect(await next()).toBeUndefined()
  })

  it('asks isolates for what was asked for, with ids masked', async () => {
    const { admin } = await given()
    const options = { service: 'users', method: 'get', path: '/users/42', status: '5xx', caller: 'checkout' }
    await looking(admin, admin.client, { ...options, seconds: 600 }).next()
    await looking(admin, admin.client, { status: '404' }).next()
    expect(tell(admin)).toMatchObject([
      {
        filter: {
          service: 'users',
          method: 'GET',
          path: '/users/{number}',
          status: [500, 599],
          caller: 'checkout',
        },
        forMs: 600_000,
      },
      { filter: { status: [404, 404] }, forMs: 60_000 },
    ])
  })

  it('shows a token with prefixes its own names alone, whatever an isolate tells', async () => {
    const { admin, team } = await given()
    const { next } = looking(admin, team, { seconds: 1 })
    await next()
    const [order] = tell(admin, call('orders'), call(''), call('users'), call('users-v2'))
    expect(order?.filter.prefixes).toEqual(['users'])
    expect(await next()).toMatchObject({ service: 'users' })
    expect(await next()).toMatchObject({ service: 'users-v2' })
    await expect(looking(admin, team, { service: 'orders' }).next()).rejects.toMatchObject({ status: 403 })
    await expect(looking(admin, admin.as('wrong')).next()).rejects.toMatchObject({ status: 401 })
  })

  it('ends when its reader leaves', async () => {
    const { admin } = await given()
    const { next, leave } = looking(admin, admin.client)
    await next()
    expect(tell(admin).length).toBe(1)
    await leave()
    await late(admin.clock, admin.clock.advance(1_000))
    expect(tell(admin)).toEqual([])
  })

  it('ends when nobody reads on, though nobody said so', async () => {
    const { admin } = await given()
    await looking(admin, admin.client).next()
    await admin.clock.advance(14_000)
    expect(tell(admin).length).toBe(1)
    await admin.clock.advance(1_000)
    expect(tell(admin)).toEqual([])
  })

  it('is refused where as many look as may', async () => {
    const { admin } = await given()
    for (let open = 0; open < 4; open++) await looking(admin, admin.client).next()
    await expect(looking(admin, admin.client).next()).rejects.toMatchObject({ status: 409 })
  })

  it('says so when the tap was lost with the object', async () => {
    const { admin } = await given()
    const { next } = looking(admin, admin.client)
    await next()
    for (const { id } of tell(admin)) admin.stats.closeTap(id)
    expect(await next()).toEqual({ kind: 'over', reason: 'lost' })
    expect(await next()).toBeUndefined()
  })

  it('says how many calls had no room', async () => {
    const { admin } = await given()
    const { next } = looking(admin, admin.client)
    await next()
    const [order] = tell(admin)
    admin.stats.digest({
      isolate: 'other',
      sequence: 1,
      taps: [{ id: order?.id ?? '', calls: [call('users')], leftOut: 9 }],
    })
    expect(await next()).toMatchObject({ kind: 'call' })
    expect(await next()).toEqual({ kind: 'left-out', calls: 9 })
  })

  it.each<TapOptions>([
    { seconds: 0 },
    { seconds: 601 },
    { seconds: 1.5 },
    { status: '600' },
    { status: 'bad' },
    { method: 'G T' },
    { path: 'users' },
    { path: '/users?id=1' },
    { service: '' },
  ])('refuses %j', async (options) => {
    const { admin } = await given()
    await expect(looking(admin, admin.client, options).next()).rejects.toMatchObject({ status: 400 })
  })

  it('says how to count where nobody does', async () => {
    const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, STATS_OBJECT: undefined })
    await expect(looking(admin, admin.client).next()).rejects.toMatchObject({
      status: 404,
      problem: { code: 'not_counted' },
    })
  })
})
