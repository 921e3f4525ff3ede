import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { Place } from '../../src/durable/ledger/revision.ts'
import { type RegistryEngine, registryEngine } from '../../src/durable/registry-engine.ts'
import { givenRegistry, takeTurns } from '../support/given-registry.ts'
import { laggingKv } from '../support/lagging-kv.ts'
import { Killed, mortal } from '../support/mortal.ts'
import { nodeStore } from '../support/node-store.ts'

const by = { author: 'ann' }

function exported(engine: RegistryEngine, limit?: number) {
  const pages = []
  let after: Place | undefined
  do {
    const page = engine.export(after, limit)
    pages.push(page.rows)
    after = page.next
  } while (after)
  return pages
}

/** An object with a past, whose records stand in KV. */
async function givenPast() {
  const given = await givenRegistry()
  await given.put('a', 'https://a1.test')
  await given.put('b', 'https://b.test')
  await given.put('a', 'https://a2.test')
  await given.put('gone', 'https://g.test')
  await given.put('gone', null)
  await given.run(10_000)
  return given
}

/** A new object that has taken the past of another one over. */
async function restoredOver(
  past: RegistryEngine,
  kv: ReturnType<typeof laggingKv>,
  truth: 'kv' | 'history',
  clock = virtualClock({ flush: async () => {} }),
) {
  const given = await givenRegistry({}, clock, kv)
  for (const rows of exported(past, 2)) {
    await given.engine.restore(rows)
    // An answer was lost: the page comes again.
    await given.engine.restore(rows)
  }
  given.engine.restored(truth, by)
  await given.engine.ready()
  return given
}

describe('archive', () => {
  it('gives all rows in order, page by page', async () => {
    const { engine } = await givenPast()
    const rows = exported(engine, 2)
    expect(rows.map((page) => page.length)).toEqual([2, 2, 1])
    expect(rows.flat().map(({ revision, name }) => [revision, name])).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'a'],
      [4, 'gone'],
      [5, 'gone'],
    ])
  })

  it('carries the history over, where KV stands as it was left, and writes nothing', async () => {
    const past = await givenPast()
    const { engine, put, run, kv } = await restoredOver(past.engine, past.kv, 'kv', past.clock)
    expect(engine.history('a').items).toEqual(past.engine.history('a').items)
    expect(engine.latest()).toBe(5)
    kv.log.length = 0
    await run(600_000)
    expect(kv.log.filter((what) => what.startsWith('put'))).toEqual([])
    expect(engine.list().items.map(({ name, state }) => [name, state])).toEqual([
      ['a', 'published'],
      ['b', 'published'],
    ])
    expect(await put('a', 'https://a3.test')).toMatchObject({ ok: true, revision: 6 })
  })

  it('makes a revision of what stands otherwise in KV, above every stamp', async () => {
    const past = await givenPast()
    past.kv.hand('a', 'https://a9.test', { revision: 9 })
    past.kv.hand('new', 'https://new.test')
    past.kv.hand('b', null)
    const { engine, run, kv } = await restoredOver(past.engine, past.kv, 'kv', past.clock)
    expect(engine.history('a').items.map(({ revision, text, origin }) => [revision, text, origin])).toEqual([
      [10, 'https://a9.test', 'adopt'],
      [3, 'https://a2.test', 'api'],
      [1, 'https://a1.test', 'api'],
    ])
    expect(engine.get('b')).toBeUndefined()
    expect(engine.get('new')?.revision).toBe(10)
    await run(600_000)
    expect(kv.truth('a').value).toBe('https://a9.test')
  })

  it('writes what history held last into another namespace', async () => {
    const past = await givenPast()
    const clock = virtualClock({ flush: async () => {} })
    const kv = laggingKv(clock)
    kv.hand('a', 'https://other.test')
    kv.hand('stranger', 'https://s.test')
    const { engine, run } = await restoredOver(past.engine, kv, 'history', clock)
    await run(10_000)
    expect(kv.truth('a')).toMatchObject({ value: 'https://a2.test', metadata: { revision: 7, author: 'ann' } })
    expect(kv.truth('b').value).toBe('https://b.test')
    expect(kv.truth('gone').value).toBeNull()
    expect(kv.truth('stranger').value).toBe('https://s.test')
    expect(engine.history('a').items.map(({ text, origin }) => [text, origin])).toEqual([
      ['https://a2.test', 'restore'],
      ['https://other.test', 'adopt'],
      ['https://a2.test', 'api'],
      ['https://a1.test', 'api'],
    ])
  })

  it('takes an older revision of its own in KV for lag, and publishes the newest again', async () => {
    const past = await givenPast()
    past.kv.hand('a', 'https://a1.test', { revision: 1 })
    const { engine, run, kv } = await restoredOver(past.engine, past.kv, 'kv', past.clock)
    expect(engine.get('a')).toMatchObject({ revision: 3, text: 'https://a2.test' })
    engine.scan()
    await run(10_000)
    expect(kv.truth('a')).toMatchObject({ value: 'https://a2.test', metadata: { revision: 3 } })
  })

  it('takes a history in that was cut to what is newest of each name', async () => {
    const past = await givenPast()
    const rows = exported(past.engine).flat()
    const newest = rows.filter(({ name, revision }) =>
      rows.every((other) => other.name !== name || other.revision <= revision),
    )
    expect(newest.length).toBeLessThan(rows.length)
    const { engine, put, run, kv } = await givenRegistry({}, past.clock, past.kv)
    await engine.restore(newest)
    engine.restored('kv', by)
    await engine.ready()
    kv.log.length = 0
    await run(600_000)
    expect(kv.log.filter((what) => what.startsWith('put'))).toEqual([])
    expect(engine.list()).toEqual(past.engine.list())
    expect(engine.history('a').items.map(({ revision }) => revision)).toEqual([3])
    expect(await put('a', 'https://a3.test')).toMatchObject({ ok: true, revision: 6 })
  })

  it('gives and lists no more text at once than an answer may carry', async () => {
    const { engine, put } = await givenRegistry()
    for (let count = 0; count < 10; count++) await put(`s${count}`, `https://${'x'.repeat(1_000_000)}.test/${count}`)
    expect(exported(engine).map((page) => page.length)).toEqual([4, 4, 2])
    const first = engine.list()
    expect(first).toMatchObject({ cursor: 's3' })
    expect(engine.list({ cursor: 's3' }).items.length).toBe(4)
  })

  it('is carried over whole where the object is killed on the way, at whatever step', async () => {
    for (let killedAt = 0, isKilled = true; isKilled; killedAt++) {
      const past = await givenPast()
      const pages = exported(past.engine, 2)
      past.kv.hand('b', 'https://hand.test')
      const store = nodeStore()
      const dying = mortal(store, past.kv)
      dying.dieAfter(killedAt)
      const make = (parts: Pick<typeof dying, 'store' | 'namespace'>) =>
        registryEngine({ ...parts, clock: past.clock, scanMs: 0 })
      // Whoever carries it sends all again where he heard nothing; it is refused if the whole was there.
      const carry = async (engine: RegistryEngine) => {
        for (const rows of pages) await engine.restore(rows)
        engine.restored('history', by)
        await engine.ready()
      }
      isKilled = await Promise.resolve()
        .then(() => carry(make(dying)))
        .then(() => false)
        .catch((error: Error) => {
          if (error instanceof Killed) return true
          throw error
        })
      const engine = make({ store, namespace: past.kv })
      if (isKilled)
        await carry(engine).catch((error: Error) => {
          if (!error.message.includes('was made here')) throw error
        })
      await takeTurns(engine, past.clock, 10_000)
      expect(engine.history('a').items, `killed at ${killedAt}`).toEqual(past.engine.history('a').items)
      expect(past.kv.truth('b').value, `killed at ${killedAt}`).toBe('https://b.test')
      expect(engine.latest(), `killed at ${killedAt}`).toBe(7)
    }
  })

  it('mixes no two histories', async () => {
    const past = await givenPast()
    const { engine, put } = await givenRegistry()
    await put('users', 'https://u.test')
    await expect(engine.restore(past.engine.export().rows)).rejects.toThrow('Revision 1 was made here')
    expect(() => engine.restored('kv', by)).toThrow('No history is being restored.')
    expect(engine.get('users')?.text).toBe('https://u.test')
  })

  it('answers nothing while pages come in', async () => {
    const past = await givenPast()
    const { engine, put } = await givenRegistry()
    await engine.restore(past.engine.export().rows)
    await expect(engine.ready()).rejects.toMatchObject({ code: 'registry_unavailable' })
    await expect(put('users', 'https://u.test')).rejects.toMatchObject({ code: 'registry_unavailable' })
  })
})
