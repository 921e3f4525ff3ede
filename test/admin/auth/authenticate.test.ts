import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { givenAdmin, late, TOKEN } from '../../support/given-admin.ts'

const READER = 'a-reading-token-of-32-characters'
const TEAM = 'the-shop-teams-token-32-letters!'

async function tokens() {
  return JSON.stringify([
    { name: 'reader', role: 'read', sha256: await sha256Hex(READER) },
    { name: 'shop', role: 'write', prefixes: ['shop-', 'basket'], sha256: await sha256Hex(TEAM) },
  ])
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

describe('the admin API', () => {
  it('is not there where no token is configured: whatever is asked is answered as any path that is none', async () => {
    const { ask } = await givenAdmin({})
    for (const path of ['/v1/services', '/v1/nothing', '/v1/changes']) {
      const answer = await ask(path, bearer(TOKEN))
      expect(answer.status).toBe(404)
      expect(await answer.json()).toMatchObject({ detail: `Nothing stands under /-/api${path}.` })
    }
    expect((await ask('/openapi.json')).status).toBe(200)
  })

  it('answers 401 with a challenge where no token is sent, or a wrong one', async () => {
    const { ask, clock, called } = await givenAdmin()
    for (const authorization of [
      '',
      'Bearer',
      'Bearer  ',
      'Bearer wrong',
      `Basic ${TOKEN}`,
      TOKEN,
      `Bearer ${TOKEN} x`,
    ]) {
      const answer = await late(clock, ask('/v1/services', { headers: { authorization } }))
      expect([authorization, answer.status]).toEqual([authorization, 401])
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="selvedge", error="invalid_token"')
      expect(await answer.text()).not.toMatch(/wrong|thirty/)
    }
    expect(called).toEqual([])
  })

  it('lets nobody keep what one token was told', async () => {
    const { ask, get } = await givenAdmin()
    for (const path of ['/v1/services', '/v1/drift', '/v1/export', '/v1/services/users/history', '/v1/settings'])
      expect([path, (await ask(path)).headers.get('cache-control')]).toEqual([path, 'no-store'])
    expect((await get('/-/metrics', bearer(TOKEN).headers)).headers.get('cache-control')).toBe('no-store')
  })

  it('answers at once where none is sent, late where a wrong one is, and at once again where the right one is', async () => {
    const { as, client, clock, lines } = await givenAdmin()
    const start = clock.now()
    await expect(as(undefined).list()).rejects.toMatchObject({ status: 401 })
    expect([clock.now() - start, clock.pending]).toEqual([0, 0])
    const wrong = as('a-wrong-token').list()
    const told = expect(wrong).rejects.toMatchObject({ status: 401 })
    await expect(client.list()).resolves.toEqual({ items: [] })
    expect(clock.now()).toBe(start)
    await late(clock, told)
    expect(clock.now() - start).toBe(250)
    expect(lines.map(({ event }) => event)).toEqual(['admin_denied'])
    expect(JSON.stringify(lines)).not.toContain('a-wrong-token')
  })

  it('lets a token that reads do nothing else, and says what is needed', async () => {
    const { as, lines } = await givenAdmin({ ADMIN_TOKENS: await tokens() })
    const reader = as(READER)
    await expect(reader.list()).resolves.toEqual({ items: [] })
    await expect(reader.validate({ users: 'https://users.example.com' })).resolves.toEqual({ issues: [] })
    const record = 'https://users.example.com'
    const writes = [
      () => reader.put('users', record, { ifNoneMatch: '*' }),
      () => reader.put('users', record, { ifNoneMatch: '*', dryRun: true }),
      () => reader.delete('users', { ifMatch: '*' }),
      () => reader.change([{ name: 'users', record, ifNoneMatch: '*' }]),
      () => reader.rollback('users', 1),
      () => reader.endDrift('users', 'adopt'),
      () => reader.scanDrift(),
      () => reader.restore([{ revision: 1, name: 'a', text: null, author: null, message: '', at: 0, origin: 'api' }]),
      () => reader.restored('kv'),
    ]
    for (const write of writes) {
      await expect(write()).rejects.toMatchObject({
        status: 403,
        problem: { detail: expect.stringContaining('"write"') },
      })
    }
    expect(lines.filter(({ event }) => event === 'admin_write')).toEqual([])
  })

  it('lets a token with prefixes see and write its own names alone', async () => {
    const { as, put } = await givenAdmin({ ADMIN_TOKENS: await tokens() })
    const record = 'https://shop.example.com'
    for (const name of ['basket', 'basket-eu', 'orders', 'shop-a', 'shop-b', 'users', '*.shop-a'])
      await put(name, record)
    const shop = as(TEAM)
    const own = ['basket', 'basket-eu', 'shop-a', 'shop-b']
    expect((await shop.list()).items.map(({ name }) => name)).toEqual(own)
    const paged: string[] = []
    for (let cursor = ''; ; ) {
      const page = await shop.list({ limit: 1, ...(cursor === '' ? {} : { cursor }) })
      paged.push(...page.items.map(({ name }) => name))
      if (page.cursor === undefined) break
      cursor = page.cursor
    }
    expect(paged).toEqual(own)
    expect((await shop.list({ prefix: 'shop-b' })).items.map(({ name }) => name)).toEqual(['shop-b'])
    expect((await shop.list({ prefix: 's' })).items.map(({ name }) => name)).toEqual(['shop-a', 'shop-b'])
    expect((await shop.list({ prefix: 'users' })).items).toEqual([])
    await expect(shop.get('shop-a')).resolves.toMatchObject({ record })
    const beyond = [
      () => shop.get('users'),
      () => shop.get('nobody'),
      () => shop.history('users'),
      () => shop.put('users', record, { ifMatch: '*' }),
      () => shop.delete('*.shop-a', { ifMatch: '*' }),
      () => shop.rollback('orders', 1),
      () => shop.endDrift('orders', 'adopt'),
      () =>
        shop.change([
          { name: 'shop-a', record: null, ifMatch: '*' },
          { name: 'users', record: null, ifMatch: '*' },
        ]),
      () => shop.export(),
      () => shop.scanDrift(),
      () => shop.restored('kv'),
    ]
    for (const one of beyond) await expect(one()).rejects.toMatchObject({ status: 403 })
    await expect(shop.get('shop-a')).resolves.toMatchObject({ record })
    const status = await shop.revision(1)
    expect(status).toMatchObject({ revision: 1, names: 1 })
    expect(Object.keys(status ?? {})).not.toContain('author')
  })

  it('names the token as the author, and what the client says of itself beside it', async () => {
    const { as } = await givenAdmin({ ADMIN_TOKENS: await tokens() })
    const shop = as(TEAM)
    await shop.put('shop-a', 'https://a.example.com', { ifNoneMatch: '*', author: 'jane' })
    expect((await shop.get('shop-a'))?.author).toBe('shop (says: jane)')
    const put = (author: string) => shop.put('shop-a', 'https://b.example.com', { ifMatch: 1, author })
    await expect(put('x'.repeat(201))).rejects.toMatchObject({ status: 400 })
    await expect(put('é'.repeat(140))).rejects.toMatchObject({ status: 422 })
    await expect(put('jane\nadmin')).rejects.toMatchObject({ status: 400 })
    expect((await shop.get('shop-a'))?.revision).toBe(1)
  })

  it.each([
    ['ADMIN_TOKENS that is no JSON', { ADMIN_TOKENS: `[${READER}]` }],
    ['a bad one beside a good ADMIN_TOKEN', { ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: `[{"name":"${READER}"}]` }],
  ])('answers nobody with %s, and tells the operator alone', async (_, vars) => {
    const { ask, lines } = await givenAdmin(vars)
    const answer = await ask('/v1/services')
    expect(answer.status).toBe(503)
    expect(await answer.text()).not.toMatch(/ADMIN|JSON|a-reading/)
    expect(lines).toMatchObject([{ level: 'error', event: 'admin_off', message: /^ADMIN_TOKENS/ }])
    expect(JSON.stringify(lines)).not.toContain(READER)
  })

  it('tells the operator of a token that can be guessed, once', async () => {
    const { ask, lines } = await givenAdmin({ ADMIN_TOKEN: 'short' })
    for (let time = 0; time < 3; time++) expect((await ask('/v1/services', bearer('short'))).status).toBe(200)
    expect(lines.map(({ event }) => event)).toEqual(['admin_weak'])
    expect(JSON.stringify(lines)).not.toContain('short')
  })

  it('takes no token in an address or a body', async () => {
    const { ask, client, lines } = await givenAdmin()
    const address = await ask(`/v1/services/users?message=${TOKEN}`)
    const body = await ask('/v1/services/users', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'if-none-match': '*' },
      body: JSON.stringify({ endpoints: [`https://${TOKEN}.example.com`] }),
    })
    expect([address.status, body.status]).toEqual([400, 422])
    for (const answer of [address, body]) expect(await answer.text()).not.toContain(TOKEN)
    expect(await client.list()).toEqual({ items: [] })
    expect(JSON.stringify(lines)).not.toContain(TOKEN)
  })

  it.each([
    ['each character by itself', encoded, escaped],
    ['no more than must be', encodeURIComponent, (token: string) => token.replaceAll('/', '\\/')],
  ])('takes none that is encoded: %s', async (_, inAddress, inBody) => {
    const token = `${TOKEN}/+=`
    const { ask, as } = await givenAdmin({ ADMIN_TOKEN: token })
    const put = (query: string, body: string) =>
      ask(`/v1/services/users${query}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-none-match': '*' },
        body,
      })
    const address = await put(`?message=${inAddress(token)}`, '"https://users.example.com"')
    const body = await put('', `{"endpoints":["https://a.example","https://users.example.com/${inBody(token)}"]}`)
    expect([address.status, body.status]).toEqual([400, 422])
    for (const answer of [address, body]) expect(await answer.text()).not.toContain(token)
    expect(await as(token).list()).toEqual({ items: [] })
  })
})

function encoded(token: string): string {
  return Array.from(token, (character) => `%${character.charCodeAt(0).toString(16)}`).join('')
}

function escaped(token: string): string {
  return Array.from(token, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}

describe('the audit', () => {
  it('has a line for each write: who, what names, which revision, how it ended; no record and no message', async () => {
    const { client, lines } = await givenAdmin()
    await client.put('users', 'https://secret.example.com', { ifNoneMatch: '*', message: 'a reason' })
    await client.put('users', 'https://other.example.com', { ifMatch: 9 }).catch(() => {})
    await client.change([{ name: 'users', record: { endpoint: 1 }, ifMatch: 1 }]).catch(() => {})
    await client.delete('users', { ifMatch: 1, dryRun: true })
    await client.rollback('users', 7).catch(() => {})
    await client.endDrift('users', 'overwrite').catch(() => {})
    await client.delete('users', { ifMatch: 1 })
    expect(lines.map(({ caller, names, revision, code, message }) => [caller, names, revision, code, message])).toEqual(
      [
        ['admin', ['users'], '1', 'written', 'put'],
        ['admin', ['users'], undefined, 'mismatch', 'put'],
        ['admin', ['users'], undefined, 'invalid', 'change'],
        ['admin', ['users'], undefined, 'not_found', 'rollback'],
        ['admin', ['users'], undefined, 'not_drifted', 'overwrite'],
        ['admin', ['users'], '2', 'written', 'delete'],
      ],
    )
    expect(JSON.stringify(lines)).not.toMatch(/example\.com|a reason/)
  })

  it('tells of a write that nobody knows the end of', async () => {
    const { client, env, lines } = await givenAdmin()
    Object.assign(env, {
      REGISTRY_OBJECT: { getByName: () => ({ write: () => Promise.reject(new Error('the object was moved')) }) },
    })
    const write = client.put('users', 'https://users.example.com', { ifNoneMatch: '*' })
    await expect(write).rejects.toMatchObject({ status: 503, problem: { code: 'registry_unavailable' } })
    expect(lines.map(({ event, code }) => [event, code])).toEqual([
      ['admin_write', 'unknown'],
      ['admin_failed', undefined],
    ])
  })
})
