import { describe, expect, it } from 'vitest'
import { givenRegistry } from '../../support/given-registry.ts'

describe('reads', () => {
  it('lists what begins with a prefix, page by page, in order', async () => {
    const { engine, put } = await givenRegistry()
    for (const name of ['users', 'users@pr-2', 'users.shop', '*.shop', 'user', 'orders', 'users@pr-1'])
      await put(name, 'https://a.test')
    const names = (options: Parameters<typeof engine.list>[0]) => engine.list(options).items.map(({ name }) => name)
    expect(names({})).toEqual(['*.shop', 'orders', 'user', 'users', 'users.shop', 'users@pr-1', 'users@pr-2'])
    expect(names({ prefix: 'users@' })).toEqual(['users@pr-1', 'users@pr-2'])
    const first = engine.list({ prefix: 'users', limit: 2 })
    expect(first).toMatchObject({ items: [{ name: 'users' }, { name: 'users.shop' }], cursor: 'users.shop' })
    expect(names({ prefix: 'users', limit: 2, cursor: first.cursor as string })).toEqual(['users@pr-1', 'users@pr-2'])
    expect(names({ prefix: 'users', cursor: 'users@pr-2' })).toEqual([])
    expect(engine.list({ limit: 0 }).items.length).toBe(1)
  })

  it('tells the past of a name page by page, newest first', async () => {
    const { engine, put } = await givenRegistry()
    for (let count = 1; count <= 5; count++) await put('users', `https://${count}.test`)
    const first = engine.history('users', { limit: 3 })
    expect(first.items.map(({ revision }) => revision)).toEqual([5, 4, 3])
    expect(engine.history('users', { limit: 3, cursor: first.cursor as number })).toMatchObject({
      items: [{ revision: 2 }, { revision: 1 }],
    })
    expect(engine.history('nobody')).toEqual({ items: [] })
  })

  it('reads past KV for a minimum revision, and says whether history is as far', async () => {
    const { engine, put } = await givenRegistry()
    await put('users', 'https://a.test')
    await put('users', 'https://b.test')
    await put('gone', 'https://g.test')
    await put('gone', null)
    const entries = [
      { name: 'users', text: 'https://b.test', revision: 2 },
      { name: 'gone', text: null, revision: 4 },
      { name: 'nobody', text: null, revision: 0 },
    ]
    expect(engine.read(['users', 'gone', 'nobody'], 4)).toEqual({ isReached: true, revision: 4, entries })
    expect(engine.read(['users'], 5)).toMatchObject({ isReached: false, revision: 4 })
  })
})
