/** Subscriptions in the registry's object: written, listed, kept, adopted and found by the scan, beside the services. */
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { LAG_MS } from '../../src/durable/keys.ts'
import { SCAN_MS } from '../../src/durable/publish/scan.ts'
import { givenRegistry } from '../support/given-registry.ts'
import { laggingKv } from '../support/lagging-kv.ts'

const TEXT = JSON.stringify({ subscriptions: [{ id: 'a', sink: 'http://a/' }] })
const OTHER = JSON.stringify({ subscriptions: [] })
const KEY = 'events/com.example.placed'

describe('subscriptions', () => {
  it('are published under their own key, with their revision, and taken back', async () => {
    const { engine, put, kv, run } = await givenRegistry()
    await put(KEY, TEXT)
    await run()
    expect(kv.truth(KEY)).toMatchObject({ value: TEXT, metadata: { revision: 1, author: 'ann' } })
    expect(engine.get(KEY)).toMatchObject({ name: KEY, revision: 1, state: 'published' })
    await put(KEY, OTHER)
    await engine.rollback(KEY, 1, { author: 'ann' })
    await run(2_000)
    expect(kv.truth(KEY).value).toBe(TEXT)
    expect(engine.history(KEY).items.map(({ revision }) => revision)).toEqual([3, 2, 1])
    await put(KEY, null)
    await run(2_000)
    expect(kv.truth(KEY).value).toBeNull()
  })

  it('are listed by their prefix', async () => {
    const { engine, put } = await givenRegistry()
    for (const name of ['users', KEY, 'events', 'events-x', 'a']) await put(name, TEXT)
    expect(engine.list({ prefix: 'events/' }).items.map(({ name }) => name)).toEqual([KEY])
  })

  it('are adopted with the services that stand in KV, however many pages those are', async () => {
    const clock = virtualClock({ flush: async () => {} })
    const kv = laggingKv(clock)
    for (let at = 0; at < 1_200; at++) kv.hand(`s${at}`, `https://${at}.test`)
    for (let at = 0; at < 1_100; at++) kv.hand(`events/com.example.e${at}`, TEXT)
    const { engine, run } = await givenRegistry({}, clock, kv)
    await run(60_000)
    expect(engine.latest()).toBe(1)
    const count = (prefix: string) => {
      let sum = 0
      let cursor = ''
      do {
        const page = engine.list({ prefix, cursor, limit: 1000 })
        sum += page.items.length
        cursor = page.cursor ?? ''
      } while (cursor !== '')
      return sum
    }
    expect(count('events/')).toBe(1_100)
    expect(count('s')).toBe(1_200)
  })

  it('that somebody wrote, edited or deleted by hand are found by the scan', async () => {
    const { engine, put, kv, run } = await givenRegistry({ scanMs: SCAN_MS })
    await put('users', 'https://users.test')
    await put(KEY, TEXT)
    await put('zoo', 'https://zoo.test')
    await run(2 * SCAN_MS)
    kv.hand(KEY, OTHER)
    kv.hand('events/*', TEXT)
    await run(SCAN_MS + LAG_MS)
    expect(engine.get(KEY)).toMatchObject({ text: OTHER, origin: 'hand' })
    expect(engine.get('events/*')).toMatchObject({ text: TEXT, origin: 'hand' })
    kv.hand(KEY, null)
    await run(SCAN_MS + LAG_MS)
    expect(engine.get(KEY)).toBeUndefined()
    expect(engine.get('users')).toMatchObject({ revision: 1, state: 'published' })
    expect(engine.get('zoo')).toMatchObject({ revision: 3, state: 'published' })
  })
})
