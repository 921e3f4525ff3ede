import { describe, expect, it } from 'vitest'
import { AdminError } from '../../../src/admin/client.ts'
import { givenAdmin } from '../../support/given-admin.ts'

const to = (...names: string[]) => names.map((name) => ({ name }))

describe('describe', () => {
  it('tells a record, its policy with the source of each value, its rules, and who refers to it', async () => {
    const { client, run } = await givenAdmin()
    const users = {
      endpoints: ['https://users.example.com', { binding: 'USERS' }],
      rules: [
        {
          name: 'slow',
          matches: [{ path: { value: '/report' } }],
          timeouts: { request: '60s' },
          backendRefs: to('reports'),
        },
      ],
      timeouts: { request: '2s' },
    }
    const copy = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'users' } } }
    await client.put('users', users, { ifNoneMatch: '*', message: 'first' })
    await client.put('people', { alias: ['users-eu', 'users'] }, { ifNoneMatch: '*' })
    await client.put('shop', { rules: [{ backendRefs: to('other', 'users'), filters: [copy] }] }, { ifNoneMatch: '*' })
    await client.put('users-eu', 'https://eu.example.com', { ifNoneMatch: '*' })
    await run()
    const told = await client.describe('users')
    expect(told).toMatchObject({
      name: 'users',
      record: users,
      revision: 1,
      author: 'admin',
      message: 'first',
      state: 'published',
    })
    expect(told?.policy).toContainEqual({ field: 'timeouts.request', value: '2s', source: 'record' })
    expect(told?.policy).toContainEqual({ field: 'retry.attempts', value: 2, source: 'built in' })
    expect(told?.rules).toEqual([
      {
        label: 'slow',
        leadsTo: ['reports'],
        policy: [{ field: 'timeouts.request', value: '60s', source: 'rule slow' }],
      },
    ])
    expect(told?.candidates.map(({ endpoint, state }) => [endpoint, state])).toEqual([
      ['https://users.example.com', 'reachable'],
      ['binding:USERS', 'unknown'],
    ])
    expect(told?.referredBy).toEqual([
      { name: 'people', path: ['alias'] },
      { name: 'shop', path: ['rules', 0, 'filters', 0, 'requestMirror', 'backendRef'] },
      { name: 'shop', path: ['rules', 0, 'backendRefs', 1] },
    ])
  })

  it('knows that a name without a record means the wildcard that answers for it', async () => {
    const { client } = await givenAdmin()
    await client.put('*.shop', 'https://shop.example.com', { ifNoneMatch: '*' })
    await client.put('b.shop', 'https://b.example.com', { ifNoneMatch: '*' })
    await client.put('all', { rules: [{ backendRefs: to('a.shop', 'b.shop') }] }, { ifNoneMatch: '*' })
    expect((await client.describe('*.shop'))?.referredBy).toEqual([
      { name: 'all', path: ['rules', 0, 'backendRefs', 0] },
    ])
    expect((await client.describe('b.shop'))?.referredBy).toEqual([
      { name: 'all', path: ['rules', 0, 'backendRefs', 1] },
    ])
    expect(await client.describe('a.shop')).toBeUndefined()
  })

  it('says of an alias for whom it stands', async () => {
    const { client } = await givenAdmin()
    await client.put('people', { alias: 'users' }, { ifNoneMatch: '*' })
    expect(await client.describe('people')).toMatchObject({ alias: ['users'], policy: [], candidates: [] })
  })

  it('is not told to who does not reach it', async () => {
    const { as } = await givenAdmin()
    await expect(as(undefined).describe('users')).rejects.toThrow(AdminError)
  })
})
