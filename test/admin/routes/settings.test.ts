import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'

const OLD = { endpoints: ['https://users.example.com'] }
const NEW = { ...OLD, hedge: { delay: '50ms' } }

async function problemOf(work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof AdminError) return error.problem
  throw new Error(`Expected an AdminError, got ${error}.`)
}

describe('the oldest version that runs', () => {
  it('is said by nobody at first, and then anything may be written', async () => {
    const { client } = await givenAdmin()
    expect(await client.settings()).toEqual({ minVersion: null })
    expect(await client.put('users', NEW, { ifNoneMatch: '*' })).toMatchObject({ revision: 1 })
  })

  it('once said refuses a newer field, with its place, its version and the oldest one', async () => {
    const { client } = await givenAdmin()
    expect(await client.configure({ minVersion: '0.1.0' })).toEqual({ minVersion: '0.1.0' })
    const problem = await problemOf(client.put('users', NEW, { ifNoneMatch: '*' }))
    expect(problem).toMatchObject({
      status: 422,
      code: 'invalid',
      issues: [{ path: ['hedge'], message: expect.stringMatching(/0\.2\.0.*0\.1\.0 \(min-version\)/) }],
    })
    expect(await client.get('users')).toBeUndefined()
    expect(await client.put('users', OLD, { ifNoneMatch: '*' })).toMatchObject({ revision: 1 })
  })

  it('holds for changes of several, for dry runs and for going back', async () => {
    const { client } = await givenAdmin()
    await client.put('users', NEW, { ifNoneMatch: '*' })
    await client.put('users', OLD, { ifMatch: 1 })
    await client.configure({ minVersion: '0.1.0' })
    const changes = [
      { name: 'orders', record: OLD, ifNoneMatch: '*' as const },
      { name: 'cart', record: NEW, ifNoneMatch: '*' as const },
    ]
    expect(await problemOf(client.change(changes))).toMatchObject({ status: 422, issues: [{ name: 'cart' }] })
    expect(await client.get('orders')).toBeUndefined()
    expect(await problemOf(client.put('cart', NEW, { ifNoneMatch: '*', dryRun: true }))).toMatchObject({ status: 422 })
    expect(await problemOf(client.rollback('users', 1))).toMatchObject({ status: 422 })
  })

  it('gives way to who insists', async () => {
    const { client } = await givenAdmin()
    await client.put('users', NEW, { ifNoneMatch: '*' })
    await client.put('users', OLD, { ifMatch: 1 })
    await client.configure({ minVersion: '0.1.0' })
    expect(await client.put('cart', NEW, { ifNoneMatch: '*', force: true })).toMatchObject({ revision: 3 })
    const change = { name: 'orders', record: NEW, ifNoneMatch: '*' as const }
    expect(await client.change([change], { force: true })).toMatchObject({ revision: 4 })
    expect(await client.rollback('users', 1, { force: true })).toMatchObject({ revision: 5 })
  })

  it('lets stand what stands, and what is written again as it is', async () => {
    const { client } = await givenAdmin()
    await client.put('users', NEW, { ifNoneMatch: '*' })
    await client.configure({ minVersion: '0.1.0' })
    expect(await client.put('users', NEW, { ifMatch: 1 })).toMatchObject({ revision: 1, changed: [] })
    expect(await client.delete('users', { ifMatch: 1 })).toMatchObject({ revision: 2 })
  })

  it('is raised, and taken back', async () => {
    const { client } = await givenAdmin()
    await client.configure({ minVersion: '0.1.0' })
    expect(await client.configure({ minVersion: '0.2.0' })).toEqual({ minVersion: '0.2.0' })
    expect(await client.put('users', NEW, { ifNoneMatch: '*' })).toMatchObject({ revision: 1 })
    expect(await client.configure({ minVersion: null })).toEqual({ minVersion: null })
  })

  it('is never a key of KV', async () => {
    const { client, kv, run } = await givenAdmin()
    await client.configure({ minVersion: '0.1.0' })
    await run(10_000)
    expect((await kv.list({ prefix: '' })).keys).toEqual([])
  })

  it.each([['0.1'], ['v0.1.0'], [''], [7], [undefined]])(
    'is refused where it is no version: %s',
    async (minVersion) => {
      const { client } = await givenAdmin()
      expect((await problemOf(client.configure({ minVersion } as never))).status).toBe(422)
    },
  )

  it('is read by any token, and said by one that may write every name', async () => {
    const tokens = [
      { name: 'reader', role: 'read', sha256: await sha256Hex(`${TOKEN}1`) },
      { name: 'shop', role: 'write', prefixes: ['shop-'], sha256: await sha256Hex(`${TOKEN}2`) },
    ]
    const { as } = await givenAdmin({ ADMIN_TOKENS: JSON.stringify(tokens) })
    expect(await as(`${TOKEN}1`).settings()).toEqual({ minVersion: null })
    expect((await problemOf(as(`${TOKEN}1`).configure({ minVersion: '0.1.0' }))).status).toBe(403)
    expect((await problemOf(as(`${TOKEN}2`).configure({ minVersion: '0.1.0' }))).status).toBe(403)
  })
})
