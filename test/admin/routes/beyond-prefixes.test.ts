/** What a token with prefixes is told of records that it does not reach: nothing, whichever way it asks. */
import { describe, expect, it } from 'vitest'
import type { WrittenRecord } from '../../../src/admin/client.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { type GivenAdmin, givenAdmin, TOKEN } from '../../support/given-admin.ts'

const OURS = 'a-token-that-reaches-the-shop-alone'
const THEIRS = 'https://theirs.example.com'

/** Records of all, and a client that reaches those that begin with `shop`. */
async function given(records: Readonly<Record<string, WrittenRecord>>) {
  const tokens = [{ name: 'shop', role: 'write', prefixes: ['shop'], sha256: await sha256Hex(OURS) }]
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify(tokens) })
  await admin.client.change(Object.entries(records).map(([name, record]) => ({ name, record, ifNoneMatch: '*' })))
  await admin.run()
  await admin.clock.advance(600_000)
  return { ...admin, shop: admin.as(OURS) }
}

/** Somebody writes into KV what the mesh does not understand, and it is taken in. */
async function byHand({ kv, engine, run, clock }: GivenAdmin, name: string) {
  kv.hand(name, JSON.stringify({ endpoints: [THEIRS], secretPlan: 1 }))
  engine.scan()
  await run()
  await clock.advance(600_000)
  await run()
}

describe('a token with prefixes', () => {
  it('is not told by resolve what is wrong with a record beyond them', async () => {
    const admin = await given({ 'shop-a': THEIRS, orders: THEIRS })
    await byHand(admin, 'orders')
    const ask = (record: WrittenRecord, client = admin.shop) =>
      client.resolve({ request: { name: 'shop-a' }, records: { 'shop-a': record } })
    const alias = { alias: ['orders'] }
    const routed = { rules: [{ backendRefs: [{ name: 'orders' }] }] }
    expect(JSON.stringify(await ask(alias, admin.client))).toContain('secretPlan')
    const [refused, led] = [await ask(alias), await ask(routed)]
    expect(refused.refused).toMatchObject({ code: 'record_invalid', status: 500 })
    expect(led.leads[0]?.outcome).toMatchObject({ is: 'refused', code: 'record_invalid' })
    expect(JSON.stringify([refused, led])).not.toContain('secretPlan')
  })

  it('is not told by resolve which names an alias beyond them stands for', async () => {
    const { shop } = await given({ 'shop-a': { alias: ['orders'] }, orders: { alias: ['shop-b'] }, 'shop-b': THEIRS })
    await expect(shop.resolve({ request: { name: 'shop-a' } })).rejects.toMatchObject({ status: 403 })
  })

  it('is not told by simulate where records beyond them lead', async () => {
    const { shop, client, stats } = await given({ 'shop-a': 'https://ours.example.com', orders: THEIRS })
    const shape = { method: 'GET', path: '/', headers: [], queries: [], values: {}, class: 'default' as const }
    const shapes = [{ ...shape, service: 'shop-a' }]
    stats.digest({ isolate: 'one', sequence: 1, shapes: { share: 1, drawn: 1, shapes } })
    for (const record of [{ alias: ['orders'] }, { rules: [{ backendRefs: [{ name: 'orders' }] }] }]) {
      const all = await client.simulate([{ name: 'shop-a', record }])
      expect(all.services[0]?.moves[0]?.to.endpoints).toEqual([THEIRS])
      const told = await shop.simulate([{ name: 'shop-a', record }])
      expect(told).toMatchObject({ moved: 1 })
      expect(told.services[0]?.moves[0]).toMatchObject({
        from: { endpoints: ['https://ours.example.com'] },
        to: { endpoints: [] },
      })
    }
  })

  it('is not told by describe that a wildcard beyond them answers', async () => {
    const { shop, client } = await given({ '*.shop': THEIRS })
    expect(await client.describe('shop-a.shop')).toBeUndefined()
    const problem = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      return (await admin.ask('/v1/services/shop-a.shop/describe', { headers })).json()
    }
    const admin = await given({ '*.shop': THEIRS })
    expect(await problem(TOKEN)).toMatchObject({ detail: expect.stringContaining('"*.shop" answers') })
    expect(await problem(OURS)).toMatchObject({ detail: 'There is no record of "shop-a.shop".' })
    expect(await shop.describe('shop-a.shop')).toBeUndefined()
  })

  it('goes on in the list of drift from a name that it reaches', async () => {
    const names = ['orders', 'people', 'shop-a', 'shop-b', 'users']
    const admin = await given(Object.fromEntries(names.map((name) => [name, 'https://first.example.com'])))
    const { client, kv, run, shop } = admin
    for (const name of names) {
      await client.put(name, 'https://second.example.com', { ifMatch: '*' })
      kv.hand(name, THEIRS)
    }
    await run()
    expect((await client.drift({ limit: 1 })).cursor).toBe('orders')
    const first = await shop.drift({ limit: 1 })
    expect([first.items.map(({ name }) => name), first.cursor]).toEqual([['shop-a'], 'shop-a'])
    const second = await shop.drift({ limit: 1, cursor: 'shop-a' })
    expect(second.items.map(({ name }) => name)).toEqual(['shop-b'])
    const rest = await shop.drift({ limit: 1, cursor: 'shop-b' })
    expect(rest).toEqual({ items: [] })
  })
})
