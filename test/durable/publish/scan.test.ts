import { describe, expect, it } from 'vitest'
import { LAG_MS } from '../../../src/durable/keys.ts'
import { SCAN_MS } from '../../../src/durable/publish/scan.ts'
import { givenRegistry, refusalOf } from '../../support/given-registry.ts'

async function givenScanned(names: readonly string[]) {
  const given = await givenRegistry({ scanMs: SCAN_MS })
  for (const name of names) await given.put(name, `https://${name}.test`)
  await given.run(2 * SCAN_MS)
  given.kv.log.length = 0
  return given
}

describe('scan', () => {
  it('makes a revision of an edit by hand, without writing to KV', async () => {
    const { engine, kv, run } = await givenScanned(['a', 'b'])
    kv.hand('a', 'https://hand.test')
    await run(SCAN_MS)
    expect(engine.get('a')).toMatchObject({
      text: 'https://hand.test',
      origin: 'hand',
      author: null,
      message: 'Edited by hand in KV.',
      revision: 3,
      state: 'published',
    })
    expect(engine.status(3)).toMatchObject({ waiting: 0 })
    expect(engine.get('b')?.revision).toBe(2)
    expect(kv.log.some((what) => what.startsWith('put'))).toBe(false)
    expect(kv.truth('a').metadata).toBeNull()
  })

  it('sees a new name, a deletion, and an edit of what was edited by hand before', async () => {
    const { engine, kv, run } = await givenScanned(['a', 'b'])
    kv.hand('new', 'https://new.test')
    kv.hand('a', null)
    await run(SCAN_MS)
    expect(engine.get('new')).toMatchObject({ text: 'https://new.test', origin: 'hand' })
    expect(engine.get('a')).toBeUndefined()
    expect(engine.history('a').items[0]).toMatchObject({
      origin: 'hand',
      text: null,
      message: 'Deleted by hand in KV.',
    })
    kv.hand('new', 'https://newer.test')
    await run(SCAN_MS)
    expect(engine.history('new').items.map(({ text }) => text)).toEqual(['https://newer.test', 'https://new.test'])
    kv.hand('new', null)
    kv.hand('a', 'https://back.test')
    await run(SCAN_MS + LAG_MS)
    expect(engine.get('new')).toBeUndefined()
    expect(engine.get('a')?.text).toBe('https://back.test')
  })

  it('asks of a writer who has seen the state before that he looks again', async () => {
    const { engine, kv, run } = await givenScanned(['a'])
    kv.hand('a', 'https://hand.test')
    await run(SCAN_MS)
    const answer = await engine.write([{ name: 'a', text: 'https://b.test', condition: { ifMatch: 1 } }], {
      author: 'ann',
    })
    expect(refusalOf(answer)).toMatchObject({ code: 'mismatch', current: { revision: 2, origin: 'hand' } })
  })

  it('costs one list for a thousand records and one for subscriptions, and reads no value that is stamped', async () => {
    const { kv, run } = await givenScanned(['a', 'b', 'c'])
    await run(4 * SCAN_MS)
    expect(kv.log).toEqual(Array.from({ length: 8 }, () => 'list'))
  })

  it('reads a thousand values without a stamp at most, and goes round', async () => {
    const { engine, kv, run } = await givenScanned([])
    for (let count = 0; count < 1_500; count++) kv.hand(`s${count}`, `https://${count}.test`)
    await run(SCAN_MS)
    expect(engine.latest()).toBe(1_500)
    kv.log.length = 0
    const last = 's999'
    kv.hand(last, 'https://hand.test')
    await run(SCAN_MS)
    const read = () =>
      kv.log.filter((what) => what.startsWith('read')).reduce((sum, what) => sum + Number(what.slice(5)), 0)
    const first = read()
    expect(first).toBeLessThanOrEqual(1_000)
    await run(SCAN_MS)
    expect(read() - first).toBeLessThanOrEqual(1_000)
    expect(engine.get(last)?.text).toBe('https://hand.test')
  })

  it('takes no more than 40 operations a turn, and goes on where it was', async () => {
    const { engine, kv, clock } = await givenScanned([])
    for (let count = 0; count < 5_000; count++) kv.hand(`s${count}`, `https://${count}.test`)
    await clock.advance(SCAN_MS)
    const turns: number[] = []
    for (let at = engine.nextAt(); at !== undefined && at <= clock.now(); at = engine.nextAt()) {
      kv.log.length = 0
      await engine.turn()
      turns.push(kv.log.length)
    }
    expect(Math.max(...turns)).toBeLessThanOrEqual(40)
    expect(engine.latest()).toBe(5_000)
  })

  it('begins anew a minute after a list that failed', async () => {
    const { engine, kv, run } = await givenScanned(['a'])
    kv.hand('a', 'https://hand.test')
    kv.isDown = true
    await run(SCAN_MS)
    expect(kv.log).toEqual(['list'])
    kv.isDown = false
    await run(60_000)
    expect(engine.get('a')?.text).toBe('https://hand.test')
  })

  it('is made at once where somebody asks, also where it is off', async () => {
    const { engine, kv, run } = await givenRegistry()
    kv.hand('a', 'https://hand.test')
    await run(10 * SCAN_MS)
    expect(engine.get('a')).toBeUndefined()
    engine.scan()
    await run()
    expect(engine.get('a')?.text).toBe('https://hand.test')
    expect(engine.nextAt()).toBeUndefined()
  })

  it('takes nothing for an edit that only lags', async () => {
    const { engine, kv, run, put } = await givenScanned(['a', 'gone'])
    let draw = 0
    kv.lagMs = () => [0, 30_000, 90_000][draw++ % 3] as number
    await put('a', 'https://a2.test')
    await put('gone', null)
    await put('new', 'https://new.test')
    for (let count = 0; count < 30; count++) {
      engine.scan()
      await run(5_000)
    }
    await run(2 * SCAN_MS)
    expect(engine.latest()).toBe(5)
    for (const name of ['a', 'new']) expect(engine.get(name)?.state).toBe('published')
  })

  it('publishes again what KV took and lost', async () => {
    const { engine, kv, run, put } = await givenScanned(['a'])
    await put('a', 'https://a2.test')
    await run()
    // A write that was given up arrives late.
    kv.hand('a', 'https://a.test', { revision: 1 })
    await run(2 * SCAN_MS + LAG_MS)
    expect(kv.truth('a')).toMatchObject({ value: 'https://a2.test', metadata: { revision: 2 } })
    expect(engine.latest()).toBe(2)
  })

  it('does not bring back an edit by hand that a write of ours has overwritten, while KV still shows it', async () => {
    const { engine, kv, run, put, clock } = await givenScanned(['a'])
    kv.lagMs = () => 60_000
    kv.hand('a', 'https://hand.test')
    await clock.advance(10)
    await put('a', 'https://b.test')
    await run()
    expect(kv.truth('a').value).toBe('https://b.test')
    kv.lagMs = () => 20_005
    await clock.advance(20_000)
    engine.scan()
    await run()
    expect(engine.get('a')).toMatchObject({ revision: 2, text: 'https://b.test', state: 'drifted' })
    expect(refusalOf(await put('a', 'https://c.test'))).toMatchObject({ code: 'drifted', found: 'https://hand.test' })
    await run(LAG_MS)
    expect(engine.get('a')).toMatchObject({ revision: 2, state: 'published' })
    expect(engine.latest()).toBe(2)
  })

  it('keeps of an edit that is too long for history that it was made', async () => {
    const { engine, kv, run } = await givenScanned(['a'])
    kv.hand('a', 'x'.repeat(2_000_000))
    await run(SCAN_MS)
    expect(engine.get('a')?.text).toMatch(/^too long to be kept: 2000000 characters, hash [0-9a-f]+$/)
    await run(3 * SCAN_MS)
    expect(engine.latest()).toBe(2)
  })
})
