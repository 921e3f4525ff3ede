import { describe, expect, it } from 'vitest'
import { subrequests } from '../../src/core/engine/subrequests.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { subscribers } from '../../src/registry/events.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import type { Registry } from '../../src/registry/registry.ts'
import type { LogLine } from '../../src/telemetry/log.ts'

const KEY = 'events/com.example.placed'
const of = (...ids: string[]) => ({ subscriptions: ids.map((id) => ({ id, sink: `http://${id}/` })) })

function given(records: Record<string, object | string> = {}) {
  const clock = virtualClock()
  const memory = memoryRegistry(records)
  const reads: (readonly string[])[] = []
  let read: Registry['read'] = (keys) => memory.read(keys)
  const registry: Registry = {
    read(keys) {
      reads.push(keys)
      return read(keys)
    },
  }
  const log: LogLine[] = []
  const options = { freshMs: 5000, maxStaleMs: 3_600_000, readMs: 1000, maxRecords: 2000 }
  const find = subscribers(registry, { ...options, log: (line) => void log.push(line as LogLine) })
  const asking = () => ({
    clock,
    deadline: { at: Number.POSITIVE_INFINITY },
    subrequests: subrequests(10),
    defer: () => {},
  })
  return {
    clock,
    memory,
    reads,
    log,
    fail: (how: Registry['read']) => {
      read = how
    },
    mend: () => {
      read = (keys) => memory.read(keys)
    },
    find: (type = 'com.example.placed') => clock.run(find(type, asking())),
    ids: async (type?: string) =>
      (await clock.run(find(type ?? 'com.example.placed', asking()))).all.map(({ subscription }) => subscription.id),
    findWith: (left: number) => clock.run(find('com.example.placed', { ...asking(), subrequests: subrequests(left) })),
    findWithin: (ms: number) =>
      clock.run(find('com.example.placed', { ...asking(), deadline: { at: clock.now() + ms } })),
  }
}

describe('who has subscribed', () => {
  it('is read with all keys at once, and not again while that is fresh', async () => {
    const world = given({ [KEY]: of('a'), 'events/com.*': of('b') })
    expect(await world.ids()).toEqual(['a', 'b'])
    expect(await world.ids()).toEqual(['a', 'b'])
    expect(world.reads).toEqual([[KEY, 'events/com.example.*', 'events/com.*', 'events/*']])
    await world.clock.advance(5000)
    expect(await world.ids()).toEqual(['a', 'b'])
    expect(world.reads).toHaveLength(2)
  })

  it('is what the registry says now, when that is no longer fresh', async () => {
    const world = given({ [KEY]: of('a') })
    await world.ids()
    world.memory.set(KEY, of('b'))
    await world.clock.advance(5000)
    expect(await world.ids()).toEqual(['b'])
    world.memory.delete(KEY)
    await world.clock.advance(5000)
    expect(await world.ids()).toEqual([])
  })

  it.each([
    ['fails', async () => Promise.reject(new Error('KV is down'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('is what was read last while the registry %s, for an hour', async (_, how) => {
    const world = given({ [KEY]: of('a') })
    await world.ids()
    world.fail(how)
    await world.clock.advance(3_000_000)
    expect(await world.ids()).toEqual(['a'])
    const asked = world.reads.length
    expect(await world.ids()).toEqual(['a'])
    // Not by each event: a registry that hangs would hold up all of them.
    expect(world.reads).toHaveLength(asked)
    await world.clock.advance(700_000)
    await expect(world.find()).rejects.toMatchObject({ code: 'registry_unavailable' })
    world.mend()
    expect(await world.ids()).toEqual(['a'])
  })

  it('is not known where the registry never answered: an event must wait', async () => {
    const world = given({ [KEY]: of('a') })
    world.fail(async () => Promise.reject(new Error('KV is down')))
    await expect(world.find()).rejects.toMatchObject({ code: 'registry_unavailable' })
    world.mend()
    expect(await world.ids()).toEqual(['a'])
  })

  it('is the last good where the newest is not understood, and the log says so once', async () => {
    const world = given({ [KEY]: of('a') })
    await world.ids()
    world.memory.set(KEY, { subscriptions: [{ id: 'a', sink: 'nowhere' }] }, '7')
    for (let time = 0; time < 3; time++) {
      await world.clock.advance(5000)
      expect(await world.find()).toMatchObject({ all: [{ subscription: { id: 'a' } }], refused: [] })
    }
    expect(world.log).toMatchObject([{ level: 'error', event: 'record_refused', key: KEY, revision: '7' }])
    world.memory.set(KEY, of('b'), '8')
    await world.clock.advance(5000)
    expect(await world.ids()).toEqual(['b'])
    expect(world.log[1]).toMatchObject({ event: 'record_accepted', key: KEY, revision: '8' })
  })

  it('says which key is not understood where none of it ever was, beside those that are', async () => {
    const world = given({ [KEY]: 'https://example.com', 'events/*': of('all') })
    const found = await world.find()
    expect(found.all).toMatchObject([{ key: 'events/*', subscription: { id: 'all' } }])
    expect(found.refused).toMatchObject([{ key: KEY, why: expect.stringContaining('Not JSON') }])
  })

  it('is not read where no subrequest is left', async () => {
    const world = given({ [KEY]: of('a') })
    await expect(world.findWith(0)).rejects.toMatchObject({ code: 'limit_subrequests' })
    expect(world.reads).toEqual([])
  })

  it('is not known to who has too little time, which is not the fault of the registry', async () => {
    const world = given({ [KEY]: of('a') })
    world.fail(() => new Promise<never>(() => {}))
    await expect(world.findWithin(500)).rejects.toMatchObject({ code: 'deadline_exceeded' })
    expect(world.log).toEqual([])
    await expect(world.findWithin(2000)).rejects.toMatchObject({ code: 'registry_unavailable' })
    await expect(world.findWithin(2000)).rejects.toMatchObject({ code: 'registry_unavailable' })
    expect(world.log).toMatchObject([{ level: 'error', event: 'registry_lost' }])
    world.mend()
    expect(await world.ids()).toEqual(['a'])
    expect(world.log[1]).toMatchObject({ level: 'warn', event: 'registry_back' })
  })

  it('of two with one id is the one of the more specific key', async () => {
    const world = given({ [KEY]: of('a'), 'events/com.*': { subscriptions: [{ id: 'a', sink: 'http://other/' }] } })
    expect((await world.find()).all).toMatchObject([{ key: KEY, subscription: { sink: 'http://a/' } }])
  })

  it('is the newer answer, whichever of two reads comes last', async () => {
    const world = given({ [KEY]: of('old') })
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = await world.memory.read([KEY, 'events/com.example.*', 'events/com.*', 'events/*'])
    world.fail(async () => {
      await gate
      return slow
    })
    const first = world.find()
    world.mend()
    world.memory.set(KEY, of('new'))
    expect(await world.ids()).toEqual(['new'])
    release()
    await first
    expect(await world.ids()).toEqual(['new'])
  })
})
