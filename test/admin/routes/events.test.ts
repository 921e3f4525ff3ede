import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import { givenAdmin } from '../../support/given-admin.ts'

const KEY = 'events/com.example.order.placed'
const subscribed = (sink = 'http://billing/events') => ({ subscriptions: [{ id: 'billing', sink }] })
const EVENTS = { endpoints: [{ topic: { binding: 'EVENTS' } }] }

const problemOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof AdminError ? error.problem : error),
  )

describe('subscriptions', () => {
  it('are written, read, listed, kept and deleted as records are', async () => {
    const { client, run } = await givenAdmin()
    await client.put('users', 'https://users.example.com', { ifNoneMatch: '*' })
    const written = await client.put(KEY, subscribed(), { ifNoneMatch: '*', message: 'billing' })
    expect(written).toEqual({ revision: 2, changed: [KEY], created: [KEY] })
    await run()
    expect(await client.get(KEY)).toMatchObject({ name: KEY, record: subscribed(), revision: 2, state: 'published' })
    await client.put(KEY, { subscriptions: [] }, { ifMatch: 2 })
    expect((await client.history(KEY)).items.map(({ revision }) => revision)).toEqual([3, 2])
    expect(await client.rollback(KEY, 2)).toMatchObject({ revision: 4 })
    expect(await client.describe(KEY)).toMatchObject({ name: KEY, policy: [], referredBy: [] })
    await client.delete(KEY, { ifMatch: 4 })
    expect(await client.get(KEY)).toBeUndefined()
  })

  it('are listed by their prefix, and are no services', async () => {
    const { client } = await givenAdmin()
    const names = ['a', 'events', 'events0', 'f', KEY, 'events/*', 'events/com.example.*']
    await client.change(
      names.map((name) => ({
        name,
        record: name.includes('/') ? subscribed() : 'https://a.example',
        ifNoneMatch: '*' as const,
      })),
    )
    const listed = async (options: { prefix?: string; limit?: number }) => {
      const all: string[] = []
      for (let cursor: string | undefined; ; ) {
        const page = await client.list({ ...options, ...(cursor === undefined ? {} : { cursor }) })
        all.push(...page.items.map(({ name }) => name))
        if (page.cursor === undefined) return all
        cursor = page.cursor
      }
    }
    for (const limit of [1, 2, 3, 100]) {
      expect(await listed({ limit })).toEqual(['a', 'events', 'events0', 'f'])
      expect(await listed({ prefix: 'event', limit })).toEqual(['events', 'events0'])
      expect(await listed({ prefix: 'events/', limit })).toEqual(['events/*', 'events/com.example.*', KEY])
    }
  })

  it('are refused whole where the mesh would not understand them, with the place', async () => {
    const { client } = await givenAdmin()
    const wrong = { subscriptions: [{ id: 'a', sink: 'http://a/', filters: [{ sql: 'TRUE' }], config: 1 }] }
    const problem = await problemOf(client.put(KEY, wrong, { ifNoneMatch: '*' }))
    expect(problem).toMatchObject({ status: 422 })
    expect((problem as { issues: { path: unknown }[] }).issues.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        ['subscriptions', 0, 'filters', 0],
        ['subscriptions', 0, 'config'],
      ]),
    )
    expect(await problemOf(client.put('events/a b', subscribed(), { ifNoneMatch: '*' }))).toMatchObject({ status: 422 })
    expect(await problemOf(client.put(KEY, 'https://a.example', { ifNoneMatch: '*' }))).toMatchObject({ status: 422 })
    expect(await client.validate({ [KEY]: wrong })).toMatchObject({ issues: [{ name: KEY }, { name: KEY }] })
  })

  it('are checked: do they lead anywhere, and does what they lead to come back?', async () => {
    const { client, run } = await givenAdmin()
    const results = async () => {
      const { checks } = await client.check()
      const found = (id: string) => checks.find((check) => check.id === id)?.findings
      return { nowhere: found('names-lead-somewhere'), round: found('aliases-end'), kv: found('revisions-agree') }
    }
    await client.change([
      { name: 'events', record: EVENTS, ifNoneMatch: '*' },
      { name: 'bus', record: { alias: 'events' }, ifNoneMatch: '*' },
      { name: '*.shop', record: 'https://shop.example', ifNoneMatch: '*' },
      {
        name: KEY,
        record: {
          subscriptions: [
            { id: 'a', sink: 'http://gone/' },
            { id: 'b', sink: 'http://mail.shop/' },
          ],
        },
        ifNoneMatch: '*',
      },
      { name: 'events/com.*', record: subscribed('http://bus.mesh/'), ifNoneMatch: '*' },
    ])
    await run()
    const { nowhere, round, kv } = await results()
    expect(nowhere).toMatchObject([
      { severity: 'error', name: KEY, path: ['subscriptions', 0, 'sink'], message: '"gone" has no record.' },
    ])
    expect(round).toMatchObject([
      {
        name: 'events/com.*',
        path: ['subscriptions', 0, 'sink'],
        message: expect.stringContaining('events/com.* → bus → events → events/com.*'),
      },
    ])
    expect(kv).toEqual([])
  })

  it('are reached by the tokens whose prefixes say so', async () => {
    const sha256 = async (text: string) =>
      Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))), (byte) =>
        byte.toString(16).padStart(2, '0'),
      ).join('')
    const tokens = [
      { name: 'shop', role: 'write', prefixes: ['shop'], sha256: await sha256('shop-token-of-thirty-characters') },
      {
        name: 'bus',
        role: 'write',
        prefixes: ['events/com.example.'],
        sha256: await sha256('bus-token-of-thirty-characters-'),
      },
    ]
    const { as } = await givenAdmin({ ADMIN_TOKENS: JSON.stringify(tokens) })
    const shop = as('shop-token-of-thirty-characters')
    const bus = as('bus-token-of-thirty-characters-')
    expect(await problemOf(shop.put(KEY, subscribed(), { ifNoneMatch: '*' }))).toMatchObject({ status: 403 })
    await bus.put(KEY, subscribed(), { ifNoneMatch: '*' })
    expect((await bus.list({ prefix: 'events/' })).items).toHaveLength(1)
    expect((await bus.list()).items).toEqual([])
    expect((await shop.list({ prefix: 'events/' })).items).toEqual([])
  })
})
