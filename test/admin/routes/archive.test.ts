import { describe, expect, it } from 'vitest'
import type { Row } from '../../../src/admin/client.ts'
import { givenAdmin } from '../../support/given-admin.ts'

async function exported(client: Awaited<ReturnType<typeof givenAdmin>>['client']): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await client.export({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
    rows.push(...page.items)
    cursor = page.cursor
    if (cursor === undefined) return rows
  }
}

describe('the archive', () => {
  it('carries the whole history over to another object, to the letter', async () => {
    const [from, to] = [await givenAdmin(), await givenAdmin()]
    await from.put('users', '{ "endpoints": ["https://users.example.com"] }')
    await from.client.change([
      { name: '*.shop', record: 'https://shop.example.com', ifNoneMatch: '*' },
      { name: 'users@pr-1', record: 'https://pr.example.com', ifNoneMatch: '*' },
    ])
    await from.client.delete('*.shop', { ifMatch: '*', message: 'closed' })
    const rows = await exported(from.client)
    expect(rows).toHaveLength(4)
    expect(rows[0]?.text).toBe('{ "endpoints": ["https://users.example.com"] }')

    await to.client.restore(rows)
    await expect(to.client.get('users')).rejects.toMatchObject({
      status: 503,
      problem: { code: 'registry_unavailable' },
    })
    await to.client.restored('history', { message: 'moved' })
    await to.run(1_000)
    expect((await exported(to.client)).slice(0, 4)).toEqual(rows)
    expect(await to.client.get('users@pr-1')).toMatchObject({ record: 'https://pr.example.com' })
    expect(await to.client.get('*.shop')).toBeUndefined()
    expect(to.kv.truth('users').value).toBe('{ "endpoints": ["https://users.example.com"] }')
    const audited = to.lines.filter(({ event }) => event === 'admin_write')
    expect(audited.map(({ message, code }) => [message, code])).toEqual([
      ['restore, 4 rows', 'written'],
      ['restored, by history', 'written'],
    ])
  })

  it('is not taken into an object that has a history, nor ended before it began', async () => {
    const { client, put, lines } = await givenAdmin()
    await put('users', 'https://users.example.com')
    const rows = await exported(client)
    await expect(client.restore(rows)).rejects.toMatchObject({ status: 409, problem: { code: 'unfit' } })
    await expect(client.restored('kv')).rejects.toMatchObject({ status: 409 })
    expect(lines.map(({ code }) => code)).toEqual(['unfit', 'unfit'])
    expect(await client.get('users')).toMatchObject({ revision: 1 })
  })

  it('is sent in bodies that are taken, however long it is', async () => {
    const { client, lines } = await givenAdmin()
    const text = `https://users.example.com/${'a'.repeat(900_000)}`
    const row = (revision: number): Row => ({
      revision,
      name: 'users',
      text,
      author: 'ann',
      message: '',
      at: 1,
      origin: 'api',
    })
    await client.restore([1, 2, 3, 4, 5, 6].map(row))
    expect(lines.length).toBeGreaterThan(1)
    await client.restored('kv')
  })
})
