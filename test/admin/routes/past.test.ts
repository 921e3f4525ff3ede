import { describe, expect, it } from 'vitest'
import { sha256Hex } from '../../../src/core/text/digest.ts'
import { givenAdmin, TOKEN } from '../../support/given-admin.ts'

const [USERS, ORDERS] = ['https://users.example.com', 'https://orders.example.com']

async function given() {
  const token = 'a-token-of-the-orders-team'
  const team = { name: 'team', role: 'read', prefixes: ['orders', 'carts'], sha256: await sha256Hex(token) }
  const admin = await givenAdmin({ ADMIN_TOKEN: TOKEN, ADMIN_TOKENS: JSON.stringify([team]) })
  const { client } = admin
  await client.put('users', USERS, { ifNoneMatch: '*', message: 'the first' })
  await client.change(
    [
      { name: 'orders', record: ORDERS, ifNoneMatch: '*' },
      { name: 'accounts', record: USERS, ifNoneMatch: '*' },
    ],
    { message: 'two at once' },
  )
  await client.delete('users', { ifMatch: '*', message: 'gone' })
  return { client, team: admin.as(token) }
}

const shown = (items: readonly { revision: number; name: string; record: unknown }[]) =>
  items.map(({ revision, name, record }) => `${revision} ${name}${record === null ? ' deleted' : ''}`)

describe('GET /changes', () => {
  it('has the revisions of all names, newest first, also of those that are deleted', async () => {
    const { client } = await given()
    const { items, cursor } = await client.changes()
    expect(shown(items)).toEqual(['3 users deleted', '2 accounts', '2 orders', '1 users'])
    expect(items[0]).toMatchObject({ message: 'gone', author: 'admin', origin: 'api' })
    expect(cursor).toBeUndefined()
  })

  it('goes on where the page before ended, in the middle of a revision, too', async () => {
    const { client } = await given()
    const found: string[] = []
    let cursor: string | undefined
    do {
      const page = await client.changes(cursor === undefined ? { limit: 1 } : { limit: 1, cursor })
      found.push(...shown(page.items))
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(found).toEqual(['3 users deleted', '2 accounts', '2 orders', '1 users'])
  })

  it('shows a token with prefixes its own names alone', async () => {
    const { team } = await given()
    const { items } = await team.changes()
    expect(shown(items)).toEqual(['2 orders'])
  })

  it('refuses a place that is none', async () => {
    const { client } = await given()
    await expect(client.changes({ cursor: 'users' })).rejects.toMatchObject({ status: 400 })
  })
})
