import { describe, expect, it } from 'vitest'
import { givenRegistry } from '../../support/given-registry.ts'

const by = { author: 'ann', message: 'because' }
/** Operations on KV that a turn makes; the first is the list that adopted nothing. */
const puts = (log: readonly string[]) => log.filter((what) => what.startsWith('put') || what.startsWith('delete'))

describe('publisher', () => {
  it('puts a record with its stamp, and says since when it is published', async () => {
    const { engine, kv, run, clock } = await givenRegistry()
    await engine.write([{ name: 'users', text: 'https://a.test', condition: { ifNoneMatch: '*' } }], by)
    expect(engine.get('users')?.state).toBe('publishing')
    await clock.advance(7)
    await run()
    expect(kv.truth('users')).toMatchObject({
      value: 'https://a.test',
      metadata: { revision: 1, author: 'ann', message: 'because', at: '1970-01-01T00:16:40.000Z' },
    })
    expect(engine.get('users')?.state).toBe('published')
    expect(engine.status(1)).toMatchObject({ waiting: 0, publishedAt: 1_000_007 })
    expect(engine.status(2)).toBeUndefined()
  })

  it('deletes', async () => {
    const { kv, put, run } = await givenRegistry()
    await put('users', 'https://a.test')
    await run()
    await put('users', null)
    await run(1_000)
    expect(kv.truth('users').value).toBeNull()
  })

  it('writes a key once a second: of 50 writes all are in history, and the last is in KV', async () => {
    const { engine, kv, put, run, clock } = await givenRegistry()
    for (let count = 1; count <= 50; count++) {
      expect(await put('users', `https://${count}.test`)).toMatchObject({ ok: true, revision: count })
      await run(20)
    }
    await run(2_000)
    const texts = engine.history('users').items.map(({ text }) => text)
    expect(texts).toEqual(Array.from({ length: 50 }, (_, at) => `https://${50 - at}.test`))
    expect(puts(kv.log)).toEqual(['put users 1', 'put users 50'])
    expect(kv.truth('users')).toMatchObject({ value: 'https://50.test', metadata: { revision: 50 } })
    for (const revision of [1, 2, 49, 50]) expect(engine.status(revision)).toMatchObject({ waiting: 0 })
    expect(engine.status(2)?.publishedAt).toBe(engine.status(50)?.publishedAt)
    expect(clock.now()).toBe(1_003_000)
  })

  it('publishes 10,000 records in slices of 40 operations, and lists them in order', async () => {
    const { engine, kv, run } = await givenRegistry()
    const names = Array.from({ length: 10_000 }, (_, at) => `s${(at * 7_919) % 10_000}`)
    for (let from = 0; from < names.length; from += 1_000) {
      const changes = names
        .slice(from, from + 1_000)
        .map((name) => ({ name, text: `https://${name}.test`, condition: { ifNoneMatch: '*' as const } }))
      expect((await engine.write(changes, by)).ok).toBe(true)
    }
    kv.log.length = 0
    await engine.turn()
    expect(kv.log.length).toBe(40)
    expect(engine.nextAt()).toBeLessThanOrEqual(1_000_000)
    await run()
    expect(puts(kv.log).length).toBe(10_000)
    expect(kv.names.length).toBe(10_000)
    expect(engine.status(engine.latest())).toMatchObject({ names: 1_000, waiting: 0 })

    const listed: string[] = []
    let cursor: string | undefined = ''
    while (cursor !== undefined) {
      const page: ReturnType<typeof engine.list> = engine.list({ prefix: 's', cursor, limit: 700 })
      listed.push(...page.items.map(({ name }) => name))
      cursor = page.cursor
    }
    expect(listed).toEqual([...names].sort())
  })

  it('publishes again after a failed write, of a deletion, too', async () => {
    const { engine, kv, put, run } = await givenRegistry()
    await put('a', 'https://a.test')
    await put('gone', 'https://g.test')
    await run()
    await put('a', 'https://b.test')
    await put('gone', null)
    kv.isReadOnly = true
    await run(10_000)
    expect(engine.get('a')?.state).toBe('publishing')
    expect(engine.status(3)).toMatchObject({ waiting: 1, publishedAt: null })
    expect(kv.truth('a').value).toBe('https://a.test')
    kv.isReadOnly = false
    await run(10_000)
    expect(kv.truth('a').value).toBe('https://b.test')
    expect(kv.truth('gone').value).toBeNull()
    expect(engine.status(4)).toMatchObject({ waiting: 0 })
  })

  it('asks a KV that is down after ever longer', async () => {
    const { engine, kv, put, run } = await givenRegistry()
    await put('users', 'https://a.test')
    kv.isDown = true
    await run(60_000)
    expect(engine.get('users')?.state).toBe('publishing')
    // At once, then after 1, 2, 4, 8 and 16 s.
    expect(kv.log.filter((what) => what === 'read 1').length).toBe(7)
    kv.isDown = false
    await run(300_000)
    expect(kv.truth('users').value).toBe('https://a.test')
    expect(engine.get('users')?.state).toBe('published')
  })

  it('does not let one key that fails hold the others up', async () => {
    const { kv, put, run } = await givenRegistry()
    for (const name of ['a', 'b', 'c']) await put(name, `https://${name}.test`)
    kv.poisoned = 'b'
    await run(10_000)
    expect(kv.names).toEqual(['a', 'c'])
    kv.poisoned = undefined
    await run(60_000)
    expect(kv.names.sort()).toEqual(['a', 'b', 'c'])
  })

  it('gives KV ten seconds for an operation', async () => {
    const { engine, kv, put, clock, run } = await givenRegistry()
    await put('users', 'https://a.test')
    const { put: puts } = kv
    kv.put = () => new Promise(() => {})
    const turn = engine.turn()
    for (let second = 0; second < 11; second++) {
      await new Promise(setImmediate)
      await clock.advance(1_000)
    }
    await turn
    kv.put = puts
    await run(10_000)
    expect(kv.truth('users').value).toBe('https://a.test')
  })

  it('takes an older revision for lag, and writes over it', async () => {
    const { kv, put, run, clock } = await givenRegistry()
    for (const text of ['https://a.test', 'https://b.test', 'https://c.test', null, 'https://d.test']) {
      await put('users', text)
      await run(1_000)
      kv.lagMs = () => 60_000
      await clock.advance(20_000)
    }
    expect(kv.truth('users')).toMatchObject({ value: 'https://d.test', metadata: { revision: 5 } })
  })

  it('stops at a foreign value: one without a stamp, with a stamp of others, or with ours on another text', async () => {
    const { engine, kv, run, clock } = await givenRegistry()
    const stamps = { bare: null, other: { revision: 99 }, ours: { revision: 1 } }
    const names = Object.keys(stamps)
    const write = (text: string) =>
      engine.write(
        names.map((name) => ({
          name,
          text,
          condition: engine.get(name) ? { ifMatch: 1 } : { ifNoneMatch: '*' as const },
        })),
        by,
      )
    await write('https://a.test')
    await run()
    await clock.advance(200_000)
    await write('https://b.test')
    for (const [name, stamp] of Object.entries(stamps)) kv.hand(name, 'https://hand.test', stamp)
    await run(600_000)
    for (const name of names) {
      expect(kv.truth(name).value, name).toBe('https://hand.test')
      expect(engine.get(name), name).toMatchObject({ text: 'https://b.test', state: 'drifted' })
    }
    expect(engine.drifted().length).toBe(3)
    expect(engine.status(2)).toMatchObject({ waiting: 3, publishedAt: null })
  })

  it('stops where the key was deleted by hand', async () => {
    const { engine, kv, put, run, clock } = await givenRegistry()
    await put('users', 'https://a.test')
    await run()
    await clock.advance(200_000)
    await put('users', 'https://b.test')
    kv.hand('users', null)
    await run()
    expect(engine.get('users')?.state).toBe('drifted')
    expect(kv.truth('users').value).toBeNull()
  })

  it('keeps what a person wrote twice, in seconds, after a write of ours', async () => {
    const { engine, kv, put, run } = await givenRegistry({ scanMs: 10_000 })
    await put('users', 'https://a.test')
    await run(5_000)
    kv.hand('users', 'https://hand1.test')
    await run(20_000)
    kv.hand('users', 'https://hand2.test')
    await run(400_000)
    expect(kv.truth('users').value).toBe('https://hand2.test')
    expect(engine.get('users')).toMatchObject({ text: 'https://hand2.test', origin: 'hand', state: 'published' })
  })
})
