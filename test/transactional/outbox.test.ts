import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { alarms } from '../../src/transactional/alarms.ts'
import type { StoredEvent } from '../../src/transactional/event.ts'
import { once } from '../../src/transactional/once.ts'
import { type OutboxOptions, outbox } from '../../src/transactional/outbox.ts'
import { participant } from '../../src/transactional/participant.ts'
import { nodeObject } from '../support/node-object.ts'

const NOW = 1_760_000_000_000
const SOURCE = 'http://orders/42'

function givenOutbox(over: Partial<OutboxOptions> = {}) {
  const clock = virtualClock({ startAt: NOW })
  const object = nodeObject(clock, 'object-1')
  const batches: StoredEvent[][] = []
  const queue = {
    answer: async () => {},
    async sendBatch(messages: { body: StoredEvent }[]) {
      await queue.answer()
      batches.push(messages.map(({ body }) => structuredClone(body)))
    },
  }
  function born(operations?: number) {
    const ctx = object.born(operations)
    ctx.storage.sql.exec('CREATE TABLE IF NOT EXISTS orders (id TEXT)')
    const events = outbox(ctx, { source: SOURCE, to: queue, clock, ...over })
    const place = (id: string) =>
      events.transaction((publish) => {
        ctx.storage.sql.exec('INSERT INTO orders VALUES (?)', id)
        publish({ type: 'placed', subject: id, data: { id } })
      })
    return { ctx, events, place }
  }
  const orders = () =>
    object.store.sql
      .exec<{ id: string }>('SELECT id FROM orders')
      .toArray()
      .map(({ id }) => id)
  const sent = () => batches.flat()
  return { clock, object, queue, batches, born, orders, sent }
}

describe('outbox', () => {
  it('sends what was published by its alarm, as CloudEvents of one source, in order', async () => {
    const { born, object, sent } = givenOutbox()
    const { events, place } = born()
    place('a')
    place('b')
    expect(object.alarmAt).toBe(NOW)
    expect(events.waiting()).toEqual({ rows: 2, oldestAt: NOW, failures: 0 })
    await object.ring(events.alarm)
    expect(sent()).toEqual([
      {
        specversion: '1.0',
        id: 'object-1:1',
        source: SOURCE,
        type: 'placed',
        subject: 'a',
        time: new Date(NOW).toISOString(),
        datacontenttype: 'application/json',
        data: { id: 'a' },
        sequence: '0000000001',
        sequencetype: 'Integer',
        partitionkey: SOURCE,
      },
      expect.objectContaining({ id: 'object-1:2', subject: 'b', sequence: '0000000002' }),
    ])
    expect(events.waiting()).toEqual({ rows: 0, oldestAt: undefined, failures: 0 })
  })

  it('keeps neither state nor event where the work throws, and gives no number away', async () => {
    const { born, object, orders, sent } = givenOutbox()
    const { ctx, events, place } = born()
    expect(() =>
      events.transaction((publish) => {
        ctx.storage.sql.exec("INSERT INTO orders VALUES ('x')")
        publish({ type: 'placed' })
        throw new Error('no credit')
      }),
    ).toThrow('no credit')
    expect(orders()).toEqual([])
    expect(object.alarmAt).toBeNull()
    place('a')
    await object.ring(events.alarm)
    expect(sent().map(({ subject, sequence }) => [subject, Number(sequence)])).toEqual([['a', 1]])
  })

  it.each([
    ['too large for a message', { type: 'placed', data: 'x'.repeat(127_400) }, RangeError, '127488 fit'],
    ['too large in UTF-8', { type: 'placed', data: 'ä'.repeat(63_700) }, RangeError, '127488 fit'],
    ['of no type', { type: '' }, TypeError, 'An event has a type'],
    ['with an attribute that may not be', { type: 'placed', extensions: { 'x-a': 1 } }, TypeError, 'lower-case'],
  ])('refuses an event that is %s, and the whole transaction with it', (_, event, kind, message) => {
    const { born, orders } = givenOutbox()
    const { ctx, events } = born()
    const work = () =>
      events.transaction((publish) => {
        ctx.storage.sql.exec("INSERT INTO orders VALUES ('x')")
        publish(event)
      })
    expect(work).toThrow(kind)
    expect(work).toThrow(message)
    expect(orders()).toEqual([])
  })

  it('takes an event that just fits', () => {
    const { born } = givenOutbox()
    const { events } = born()
    events.transaction((publish) => publish({ type: 'placed', data: 'x'.repeat(127_300) }))
    expect(events.waiting().rows).toBe(1)
  })

  it('refuses work that is asynchronous, and an event after the transaction', async () => {
    const { born, orders } = givenOutbox()
    const { ctx, events } = born()
    expect(() =>
      events.transaction(async () => {
        ctx.storage.sql.exec("INSERT INTO orders VALUES ('x')")
      }),
    ).toThrow('synchronous')
    expect(orders()).toEqual([])
    let late: (() => void) | undefined
    events.transaction((publish) => {
      late = () => publish({ type: 'placed' })
    })
    expect(late).toThrow('over')
  })

  it('sends batches of a hundred, and fewer where they are long', async () => {
    const { born, object, batches } = givenOutbox()
    const { events, place } = born()
    for (let order = 0; order < 250; order++) place(String(order))
    events.transaction((publish) => {
      for (let one = 0; one < 3; one++) publish({ type: 'long', data: 'x'.repeat(40_000) })
    })
    await object.ring(events.alarm)
    expect(batches.map(({ length }) => length)).toEqual([100, 100, 51, 1, 1])
    expect(batches.flat().map(({ sequence }) => Number(sequence))).toEqual(
      Array.from({ length: 253 }, (_, at) => at + 1),
    )
  })

  it('tries again after 1 s, doubling, while the queue takes nothing, and loses nothing', async () => {
    const told: unknown[] = []
    const { born, object, queue, clock, sent } = givenOutbox({ onFailure: (_, error) => told.push(String(error)) })
    const { events, place } = born()
    queue.answer = async () => {
      throw new Error('Queue is overloaded. Please back off.')
    }
    place('a')
    await object.ring(events.alarm)
    expect(object.alarmAt).toBe(NOW + 1000)
    // What is published meanwhile waits with it.
    place('b')
    expect(object.alarmAt).toBe(NOW + 1000)
    await clock.advance(1000)
    await object.ring(events.alarm)
    expect(events.waiting()).toMatchObject({ rows: 2, failures: 2 })
    expect(object.alarmAt).toBe(NOW + 3000)
    queue.answer = async () => {}
    await clock.advance(2000)
    await object.ring(events.alarm)
    expect(sent().map(({ subject }) => subject)).toEqual(['a', 'b'])
    expect(told).toHaveLength(2)
  })

  it('waits 10 s for a queue that hangs, and sends the same ids again', async () => {
    const { born, object, queue, clock, sent } = givenOutbox()
    const { events, place } = born()
    let hangs = true
    queue.answer = () => (hangs ? new Promise(() => {}) : Promise.resolve())
    place('a')
    await clock.run(object.ring(events.alarm))
    expect(clock.now()).toBe(NOW + 10_000)
    hangs = false
    await clock.advance(1000)
    await object.ring(events.alarm)
    expect(sent().map(({ id }) => id)).toEqual(['object-1:1'])
  })

  it('lets others of the object have their turn after 30 s, and goes on', async () => {
    const { born, object, queue, clock, batches } = givenOutbox()
    const { events, place } = born()
    for (let order = 0; order < 500; order++) place(String(order))
    queue.answer = () => new Promise((resolve) => clock.after(9000, resolve))
    await clock.run(object.ring(events.alarm))
    expect(batches).toHaveLength(4)
    expect(object.alarmAt).toBe(NOW + 36_000)
    await clock.run(object.ring(events.alarm))
    expect(events.waiting().rows).toBe(0)
  })

  it('sends what was published while it sends', async () => {
    const { born, object, queue, sent } = givenOutbox()
    const { events, place } = born()
    place('a')
    queue.answer = async () => {
      queue.answer = async () => {}
      place('b')
    }
    await object.ring(events.alarm)
    expect(sent().map(({ subject }) => subject)).toEqual(['a', 'b'])
  })

  it.each([
    ['was lost', null],
    ['is long past', NOW - 61_000],
  ])('sends rows whose alarm %s, as soon as the object is touched', async (_, alarmAt) => {
    const { born, object, clock, sent } = givenOutbox()
    born().place('a')
    object.alarmAt = alarmAt
    const { events } = born()
    await clock.advance(0)
    await object.ring(events.alarm)
    expect(sent().map(({ subject }) => subject)).toEqual(['a'])
  })

  it('shares the alarm with others of the object', async () => {
    const { born, object, clock, queue, sent } = givenOutbox()
    born()
    const ctx = object.born()
    const shared = alarms(ctx, { clock })
    const events = outbox(ctx, { source: SOURCE, to: queue, clock, alarms: shared })
    const woken: string[] = []
    shared.on('invoice', () => void woken.push('invoice'))
    shared.set('invoice', NOW + 500)
    events.transaction((publish) => publish({ type: 'placed' }))
    await object.ring(shared.alarm)
    expect(woken).toEqual([])
    await clock.advance(500)
    await object.ring(shared.alarm)
    expect(woken).toEqual(['invoice'])
    expect(sent()).toHaveLength(1)
  })

  it('is one commit with what a receiver does once', async () => {
    const { born, object, clock, sent } = givenOutbox()
    const { ctx, events, place } = born()
    const receive = () => once(ctx.storage, 'key', () => place('a'), { clock })
    expect(receive().isFirst).toBe(true)
    expect(receive().isFirst).toBe(false)
    await object.ring(events.alarm)
    expect(sent()).toHaveLength(1)
  })
})

describe('a step of a participant that publishes', () => {
  it('stands within the transaction, which gives back what the step gave', async () => {
    const { born, object, clock, sent } = givenOutbox()
    const { ctx, events } = born()
    const steps = participant(ctx.storage, { clock })
    const reserve = (type: string) =>
      events.transaction((publish) =>
        steps.forward('key', () => {
          publish({ type })
          return { type }
        }),
      )
    expect(() => reserve('')).toThrow(TypeError)
    expect(reserve('reserved')).toEqual({ isUndone: false, isFirst: true, value: { type: 'reserved' } })
    expect(reserve('again')).toEqual({ isUndone: false, isFirst: false, value: { type: 'reserved' } })
    await object.ring(events.alarm)
    expect(sent().map(({ type, sequence }) => [type, sequence])).toEqual([['reserved', '0000000001']])
  })
})

describe('replay', () => {
  const DAY_MS = 86_400_000

  it('sends what was sent again, to one subscriber, with the same ids', async () => {
    const { born, object, clock, sent } = givenOutbox({ keepMs: DAY_MS })
    const { events, place } = born()
    place('a')
    await clock.advance(1000)
    place('b')
    place('c')
    await object.ring(events.alarm)
    expect(events.replay({ since: NOW + 1000, subscriber: 'billing' })).toBe(2)
    await object.ring(events.alarm)
    expect(sent().map(({ id, subscriber }) => [id, subscriber])).toEqual([
      ['object-1:1', undefined],
      ['object-1:2', undefined],
      ['object-1:3', undefined],
      ['object-1:2', 'billing'],
      ['object-1:3', 'billing'],
    ])
  })

  it('goes on where a queue failed, though the object ended', async () => {
    const { born, object, clock, queue, sent } = givenOutbox({ keepMs: DAY_MS })
    const { events, place } = born()
    for (let order = 0; order < 150; order++) place(String(order))
    await object.ring(events.alarm)
    expect(events.replay({ subscriber: 'billing' })).toBe(150)
    let batches = 0
    queue.answer = async () => {
      if (++batches === 2) throw new Error('down')
    }
    await object.ring(events.alarm)
    const again = born()
    await clock.advance(1000)
    await object.ring(again.events.alarm)
    expect(sent().filter(({ subscriber }) => subscriber === 'billing')).toHaveLength(150)
  })

  it('forgets what is older than it is kept, and nothing else', async () => {
    const { born, object, clock, sent } = givenOutbox({ keepMs: DAY_MS })
    const { events, place } = born()
    place('a')
    await object.ring(events.alarm)
    await clock.advance(DAY_MS / 2)
    place('b')
    await object.ring(events.alarm)
    await clock.advance(DAY_MS / 2)
    await object.ring(events.alarm)
    expect(events.replay({ subscriber: 'billing' })).toBe(1)
    expect(sent()).toHaveLength(2)
    await clock.advance(DAY_MS)
    await object.ring(events.alarm)
    await object.ring(events.alarm)
    expect(events.replay({ subscriber: 'billing' })).toBe(0)
  })

  it('is refused where nothing is kept, and without a subscriber', () => {
    expect(() => givenOutbox().born().events.replay({ subscriber: 'billing' })).toThrow('keepMs')
    expect(() => givenOutbox({ keepMs: 1 }).born().events.replay({ subscriber: '' })).toThrow('subscriber')
    const since = Date.parse('yesterday')
    expect(() => givenOutbox({ keepMs: 1 }).born().events.replay({ since, subscriber: 'billing' })).toThrow(
      'since is milliseconds since 1970; got NaN.',
    )
  })
})
