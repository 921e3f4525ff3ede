import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../src/core/deadline.ts'
import { subrequests } from '../../src/core/engine/subrequests.ts'
import { type Clock, sleep } from '../../src/core/time/clock.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import type { Found } from '../../src/registry/known.ts'
import { memoryRegistry, type WrittenEntry } from '../../src/registry/memory.ts'
import type { Registry } from '../../src/registry/registry.ts'
import { type SnapshotOptions, snapshot } from '../../src/registry/snapshot.ts'
import { givenAsking } from '../support/given.ts'

const FRESH = 5000
const HOUR = 3_600_000
const READ = 1000
const OLD = 'https://old.example.com'
const NEW = 'https://new.example.com'

/** How a registry is ill. */
const ILLNESSES = {
  rejects: () => Promise.reject(new Error('KV GET failed: 500')),
  'throws at once': () => {
    throw new Error('KV is not there')
  },
  hangs: () => new Promise<never>(() => {}),
  'holds garbage': async (keys: readonly string[]) => keys.map(() => ({ text: '{ "endpoints": [' })),
  'holds a record of another version': async (keys: readonly string[]) =>
    keys.map(() => ({ text: '{ "endpoints": ["https://a.example.com"], "meshes": true }' })),
} satisfies Record<string, Registry['read']>
type Illness = keyof typeof ILLNESSES
const ILL = Object.keys(ILLNESSES) as Illness[]

/** A snapshot over a registry that can fall ill, a clock, and every read that was made. */
function given(records: Record<string, WrittenEntry> = {}, options: Partial<SnapshotOptions> = {}) {
  const clock = virtualClock()
  const registry = memoryRegistry(records)
  const reads: (readonly string[])[] = []
  const state: { illness: Illness | undefined } = { illness: undefined }
  const read: Registry['read'] = (keys) => {
    reads.push(keys)
    return state.illness ? ILLNESSES[state.illness](keys) : registry.read(keys)
  }
  const subject = snapshot({ read }, { freshMs: FRESH, maxStaleMs: HOUR, readMs: READ, maxRecords: 100, ...options })
  const asking = givenAsking(clock)
  return { clock, registry, reads, state, asking, subject, find: (name = 'users') => subject.find(name, asking) }
}

const urlOf = (found: Found | undefined) => found?.record.endpoints[0]?.id

describe('a cold name', () => {
  it('is read once: its own key, and its wildcards from the longest', async () => {
    const { find, reads } = given({ 'a.b.c': OLD })
    expect(urlOf(await find('a.b.c'))).toBe(OLD)
    expect(reads).toEqual([['services/a.b.c', 'services/*.b.c', 'services/*.c']])
  })

  it.each([
    ['its own record', { 'a.b.c': OLD, '*.b.c': NEW, '*.c': NEW }, 'services/a.b.c'],
    ['the longest wildcard', { '*.b.c': OLD, '*.c': NEW }, 'services/*.b.c'],
    ['a wildcard further up', { '*.c': OLD, 'b.c': NEW, 'x.b.c': NEW }, 'services/*.c'],
  ])('is answered by %s', async (_, records, key) => {
    const found = await given(records).find('a.b.c')
    expect([found?.key, urlOf(found)]).toEqual([key, OLD])
  })

  it('is not answered by a wildcard at its own apex', async () => {
    expect(await given({ '*.shop': OLD }).find('shop')).toBeUndefined()
  })

  it('is told with its revision, as fresh', async () => {
    const { registry, find } = given()
    registry.set('users', OLD, '42')
    expect(await find()).toMatchObject({
      key: 'services/users',
      revision: '42',
      freshness: 'fresh',
      refused: undefined,
    })
  })

  it.each<[Illness, string, string]>([
    ['rejects', 'registry_unavailable', 'KV GET failed: 500'],
    ['throws at once', 'registry_unavailable', 'KV is not there'],
    ['hangs', 'registry_unavailable', 'within 1000 ms'],
    ['holds garbage', 'record_invalid', 'services/users: Not JSON'],
    ['holds a record of another version', 'record_invalid', 'services/users: $.meshes: is not a field'],
  ])('cannot be served while the registry %s', async (illness, code, message) => {
    const { clock, state, find } = given({ users: OLD })
    state.illness = illness
    const finding = clock.run(find())
    await expect(finding).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  })

  it('is waited for no longer than a second, and no longer than the request can wait', async () => {
    const { clock, state, subject, asking } = given({ users: OLD })
    state.illness = 'hangs'
    const startedAt = clock.now()
    await expect(clock.run(subject.find('users', asking))).rejects.toMatchObject({ code: 'registry_unavailable' })
    expect(clock.now() - startedAt).toBe(READ)

    const hurried = subject.find('users', { ...asking, deadline: deadlineIn(300, clock) })
    await expect(clock.run(hurried)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(clock.now() - startedAt).toBe(READ + 300)
  })

  it('is asked for again by the next request where the registry did not answer', async () => {
    const { state, reads, find } = given({ users: OLD })
    state.illness = 'rejects'
    await expect(find()).rejects.toThrow()
    state.illness = undefined
    expect(urlOf(await find())).toBe(OLD)
    expect(reads).toHaveLength(2)
  })
})

describe('a known name', () => {
  it('is served for five seconds without a question', async () => {
    const { clock, reads, asking, find } = given({ users: OLD })
    await find()
    await clock.advance(FRESH - 1)
    expect(await find()).toMatchObject({ freshness: 'fresh' })
    expect([reads.length, asking.deferred.length]).toEqual([1, 0])
  })

  it('is fresh to a request whose clock is behind that of the one which read it', async () => {
    const { clock, reads, asking, subject, find } = given({ users: OLD })
    const startedAt = clock.now()
    const behind = { ...clock, now: () => startedAt }
    await clock.advance(FRESH - 1)
    await find()
    expect(await subject.find('users', { ...asking, clock: behind })).toMatchObject({ freshness: 'fresh' })
    expect([reads.length, asking.deferred.length]).toEqual([1, 0])
  })

  it('is served stale after that, while one request of many refreshes it', async () => {
    const { clock, registry, reads, asking, find } = given({ users: OLD })
    await find()
    registry.set('users', NEW)
    await clock.advance(FRESH)

    const answers = await Promise.all(Array.from({ length: 50 }, () => find()))
    expect(new Set(answers.map(urlOf))).toEqual(new Set([OLD]))
    expect(new Set(answers.map((found) => found?.freshness))).toEqual(new Set(['stale']))
    expect([reads.length, asking.deferred.length]).toEqual([2, 1])

    await Promise.all(asking.deferred)
    const found = await find()
    expect([urlOf(found), found?.freshness, reads.length]).toEqual([NEW, 'fresh', 2])
  })

  it('is served stale to a request that has no subrequest left, and refreshed by the next', async () => {
    const { clock, reads, asking, subject, find } = given({ users: OLD })
    await find()
    await clock.advance(FRESH)
    expect(urlOf(await subject.find('users', { ...asking, subrequests: subrequests(0) }))).toBe(OLD)
    expect(reads).toHaveLength(1)
    await find()
    expect(reads).toHaveLength(2)
  })

  it('is answered at once, however long its refresh takes', async () => {
    const { clock, state, find } = given({ users: OLD })
    await find()
    await clock.advance(FRESH)
    state.illness = 'hangs'
    const before = clock.now()
    expect(urlOf(await find())).toBe(OLD)
    expect(clock.now()).toBe(before)
  })

  it('is refreshed though the request that began it could wait no longer', async () => {
    const { clock, registry, asking } = given({ users: OLD })
    const slow = { read: (keys: readonly string[]) => sleep(clock, 900).then(() => registry.read(keys)) }
    const subject = snapshot(slow, { freshMs: FRESH, maxStaleMs: HOUR, readMs: READ, maxRecords: 100 })
    await clock.run(subject.find('users', asking))
    registry.set('users', NEW)
    await clock.advance(FRESH)
    expect(urlOf(await subject.find('users', { ...asking, deadline: deadlineIn(10, clock) }))).toBe(OLD)
    await clock.advance(900)
    expect(urlOf(await subject.find('users', asking))).toBe(NEW)
  })

  it('needs no promise, be it fresh or stale', async () => {
    const { clock, registry, reads, asking, subject, find } = given({ users: OLD })
    expect(subject.known('users', asking)).toBeUndefined()
    expect(reads).toHaveLength(0)
    await find()
    expect(subject.known('users', asking)).toMatchObject({ freshness: 'fresh', record: { endpoints: [{ id: OLD }] } })
    registry.set('users', NEW)
    await clock.advance(FRESH)
    for (let call = 0; call < 3; call++) {
      expect(subject.known('users', asking)).toMatchObject({ freshness: 'stale', record: { endpoints: [{ id: OLD }] } })
    }
    expect([reads.length, asking.deferred.length]).toEqual([2, 1])
    await Promise.all(asking.deferred)
    expect(subject.known('users', asking)).toMatchObject({ freshness: 'fresh', record: { endpoints: [{ id: NEW }] } })
    await clock.advance(HOUR + 1)
    expect(subject.known('users', asking)).toBeUndefined()
  })

  it('is refreshed by another where the one who began has died', async () => {
    const { clock, registry, state, reads, subject, find } = given({ users: OLD })
    await find()
    registry.set('users', NEW)
    await clock.advance(FRESH)
    // Neither its read nor its timers will ever be heard of again.
    const dead: Clock = { now: clock.now, after: () => () => {} }
    state.illness = 'hangs'
    expect(urlOf(await subject.find('users', givenAsking(dead)))).toBe(OLD)
    state.illness = undefined

    await clock.advance(READ - 1)
    expect(urlOf(await find())).toBe(OLD)
    expect(reads).toHaveLength(2)
    await clock.advance(1)
    expect(urlOf(await find())).toBe(OLD)
    expect(reads).toHaveLength(3)
    await clock.advance(0)
    expect(urlOf(await find())).toBe(NEW)
  })

  it('is gone once the registry has said so', async () => {
    const { clock, registry, asking, find } = given({ users: OLD })
    await find()
    registry.delete('users')
    await clock.advance(FRESH)
    expect(urlOf(await find())).toBe(OLD)
    await Promise.all(asking.deferred)
    expect(await find()).toBeUndefined()
  })

  it('moves to its own key, and back to the wildcard', async () => {
    const { clock, registry, asking, find } = given({ '*.shop': OLD })
    const later = async () => {
      await clock.advance(FRESH)
      await find('a.shop')
      await Promise.all(asking.deferred)
      return (await find('a.shop'))?.key
    }
    expect((await find('a.shop'))?.key).toBe('services/*.shop')
    registry.set('a.shop', NEW)
    expect(await later()).toBe('services/a.shop')
    registry.delete('a.shop')
    expect(await later()).toBe('services/*.shop')
  })
})

describe('the last good record', () => {
  it.each(ILL)('serves for an hour while the registry %s, and every request is answered at once', async (illness) => {
    const { clock, state, reads, find } = given({ users: OLD })
    await find()
    const since = clock.now()
    state.illness = illness
    while (clock.now() - since < HOUR) {
      await clock.advance(60_000)
      const before = clock.now()
      expect(urlOf(await find())).toBe(OLD)
      expect(clock.now()).toBe(before)
    }
    expect(reads).toHaveLength(61)
  })

  it.each(ILL)('does not serve for longer than an hour while the registry %s, asked often or not', async (illness) => {
    for (const everyMs of [60_000, HOUR]) {
      const { clock, state, find } = given({ users: OLD })
      await find()
      state.illness = illness
      for (let ms = 0; ms < HOUR; ms += everyMs) {
        await clock.advance(everyMs)
        expect(urlOf(await find())).toBe(OLD)
      }
      await clock.advance(FRESH + READ)
      const code = illness.startsWith('holds') ? 'record_invalid' : 'registry_unavailable'
      await expect(clock.run(find())).rejects.toMatchObject({ code })
    }
  })

  it.each(ILL)('makes room for a new one when the registry, which %s, is well again', async (illness) => {
    const { clock, registry, state, find } = given({ users: OLD })
    await find()
    state.illness = illness
    for (let count = 0; count < 10; count++) {
      await clock.advance(FRESH)
      await find()
    }
    await clock.advance(READ)
    state.illness = undefined
    registry.set('users', NEW)
    await clock.advance(FRESH)
    await find()
    await clock.advance(0)
    expect(await find()).toMatchObject({ freshness: 'fresh', refused: undefined, record: { endpoints: [{ id: NEW }] } })
  })

  it.each(ILL)('comes back after more than an hour when the registry, which %s, is well again', async (illness) => {
    const { clock, state, find } = given({ users: OLD })
    await find()
    state.illness = illness
    await clock.advance(HOUR + 1)
    await expect(clock.run(find())).rejects.toThrow()
    state.illness = undefined
    await clock.advance(FRESH)
    expect(urlOf(await find())).toBe(OLD)
  })

  it.each(ILL)('is told for what it is while the registry %s', async (illness) => {
    const { clock, state, find } = given({ users: OLD })
    await find()
    state.illness = illness
    await clock.advance(FRESH)
    expect((await find())?.freshness).toBe('stale')
    await clock.advance(READ)
    expect((await find())?.freshness).toBe('last-good')
  })

  it('comes with the reason for which the newest was refused, until one is good again', async () => {
    const { clock, registry, asking, find } = given({ users: OLD })
    await find()
    registry.set('users', { endpoints: [] })
    await clock.advance(FRESH)
    await find()
    await Promise.all(asking.deferred)
    expect(await find()).toMatchObject({
      freshness: 'last-good',
      refused: 'services/users: $.endpoints: Expected 1 to 1000 endpoints, got [].',
      record: { endpoints: [{ id: OLD }] },
    })
    registry.set('users', NEW)
    await clock.advance(FRESH)
    await find()
    await Promise.all(asking.deferred)
    expect(await find()).toMatchObject({ freshness: 'fresh', refused: undefined })
  })

  it.each(['rejects', 'hangs'] as const)(
    'is not asked about with every request while the registry %s',
    async (illness) => {
      const { clock, state, reads, find } = given({ users: OLD })
      await find()
      state.illness = illness
      for (let ms = 0; ms < 60_000; ms += 500) {
        await find()
        await clock.advance(500)
      }
      // One at the beginning, then one each time the last has failed and five seconds have passed.
      expect(reads.length).toBeLessThanOrEqual(1 + 60_000 / FRESH)
      expect(reads.length).toBeGreaterThan(60_000 / (FRESH + READ) - 1)
    },
  )
})

describe('a clock that steps back', () => {
  function steppingBack(records: Record<string, WrittenEntry>) {
    const all = given(records)
    const step = { ms: 0 }
    const clock: Clock = { now: () => all.clock.now() - step.ms, after: all.clock.after }
    const asking = givenAsking(clock)
    return { ...all, step, asking, find: (name = 'users') => all.subject.find(name, asking) }
  }

  it('does not make a record fresh for all the time it lost', async () => {
    const { registry, step, asking, reads, find } = steppingBack({ users: OLD })
    await find()
    registry.set('users', NEW)
    step.ms = 24 * HOUR
    expect(await find()).toMatchObject({ freshness: 'stale', record: { endpoints: [{ id: OLD }] } })
    await Promise.all(asking.deferred)
    expect(await find()).toMatchObject({ freshness: 'fresh', record: { endpoints: [{ id: NEW }] } })
    expect(reads).toHaveLength(2)
  })

  it('does not leave a record waiting for a refresh that was begun in a time that has not come yet', async () => {
    const { clock, registry, step, state, asking, find } = steppingBack({ users: OLD })
    await find()
    await clock.advance(FRESH)
    state.illness = 'hangs'
    await find()
    step.ms = 24 * HOUR
    state.illness = undefined
    registry.set('users', NEW)
    await find()
    await asking.deferred.at(-1)
    expect(urlOf(await find())).toBe(NEW)
  })

  it('does not keep a missing name missing', async () => {
    const { registry, step, find } = steppingBack({})
    expect(await find()).toBeUndefined()
    registry.set('users', NEW)
    step.ms = 24 * HOUR
    expect(urlOf(await find())).toBe(NEW)
  })
})

describe('a missing name', () => {
  it('is remembered for five seconds at most', async () => {
    const { clock, registry, reads, find } = given()
    expect(await find()).toBeUndefined()
    registry.set('users', NEW)
    await clock.advance(FRESH - 1)
    expect(await find()).toBeUndefined()
    expect(reads).toHaveLength(1)
    await clock.advance(1)
    expect(urlOf(await find())).toBe(NEW)
    expect(reads).toHaveLength(2)
  })

  it.each(['rejects', 'throws at once', 'hangs'] as const)(
    'is not called missing while the registry %s',
    async (illness) => {
      const { clock, state, find } = given()
      await find()
      state.illness = illness
      await clock.advance(FRESH)
      await expect(clock.run(find())).rejects.toMatchObject({ code: 'registry_unavailable' })
    },
  )

  it('whose record is refused is not asked about for five seconds', async () => {
    const { clock, reads, find } = given({ users: '{' })
    await expect(find()).rejects.toMatchObject({ code: 'record_invalid' })
    await clock.advance(FRESH - 1)
    await expect(find()).rejects.toMatchObject({ code: 'record_invalid' })
    expect(reads).toHaveLength(1)
    await clock.advance(1)
    await expect(find()).rejects.toMatchObject({ code: 'record_invalid' })
    expect(reads).toHaveLength(2)
  })
})

describe('a record', () => {
  it('is the same value while its text is, whatever its revision', async () => {
    const { clock, registry, asking, find } = given()
    registry.set('users', OLD, '1')
    const before = await find()
    registry.set('users', OLD, '2')
    await clock.advance(FRESH)
    await find()
    await Promise.all(asking.deferred)
    const after = await find()
    expect(after?.record).toBe(before?.record)
    expect([before?.revision, after?.revision]).toEqual(['1', '2'])
  })

  it('is another when its text has changed', async () => {
    const { clock, registry, asking, find } = given({ users: OLD })
    const before = await find()
    registry.set('users', { endpoints: [OLD] })
    await clock.advance(FRESH)
    await find()
    await Promise.all(asking.deferred)
    expect((await find())?.record).not.toBe(before?.record)
  })

  it('is shared by all the names that a wildcard answers for', async () => {
    const { find } = given({ '*.shop': OLD })
    const [one, other] = [await find('a.shop'), await find('b.c.shop')]
    expect(one?.record).toBe(other?.record)
    expect(one?.key).toBe('services/*.shop')
  })
})

describe('two hundred cold requests at once', () => {
  const names = ['users', 'a.users']

  it.each(names)('for %s read by themselves, and share nothing but what was read', async (name) => {
    const { reads, subject, clock } = given({ users: OLD, '*.users': OLD })
    const all = Array.from({ length: 200 }, () => givenAsking(clock))
    const answers = await Promise.all(all.map((asking) => subject.find(name, asking)))
    expect(new Set(answers.map(urlOf))).toEqual(new Set([OLD]))
    expect(reads).toHaveLength(200)
    expect(all.flatMap(({ deferred }) => deferred)).toEqual([])
  })

  it('all answer, though the first is never heard of again', async () => {
    const clock = virtualClock()
    let reads = 0
    const healthy = memoryRegistry({ users: OLD })
    const subject = snapshot(
      { read: (keys) => (reads++ === 0 ? new Promise(() => {}) : healthy.read(keys)) },
      { freshMs: FRESH, maxStaleMs: HOUR, readMs: READ, maxRecords: 100 },
    )
    // Its client has left: its timers never fire, and what it deferred is never done.
    const dead: Clock = { now: clock.now, after: () => () => {} }
    let heard = false
    const first = subject.find('users', givenAsking(dead, { deadline: deadlineIn(15_000, dead) }))
    void first.finally(() => {
      heard = true
    })
    const others = Array.from({ length: 199 }, () => subject.find('users', givenAsking(clock)))
    expect(new Set((await Promise.all(others)).map(urlOf))).toEqual(new Set([OLD]))
    expect([reads, heard]).toEqual([200, false])
  })
})

describe('a request that cannot be answered in time', () => {
  it.each([0, 1])('asks the registry for nothing with %i ms left', async (leftMs) => {
    const { clock, reads, subject, asking } = given({ users: OLD })
    const hurried = () => ({ ...asking, deadline: deadlineIn(leftMs, clock) })
    await expect(subject.find('users', hurried())).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(reads).toHaveLength(0)

    await subject.find('users', asking)
    await clock.advance(FRESH)
    expect(urlOf(await subject.find('users', hurried()))).toBe(OLD)
    expect([reads.length, asking.deferred.length]).toEqual([1, 0])
    await clock.advance(HOUR)
    await expect(subject.find('users', hurried())).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(reads).toHaveLength(1)
    await subject.find('users', { ...asking, deadline: deadlineIn(2, clock) })
    expect(reads).toHaveLength(2)
  })
})

/** A registry whose reads are answered when the test says so, with what stood there as they began. */
function givenReads(records: Record<string, WrittenEntry> = {}) {
  const clock = virtualClock()
  const registry = memoryRegistry(records)
  const waiting: (() => void)[] = []
  const read: Registry['read'] = async (keys) => {
    const entries = await registry.read(keys)
    await new Promise<void>((resolve) => waiting.push(resolve))
    return entries
  }
  const subject = snapshot({ read }, { freshMs: FRESH, maxStaleMs: HOUR, readMs: HOUR, maxRecords: 100 })
  const asking = givenAsking(clock)
  return {
    clock,
    registry,
    /** Begins to look for a name. */
    begin: async (name: string) => {
      const work = subject.find(name, asking)
      await clock.advance(0)
      return { work, answer: waiting.at(-1) as () => void }
    },
    /** The read that began last is answered. */
    answerLast: () => waiting.at(-1)?.(),
    now: (name: string) => urlOf(subject.known(name, asking)),
  }
}

describe('a read that began earlier', () => {
  it('does not overwrite what one that began later has told of a name', async () => {
    const { clock, registry, begin, now } = givenReads({ users: OLD })
    const early = await begin('users')
    registry.set('users', NEW)
    const late = await begin('users')
    late.answer()
    expect(urlOf(await late.work)).toBe(NEW)
    early.answer()
    // Even the one that asked early gets what is known by now.
    expect(urlOf(await early.work)).toBe(NEW)
    await clock.advance(0)
    expect(now('users')).toBe(NEW)
  })

  it('does not bring back a name that one which began later has not found', async () => {
    const { registry, begin, now } = givenReads({ users: OLD })
    const early = await begin('users')
    registry.delete('users')
    const late = await begin('users')
    late.answer()
    expect(await late.work).toBeUndefined()
    early.answer()
    expect(await early.work).toBeUndefined()
    expect(now('users')).toBeUndefined()
  })

  it('nor what it has told of a wildcard, by whichever of its names', async () => {
    const { registry, begin, now } = givenReads({ '*.shop': OLD })
    const early = await begin('a.shop')
    registry.set('*.shop', NEW)
    const late = await begin('b.shop')
    late.answer()
    await late.work
    early.answer()
    expect(urlOf(await early.work)).toBe(NEW)
    expect([now('a.shop'), now('b.shop')]).toEqual([NEW, NEW])
  })

  it('asks again where one that began later has found its wildcard gone', async () => {
    const { clock, registry, begin, answerLast, now } = givenReads({ '*.eu.shop': OLD, '*.shop': NEW })
    const first = await begin('a.eu.shop')
    first.answer()
    await first.work
    const early = await begin('b.eu.shop')
    registry.delete('*.eu.shop')
    const late = await begin('c.eu.shop')
    late.answer()
    expect(urlOf(await late.work)).toBe(NEW)
    early.answer()
    await clock.advance(0)
    answerLast()
    expect(urlOf(await early.work)).toBe(NEW)
    expect([now('b.eu.shop'), now('c.eu.shop')]).toEqual([NEW, NEW])
  })
})

describe('the names of a wildcard', () => {
  it('have all the newest record that any of them has read', async () => {
    const { clock, registry, asking, find } = given({ '*.shop': OLD })
    const [a, b] = [await find('a.shop'), await find('b.shop')]
    expect([urlOf(a), urlOf(b)]).toEqual([OLD, OLD])
    await clock.advance(FRESH - 1000)
    expect(urlOf(await find('c.shop'))).toBe(OLD)
    registry.set('*.shop', NEW, '2')
    await clock.advance(1000)
    // `a` reads it anew; `b` and `c` hear of it, `c` while it is fresh itself.
    await find('a.shop')
    await Promise.all(asking.deferred)
    for (const name of ['a.shop', 'b.shop', 'c.shop', 'a.shop']) {
      expect(await find(name)).toMatchObject({ revision: '2', record: { endpoints: [{ id: NEW }] } })
    }
  })

  it('ask for themselves nonetheless: one of them may have a record of its own by now', async () => {
    const { clock, registry, asking, find } = given({ '*.shop': OLD })
    await find('a.shop')
    await find('b.shop')
    registry.set('b.shop', NEW)
    await clock.advance(FRESH)
    await find('a.shop')
    expect(urlOf(await find('b.shop'))).toBe(OLD)
    await Promise.all(asking.deferred)
    expect([urlOf(await find('a.shop')), urlOf(await find('b.shop'))]).toEqual([OLD, NEW])
  })

  it('do not answer by a wildcard that another of them has found gone', async () => {
    const { clock, registry, asking, find } = given({ '*.shop': OLD })
    await find('a.shop')
    await find('b.shop')
    registry.delete('*.shop')
    await clock.advance(FRESH)
    await find('a.shop')
    await Promise.all(asking.deferred)
    expect(await find('b.shop')).toBeUndefined()
    registry.set('*.shop', '{')
    await expect(find('c.shop')).rejects.toMatchObject({ code: 'record_invalid' })
  })

  it('go on with its last good record, also one that was not asked for before', async () => {
    const { clock, registry, asking, find } = given({ '*.shop': OLD })
    await find('a.shop')
    registry.set('*.shop', '{')
    await clock.advance(FRESH)
    await find('a.shop')
    await Promise.all(asking.deferred)
    for (const name of ['a.shop', 'new.shop']) {
      expect(await find(name)).toMatchObject({
        freshness: 'last-good',
        refused: expect.stringContaining('services/*.shop'),
        record: { endpoints: [{ id: OLD }] },
      })
    }
  })

  it('that has a record of its own which is refused follow the wildcard that served before', async () => {
    const { clock, registry, asking, find } = given({ '*.shop': OLD })
    const later = async () => {
      await clock.advance(FRESH)
      await find('a.shop')
      await find('b.shop')
      await Promise.all(asking.deferred)
    }
    await find('a.shop')
    await find('b.shop')
    registry.set('a.shop', '{')
    await later()
    expect(await find('a.shop')).toMatchObject({ freshness: 'last-good', record: { endpoints: [{ id: OLD }] } })
    registry.set('*.shop', NEW)
    await later()
    expect([urlOf(await find('a.shop')), urlOf(await find('b.shop'))]).toEqual([NEW, NEW])
  })
})

describe('the names that are kept', () => {
  it('are no more of each kind than is allowed: of their own, of wildcards, and a tenth as many that are not there', async () => {
    const { subject, registry, find } = given({ '*.shop': OLD }, { maxRecords: 100 })
    for (let number = 0; number < 300; number++) {
      await find(`s${number}.shop`)
      await find(`missing${number}`)
      expect(subject.size).toBeLessThanOrEqual(110)
    }
    for (let number = 0; number < 300; number++) {
      registry.set(`own${number}`, OLD)
      await find(`own${number}`)
      expect(subject.size).toBeLessThanOrEqual(210)
    }
    expect(subject.size).toBeGreaterThanOrEqual(105)
  })

  it.each([
    ['are not there', (number: number) => `missing${number}`],
    ['are not there, at any depth', (number: number) => `a.b${number}.c.d`],
    ['a wildcard answers for', (number: number) => `s${number}.shop`],
    ['are refused', (number: number) => `r${number}.bad`],
  ])('are not evicted by 2,000 names that %s', async (_, named) => {
    const { clock, state, asking, subject, find } = given(
      { users: OLD, orders: OLD, '*.shop': OLD, '*.bad': '{' },
      { maxRecords: 10 },
    )
    await find('users')
    await find('orders')
    for (let number = 0; number < 2000; number++) {
      await subject.find(named(number), givenAsking(clock)).catch(({ code }) => expect(code).toBe('record_invalid'))
    }
    // The registry is gone: what was known still serves.
    state.illness = 'rejects'
    await clock.advance(FRESH)
    expect([urlOf(await find('users')), urlOf(await find('orders'))]).toEqual([OLD, OLD])
    await Promise.all(asking.deferred)
  })

  it('are those that were asked for last', async () => {
    const { reads, registry, find } = given({ hot: OLD }, { maxRecords: 10 })
    for (let number = 0; number < 100; number++) {
      registry.set(`s${number}`, OLD)
      await find('hot')
      await find(`s${number}`)
    }
    expect(reads.filter((keys) => keys[0] === 'services/hot')).toHaveLength(1)
    await find('s0')
    expect(reads.filter((keys) => keys[0] === 'services/s0')).toHaveLength(2)
  })

  it('are in one place each: what appears, moves or goes is kept once', async () => {
    const { clock, registry, asking, subject, find } = given({ '*.shop': OLD }, { maxRecords: 100 })
    const later = async () => {
      await clock.advance(FRESH)
      await find('a.shop')
      await Promise.all(asking.deferred)
      await find('a.shop')
      return subject.size
    }
    await find('a.shop')
    registry.set('a.shop', NEW)
    expect(await later()).toBe(1)
    registry.delete('a.shop')
    registry.delete('*.shop')
    expect(await later()).toBe(1)
    registry.set('*.shop', NEW)
    expect(await later()).toBe(1)
    expect(urlOf(await find('a.shop'))).toBe(NEW)
  })
})
