import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import { givenAdmin } from '../../support/given-admin.ts'

const URL_OF_USERS = 'https://users.example.com'

/** The problem that a promise is rejected with. */
async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof AdminError) return error.problem
  throw new Error(`Expected an AdminError, got ${error}.`)
}

describe('a record', () => {
  it('is created, read, replaced and deleted, each time by who has seen what stood there', async () => {
    const { client, run } = await givenAdmin()
    expect(await client.get('users')).toBeUndefined()
    const created = await client.put('users', URL_OF_USERS, { ifNoneMatch: '*', message: 'first' })
    expect(created).toEqual({ revision: 1, changed: ['users'], created: ['users'] })
    expect(await client.get('users')).toMatchObject({
      name: 'users',
      record: URL_OF_USERS,
      revision: 1,
      author: 'admin',
      message: 'first',
      origin: 'api',
      state: 'publishing',
    })
    await run()
    expect(await client.get('users')).toMatchObject({ state: 'published' })
    const replaced = await client.put('users', { endpoints: [URL_OF_USERS] }, { ifMatch: 1 })
    expect(replaced).toEqual({ revision: 2, changed: ['users'], created: [] })
    expect(await client.get('users')).toMatchObject({ record: { endpoints: [URL_OF_USERS] } })
    expect(await client.delete('users', { ifMatch: '*' })).toEqual({ revision: 3, changed: ['users'], created: [] })
    expect(await client.get('users')).toBeUndefined()
    await run(1_000)
  })

  it('has its revision for an etag, and is not sent again to who has it', async () => {
    const { ask, client } = await givenAdmin()
    await client.put('users', URL_OF_USERS, { ifNoneMatch: '*' })
    const answer = await ask('/v1/services/users')
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, '"1"'])
    const again = await ask('/v1/services/users', { headers: { 'if-none-match': 'W/"1"' } })
    expect([again.status, await again.text()]).toEqual([304, ''])
    expect((await ask('/v1/services/users', { headers: { 'if-none-match': '"9"' } })).status).toBe(200)
  })

  it('is refused to a writer that has seen another state, with the difference', async () => {
    const { client } = await givenAdmin()
    await client.put('users', { endpoints: [URL_OF_USERS] }, { ifNoneMatch: '*' })
    const wanted = { endpoints: ['https://other.example.com'] }
    const problem = await problemOf(client.put('users', wanted, { ifMatch: 9 }))
    expect(problem).toMatchObject({
      status: 412,
      code: 'mismatch',
      current: { revision: 1, record: { endpoints: [URL_OF_USERS] } },
      difference: [{ path: '/endpoints/0', before: URL_OF_USERS, after: 'https://other.example.com' }],
    })
    expect(await problemOf(client.put('users', wanted, { ifNoneMatch: '*' }))).toMatchObject({ code: 'mismatch' })
    expect(await problemOf(client.put('nobody', wanted, { ifMatch: '*' }))).toMatchObject({
      status: 412,
      current: null,
    })
  })

  it('is written by one of two who have seen the same, and the other reads what changed', async () => {
    const { client } = await givenAdmin()
    await client.put('users', { endpoints: [URL_OF_USERS] }, { ifNoneMatch: '*' })
    const put = (url: string) => client.put('users', { endpoints: [url] }, { ifMatch: 1 })
    const [one, other] = ['https://one.example.com', 'https://other.example.com']
    const ends = await Promise.allSettled([put(one), put(other)])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [lost] = ends.filter((end) => end.status === 'rejected')
    const [won, wanted] = ends[0]?.status === 'fulfilled' ? [one, other] : [other, one]
    expect(lost?.reason).toMatchObject({
      status: 412,
      problem: { current: { revision: 2 }, difference: [{ path: '/endpoints/0', before: won, after: wanted }] },
    })
    expect((await client.history('users')).items).toHaveLength(2)
  })

  it('is written by nobody who says of no state that it was seen', async () => {
    const { client, called } = await givenAdmin()
    expect(await problemOf(client.put('users', URL_OF_USERS, {}))).toMatchObject({ status: 428 })
    expect(await problemOf(client.delete('users', {}))).toMatchObject({ status: 428 })
    expect(called).not.toContain('write')
  })

  it('is refused with all that the mesh would not understand of it', async () => {
    const { client } = await givenAdmin()
    const problem = await problemOf(
      client.put('users', { endpoint: URL_OF_USERS, retry: { attempts: -1 } }, { ifNoneMatch: '*' }),
    )
    expect(problem).toMatchObject({ status: 422, code: 'invalid' })
    expect(problem.issues?.map(({ path }) => path)).toEqual(
      expect.arrayContaining([['endpoint'], ['retry', 'attempts']]),
    )
    expect(await client.get('users')).toBeUndefined()
  })

  it.each(['users@pr-1', '*.shop', 'users.shop'])('may be called %s', async (name) => {
    const { client } = await givenAdmin()
    await client.put(name, URL_OF_USERS, { ifNoneMatch: '*' })
    expect(await client.get(name)).toMatchObject({ name, record: URL_OF_USERS })
    await client.delete(name, { ifMatch: 1 })
  })

  it('may be a bare URL as plain text', async () => {
    const { ask, client } = await givenAdmin()
    const init = {
      method: 'PUT',
      body: `${URL_OF_USERS}\n`,
      headers: { 'content-type': 'text/plain', 'if-none-match': '*' },
    }
    const answer = await ask('/v1/services/users?message=by%20curl', init)
    expect([answer.status, answer.headers.get('etag')]).toEqual([201, '"1"'])
    expect(await client.get('users')).toMatchObject({ record: URL_OF_USERS, message: 'by curl' })
  })

  it('is not written by a dry run: not a row, not a key', async () => {
    const { client, store, kv, run } = await givenAdmin()
    await client.put('users', URL_OF_USERS, { ifNoneMatch: '*' })
    await run()
    const rows = () => ['revisions', 'keys', 'facts'].map((table) => store.sql.exec(`SELECT * FROM ${table}`).toArray())
    const [before, puts] = [rows(), kv.log.filter((line) => !/^(get|read|list)/.test(line)).length]
    const other = 'https://other.example.com'
    expect(await client.put('users', other, { ifMatch: 1, dryRun: true })).toEqual({
      revision: 2,
      changed: ['users'],
      created: [],
      dryRun: true,
    })
    expect(await client.delete('users', { ifMatch: 1, dryRun: true })).toMatchObject({ revision: 2, dryRun: true })
    expect(await client.rollback('users', 1, { dryRun: true })).toMatchObject({
      revision: 1,
      changed: [],
      dryRun: true,
    })
    const change = { name: 'orders', record: other, ifNoneMatch: '*' as const }
    expect(await client.change([change], { dryRun: true })).toMatchObject({ created: ['orders'], dryRun: true })
    expect(await problemOf(client.put('users', other, { ifMatch: 9, dryRun: true }))).toMatchObject({ status: 412 })
    await run(60_000)
    expect(rows()).toEqual(before)
    expect(kv.log.filter((line) => !/^(get|read|list)/.test(line)).length).toBe(puts)
  })

  it('that the mesh would refuse is told as refused', async () => {
    const { client, kv, engine, run } = await givenAdmin()
    kv.hand('users', '{"endpoint":"https://users.example.com"}')
    engine.scan()
    await run()
    expect(await client.get('users')).toMatchObject({ state: 'refused', origin: 'hand', author: null })
  })
})

describe('the list', () => {
  it('has all records in the order of their names, page by page', async () => {
    const { client } = await givenAdmin()
    const names = ['b', 'a', 'c', 'shop', 'users', 'users@pr-1', '*.shop']
    await client.change(names.map((name) => ({ name, record: URL_OF_USERS, ifNoneMatch: '*' as const })))
    const found: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await client.list({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      found.push(...page.items.map(({ name }) => name))
      cursor = page.cursor
      if (cursor === undefined) break
    }
    expect(found).toEqual([...names].sort())
    expect((await client.list({ prefix: 'users' })).items.map(({ name }) => name)).toEqual(['users', 'users@pr-1'])
  })
})
