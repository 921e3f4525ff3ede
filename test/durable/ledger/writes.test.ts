import { beforeEach, describe, expect, it } from 'vitest'
import type { Change } from '../../../src/durable/ledger/change.ts'
import { type GivenRegistry, givenRegistry, refusalOf } from '../../support/given-registry.ts'

const by = { author: 'ann', message: 'because' }
const create = (name: string, text: string): Change => ({ name, text, condition: { ifNoneMatch: '*' } })
const change = (name: string, ifMatch: number, text: string | null): Change => ({ name, text, condition: { ifMatch } })

describe('writes', () => {
  let given: GivenRegistry
  beforeEach(async () => {
    given = await givenRegistry()
  })

  it('keeps each revision with its author, message and time, in one sequence for all names', async () => {
    const { engine, clock } = given
    expect(await engine.write([create('users', 'https://a.test')], by)).toEqual({
      ok: true,
      revision: 1,
      changed: ['users'],
      created: ['users'],
    })
    await clock.advance(5)
    await engine.write([create('orders@pr-1', 'https://o.test')], by)
    await engine.write([change('users', 1, 'https://b.test')], { author: 'bob' })
    expect(engine.history('users').items).toEqual([
      { revision: 3, name: 'users', text: 'https://b.test', author: 'bob', message: '', at: 1_000_005, origin: 'api' },
      {
        revision: 1,
        name: 'users',
        text: 'https://a.test',
        author: 'ann',
        message: 'because',
        at: 1_000_000,
        origin: 'api',
      },
    ])
    expect(engine.get('orders@pr-1')).toMatchObject({ revision: 2, text: 'https://o.test', state: 'publishing' })
    expect(engine.latest()).toBe(3)
  })

  it('lets exactly one of two writers win who have seen the same, and shows the other what differs', async () => {
    const { engine } = given
    await engine.write([create('users', '{"endpoints":["https://a.test"]}')], by)
    const answers = await Promise.all([
      engine.write([change('users', 1, '{"endpoints":["https://b.test"]}')], { author: 'bob' }),
      engine.write([change('users', 1, '{"endpoints":["https://c.test"]}')], { author: 'cid' }),
    ])
    expect(answers.filter(({ ok }) => ok).length).toBe(1)
    expect(refusalOf(answers.find(({ ok }) => !ok) as never)).toMatchObject({
      name: 'users',
      code: 'mismatch',
      current: { revision: 2, author: 'bob' },
      difference: [{ path: '/endpoints/0', before: 'https://b.test', after: 'https://c.test' }],
    })
    expect(engine.history('users').items.length).toBe(2)
  })

  it('lets exactly one of two writers win who both create', async () => {
    const { engine } = given
    const texts = ['https://a.test', 'https://b.test', 'https://c.test']
    const answers = await Promise.all(texts.map((text) => engine.write([create('users', text)], by)))
    expect(answers.map(({ ok }) => ok)).toEqual([true, false, false])
  })

  it('writes several records under one revision, or none', async () => {
    const { engine } = given
    await engine.write([create('a', 'https://a.test'), create('b', 'https://b.test')], by)
    expect(engine.status(1)).toMatchObject({ names: 2, waiting: 2, publishedAt: null })
    const answer = await engine.write([change('a', 1, null), change('b', 9, null), create('c', 'https://c.test')], by)
    expect(refusalOf(answer)).toMatchObject({ name: 'b', code: 'mismatch' })
    expect(engine.list().items.map(({ name, revision }) => [name, revision])).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect(engine.latest()).toBe(1)
  })

  it('deletes, keeps the past, and takes the name for new after that', async () => {
    const { engine } = given
    await engine.write([create('users', 'https://a.test')], by)
    await engine.write([change('users', 1, null)], by)
    expect(engine.get('users')).toBeUndefined()
    expect(engine.list().items).toEqual([])
    expect(engine.history('users').items.map(({ text }) => text)).toEqual([null, 'https://a.test'])
    expect(refusalOf(await engine.write([change('users', 2, 'https://b.test')], by))).toMatchObject({
      code: 'mismatch',
      current: null,
    })
    expect(await engine.write([create('users', 'https://b.test')], by)).toMatchObject({
      revision: 3,
      created: ['users'],
    })
  })

  it('makes no revision of a write that changes nothing', async () => {
    const { engine } = given
    await engine.write([create('users', 'https://a.test')], by)
    expect(await engine.write([change('users', 1, 'https://a.test')], by)).toEqual({
      ok: true,
      revision: 1,
      changed: [],
      created: [],
    })
    expect(engine.latest()).toBe(1)
  })

  it('goes back by a new revision, equal to the old one', async () => {
    const { engine } = given
    await engine.write([create('users', 'https://a.test')], by)
    await engine.write([change('users', 1, 'https://b.test')], by)
    expect(await engine.rollback('users', 1, { author: 'bob' })).toMatchObject({ ok: true, revision: 3 })
    expect(engine.get('users')).toMatchObject({ text: 'https://a.test', author: 'bob', origin: 'rollback' })
    expect(refusalOf(await engine.rollback('users', 9, by))).toEqual({ name: 'users', code: 'not_found' })
    expect(refusalOf(await engine.rollback('users', 2, by, { ifMatch: 1 }))).toMatchObject({ code: 'mismatch' })
  })

  it('goes back to the record from before a deletion, and to the deletion', async () => {
    const { engine } = given
    await engine.write([create('users', 'https://a.test')], by)
    await engine.write([change('users', 1, null)], by)
    expect(await engine.rollback('users', 1, by)).toMatchObject({ ok: true, created: ['users'] })
    expect(await engine.rollback('users', 2, by)).toMatchObject({ ok: true })
    expect(engine.get('users')).toBeUndefined()
  })

  it('writes nothing in a dry run, into history or into KV, and says what it would', async () => {
    const { engine, store, kv, run } = given
    await engine.write([create('users', 'https://a.test')], by)
    await run()
    kv.hand('orders', 'https://hand.test')
    const dump = () =>
      ['revisions', 'keys', 'facts'].map((table) => store.sql.exec(`SELECT * FROM ${table} ORDER BY 1, 2`).toArray())
    const before = dump()
    const dry = (changes: Change[]) => engine.write(changes, by, { dryRun: true })
    expect(await dry([change('users', 1, 'https://b.test'), create('new', 'https://n.test')])).toEqual({
      ok: true,
      revision: 2,
      changed: ['users', 'new'],
      created: ['new'],
    })
    expect(refusalOf(await dry([change('users', 7, null)]))).toMatchObject({ code: 'mismatch' })
    expect(refusalOf(await dry([create('orders', 'https://o.test')]))).toMatchObject({
      code: 'drifted',
      found: 'https://hand.test',
    })
    expect(dump()).toEqual(before)
    await run()
    expect(kv.log.filter((what) => !what.startsWith('read'))).toEqual(['list', 'list', 'put users 1'])
  })

  it.each([
    ['no change', [], by, 'Expected at least one change.'],
    [
      'too many',
      Array.from({ length: 1_001 }, (_, at) => create(`s${at}`, 'https://a.test')),
      by,
      'at most 1000 changes, got 1001',
    ],
    ['a name twice', [create('a', 'https://a.test'), create('a', 'https://b.test')], by, 'each name once'],
    ['no name', [create('', 'https://a.test')], by, 'at most 512 bytes'],
    ['a name too long for a key', [create('n'.repeat(504), 'https://a.test')], by, 'at most 512 bytes'],
    ['a record too long for a row', [create('a', 'ü'.repeat(1_000_000))], by, 'too long to be kept'],
    [
      'a message too long',
      [create('a', 'https://a.test')],
      { author: 'ann', message: 'ü'.repeat(129) },
      'at most 256 bytes, got 258',
    ],
    ['an author too long', [create('a', 'https://a.test')], { author: 'a'.repeat(257) }, 'at most 256 bytes of JSON'],
    [
      'an author too long when written',
      [create('a', 'https://a.test')],
      { author: '\u0001'.repeat(99) },
      'at most 256 bytes of JSON',
    ],
  ])('refuses %s', async (_, changes, by, said) => {
    const refusal = refusalOf(await given.engine.write(changes, by))
    expect(refusal).toMatchObject({ code: 'invalid' })
    expect(JSON.stringify(refusal)).toContain(said)
    expect(given.engine.latest()).toBe(0)
  })

  it('refuses what the caller finds wrong, of a rollback, too', async () => {
    let isStrict = false
    const { engine } = await givenRegistry({
      validate: (_, text) => (isStrict && text.includes('bad') ? [{ path: ['endpoints', 0], message: 'is bad' }] : []),
    })
    await engine.write([create('users', 'bad')], by)
    await engine.write([change('users', 1, 'good')], by)
    isStrict = true
    const refused = { code: 'invalid', issues: [{ path: ['endpoints', 0], message: 'is bad' }] }
    expect(refusalOf(await engine.write([change('users', 2, 'bad')], by))).toMatchObject(refused)
    expect(refusalOf(await engine.rollback('users', 1, by))).toMatchObject(refused)
  })

  it('confirms while KV is down', async () => {
    given.kv.isDown = true
    expect(await given.put('users', 'https://a.test')).toMatchObject({ ok: true, revision: 1 })
  })
})

describe('a write that meets an edit by hand', () => {
  it('is refused once, with what stands there, which is a revision then', async () => {
    const { engine, kv, put, run, clock } = await givenRegistry()
    await put('users', 'https://a.test')
    await run()
    await clock.advance(200_000)
    kv.hand('users', 'https://hand.test')
    const refusal = refusalOf(await put('users', 'https://b.test'))
    expect(refusal).toMatchObject({
      code: 'drifted',
      found: 'https://hand.test',
      current: { revision: 2, origin: 'hand', author: null, text: 'https://hand.test' },
      difference: [{ path: '', before: 'https://hand.test', after: 'https://b.test' }],
    })
    expect(engine.get('users')).toMatchObject({ revision: 2, state: 'published' })
    expect(await put('users', 'https://b.test')).toMatchObject({ ok: true, revision: 3 })
    await run()
    expect(kv.truth('users')).toMatchObject({ value: 'https://b.test', metadata: { revision: 3 } })
  })

  it('is refused where a name was written by hand that history does not know', async () => {
    const { engine, kv, put } = await givenRegistry()
    kv.hand('users', 'https://hand.test')
    expect(refusalOf(await put('users', 'https://b.test'))).toMatchObject({ code: 'drifted', current: { revision: 1 } })
    expect(engine.get('users')?.text).toBe('https://hand.test')
  })

  it('is refused where a name was deleted by hand', async () => {
    const { engine, kv, put, run, clock } = await givenRegistry()
    await put('users', 'https://a.test')
    await run()
    await clock.advance(200_000)
    kv.hand('users', null)
    expect(refusalOf(await put('users', 'https://b.test'))).toMatchObject({ code: 'drifted', found: null })
    expect(engine.history('users').items[0]).toMatchObject({ origin: 'hand', text: null })
  })

  it('holds the other records of the same change back', async () => {
    const { engine, kv } = await givenRegistry()
    kv.hand('users', 'https://hand.test')
    const answer = await engine.write([create('orders', 'https://o.test'), create('users', 'https://u.test')], by)
    expect(refusalOf(answer)).toMatchObject({ name: 'users', code: 'drifted' })
    expect(engine.get('orders')).toBeUndefined()
  })
})

describe('resolve', () => {
  /** A confirmed write that could not be published, because somebody wrote the key by hand meanwhile. */
  async function drifted() {
    const given = await givenRegistry()
    const { kv, put, run, clock } = given
    await put('users', 'https://a.test')
    await run()
    await clock.advance(200_000)
    await put('users', 'https://b.test')
    kv.hand('users', 'https://hand.test')
    await run()
    expect(given.engine.get('users')).toMatchObject({ text: 'https://b.test', state: 'drifted' })
    expect(kv.truth('users').value).toBe('https://hand.test')
    return given
  }

  it('is needed where a confirmed write and an edit by hand cross: until then nothing is written', async () => {
    const { engine, put, kv, run } = await drifted()
    expect(refusalOf(await put('users', 'https://c.test'))).toMatchObject({ code: 'drifted', current: { revision: 2 } })
    const drift = { name: 'users', text: 'https://b.test', revision: 2, since: 1_200_000 }
    expect(engine.drifted()).toEqual([{ ...drift, found: 'https://hand.test' }])
    await run(3_600_000)
    expect(kv.truth('users').value).toBe('https://hand.test')
    kv.hand('users', 'https://hand2.test')
    await run(3_600_000)
    expect(engine.drifted()).toEqual([{ ...drift, found: 'https://hand2.test' }])
    kv.isDown = true
    expect(refusalOf(await put('users', 'https://c.test'))).toMatchObject({
      code: 'drifted',
      found: 'https://hand2.test',
    })
  })

  it('makes a revision of the edit', async () => {
    const { engine, kv, run } = await drifted()
    expect(await engine.resolve('users', 'adopt', { author: 'bob', message: 'it was right' })).toMatchObject({
      ok: true,
      revision: 3,
    })
    expect(engine.get('users')).toMatchObject({
      text: 'https://hand.test',
      author: 'bob',
      origin: 'adopt',
      state: 'published',
    })
    expect(engine.history('users').items.map(({ text }) => text)).toContain('https://b.test')
    await run(600_000)
    expect(kv.truth('users').value).toBe('https://hand.test')
  })

  it('writes over the edit, and keeps it in history', async () => {
    const { engine, kv, run } = await drifted()
    expect(await engine.resolve('users', 'overwrite', by)).toMatchObject({ ok: true, revision: 4 })
    expect(
      engine
        .history('users')
        .items.map(({ origin, text }) => [origin, text])
        .slice(0, 2),
    ).toEqual([
      ['api', 'https://b.test'],
      ['hand', 'https://hand.test'],
    ])
    await run()
    expect(kv.truth('users')).toMatchObject({ value: 'https://b.test', metadata: { revision: 4 } })
    expect(engine.get('users')?.state).toBe('published')
  })

  it('has nothing to do where nothing drifted, and says so where KV is down', async () => {
    const { engine, kv, put } = await givenRegistry()
    await put('users', 'https://a.test')
    expect(refusalOf(await engine.resolve('users', 'adopt', by))).toEqual({ name: 'users', code: 'not_drifted' })
    kv.isDown = true
    expect(refusalOf(await engine.resolve('users', 'adopt', by))).toEqual({ name: 'users', code: 'unavailable' })
  })

  it('ends by itself where the edit is taken back', async () => {
    const { engine, kv, run } = await drifted()
    kv.hand('users', 'https://a.test')
    await run(400_000)
    expect(kv.truth('users')).toMatchObject({ value: 'https://b.test', metadata: { revision: 2 } })
    expect(engine.get('users')?.state).toBe('published')
  })
})
