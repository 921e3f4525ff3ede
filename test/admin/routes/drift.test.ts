import { describe, expect, it } from 'vitest'
import { givenAdmin } from '../../support/given-admin.ts'

const [OURS, THEIRS] = ['https://ours.example.com', 'https://theirs.example.com']

/** A change of ours waits, and a person has written KV meanwhile. */
async function drifted() {
  const given = await givenAdmin()
  const { client, kv, run, clock } = given
  await client.put('users', 'https://first.example.com', { ifNoneMatch: '*' })
  await run()
  await clock.advance(600_000)
  await client.put('users', OURS, { ifMatch: 1 })
  kv.hand('users', THEIRS)
  await run()
  return given
}

describe('drift', () => {
  it('is listed, and no write goes past it', async () => {
    const { client } = await drifted()
    expect(await client.get('users')).toMatchObject({ state: 'drifted', record: OURS })
    const since = new Date(1_600_000).toISOString()
    expect(await client.drift()).toEqual({
      items: [{ name: 'users', found: THEIRS, record: OURS, revision: 2, since }],
    })
    await expect(client.put('users', 'https://x.example.com', { ifMatch: 2 })).rejects.toMatchObject({
      status: 412,
      problem: { code: 'drifted', found: THEIRS, current: { record: OURS, revision: 2 } },
    })
  })

  it('ends by taking over what stands in KV', async () => {
    const { client, kv, run } = await drifted()
    expect(await client.endDrift('users', 'adopt', { message: 'theirs is right' })).toMatchObject({ revision: 3 })
    await run()
    expect(await client.get('users')).toMatchObject({ state: 'published', record: THEIRS, origin: 'adopt' })
    expect(kv.truth('users').value).toBe(THEIRS)
    expect((await client.drift()).items).toEqual([])
  })

  it('ends by writing over it, with what was there in history', async () => {
    const { client, kv, run } = await drifted()
    await client.endDrift('users', 'overwrite')
    await run(10_000)
    expect(kv.truth('users').value).toBe(OURS)
    const { items } = await client.history('users', { limit: 2 })
    expect(items.map(({ record, origin }) => [record, origin])).toEqual([
      [OURS, 'api'],
      [THEIRS, 'hand'],
    ])
  })

  it('is listed page by page, and ended only where there is any', async () => {
    const { client, kv, run, engine } = await drifted()
    await client.put('orders', OURS, { ifNoneMatch: '*' })
    kv.hand('orders', THEIRS)
    await run()
    const first = await client.drift({ limit: 1 })
    expect(first).toMatchObject({ items: [{ name: 'orders' }], cursor: 'orders' })
    expect((await client.drift({ limit: 1, cursor: 'orders' })).items.map(({ name }) => name)).toEqual(['users'])
    await expect(client.endDrift('nobody', 'adopt')).rejects.toMatchObject({
      status: 409,
      problem: { code: 'not_drifted' },
    })
    kv.isDown = true
    await expect(client.endDrift('users', 'adopt')).rejects.toMatchObject({ status: 503 })
    expect(engine.drifted().length).toBe(2)
  })

  it('is looked for when somebody asks', async () => {
    const { client, kv, run, clock } = await givenAdmin()
    await client.put('users', OURS, { ifNoneMatch: '*' })
    await run()
    await clock.advance(600_000)
    kv.hand('users', THEIRS)
    await run()
    expect(await client.get('users')).toMatchObject({ record: OURS })
    await client.scanDrift()
    await run()
    expect(await client.get('users')).toMatchObject({ record: THEIRS, origin: 'hand', author: null })
  })
})
