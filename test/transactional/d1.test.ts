import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { D1_TABLES, d1Once, d1Outbox, d1Relay, type Statement } from '../../src/transactional/d1.ts'
import type { StoredEvent } from '../../src/transactional/event.ts'
import { nodeObject } from '../support/node-object.ts'

const NOW = 1_760_000_000_000

interface NodeStatement extends Statement {
  bind(...values: (string | number | null)[]): NodeStatement
  run(): unknown[]
}

/** As much of D1 as is asked, by the SQLite of Node. */
function nodeD1() {
  const database = new DatabaseSync(':memory:')
  database.exec(D1_TABLES)
  database.exec('CREATE TABLE orders (id TEXT PRIMARY KEY)')
  const statement = (query: StatementSync, values: (string | number | null)[] = []): NodeStatement => ({
    bind: (...values) => statement(query, values),
    run: () => query.all(...values).map((row) => ({ ...row })),
    all: async <Row>() => ({ results: query.all(...values).map((row) => ({ ...row })) as Row[] }),
  })
  return {
    prepare: (query: string) => statement(database.prepare(query)),
    async batch(statements: NodeStatement[]) {
      database.exec('BEGIN')
      try {
        for (const one of statements) one.run()
        database.exec('COMMIT')
      } catch (error) {
        database.exec('ROLLBACK')
        throw error
      }
    },
  }
}

function givenD1() {
  const clock = virtualClock({ startAt: NOW })
  const db = nodeD1()
  const events = d1Outbox(db, { source: 'http://orders/', clock, random: seeded(7) })
  const sent: StoredEvent[] = []
  const queue = {
    isDown: false,
    async sendBatch(messages: { body: StoredEvent }[]) {
      if (queue.isDown) throw new Error('down')
      sent.push(...messages.map(({ body }) => body))
    },
  }
  const object = nodeObject(clock)
  const relay = () => d1Relay(object.born(), { db, to: queue, clock })
  const order = (id: string) => db.prepare('INSERT INTO orders VALUES (?)').bind(id)
  const place = (id: string) => db.batch([order(id), events.row({ type: 'placed', subject: id })])
  const orders = async () =>
    (await db.prepare('SELECT id FROM orders').all<{ id: string }>()).results.map(({ id }) => id)
  return { clock, db, events, sent, queue, object, relay, order, place, orders }
}

describe('d1Outbox', () => {
  it('puts the event into the batch that changes the state: both, or neither', async () => {
    const { place, orders, relay, object, sent } = givenD1()
    await place('a')
    await expect(place('a')).rejects.toThrow('UNIQUE')
    await place('b')
    const relaying = relay()
    relaying.kick()
    await object.ring(relaying.alarm)
    expect(await orders()).toEqual(['a', 'b'])
    expect(sent).toEqual([
      {
        specversion: '1.0',
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        source: 'http://orders/',
        type: 'placed',
        subject: 'a',
        time: new Date(NOW).toISOString(),
        sequence: '0000000001',
        sequencetype: 'Integer',
        partitionkey: 'http://orders/',
      },
      expect.objectContaining({ subject: 'b', sequence: '0000000002' }),
    ])
  })

  it('refuses an event that is too large before the batch', () => {
    expect(() => givenD1().events.row({ type: 'placed', data: 'x'.repeat(128_000) })).toThrow(RangeError)
  })
})

describe('d1Relay', () => {
  it('sends within a minute what nobody told it of', async () => {
    const { place, relay, object, sent, clock } = givenD1()
    const relaying = relay()
    relaying.kick()
    await object.ring(relaying.alarm)
    await place('a')
    expect(await object.ring(relaying.alarm)).toBe(false)
    await clock.advance(60_000)
    await object.ring(relaying.alarm)
    expect(sent).toHaveLength(1)
  })

  it('sends the same ids again where the queue was down, and waits longer each time', async () => {
    const { place, relay, object, sent, clock, queue } = givenD1()
    const relaying = relay()
    await place('a')
    queue.isDown = true
    relaying.kick()
    await object.ring(relaying.alarm)
    relaying.kick()
    expect(object.alarmAt).toBe(NOW + 1000)
    await clock.advance(1000)
    await object.ring(relaying.alarm)
    expect(object.alarmAt).toBe(NOW + 3000)
    queue.isDown = false
    await clock.advance(2000)
    await object.ring(relaying.alarm)
    expect(sent).toHaveLength(1)
    expect(object.alarmAt).toBe(NOW + 63_000)
  })

  it('sends more than a batch, in the order of the commits', async () => {
    const { place, relay, object, sent } = givenD1()
    for (let order = 0; order < 230; order++) await place(String(order))
    const relaying = relay()
    relaying.kick()
    await object.ring(relaying.alarm)
    expect(sent.map(({ subject }) => Number(subject))).toEqual(Array.from({ length: 230 }, (_, at) => at))
  })
})

describe('d1Once', () => {
  it('runs statements once an id', async () => {
    const { db, order, orders, clock } = givenD1()
    expect(await d1Once(db, 'key', [order('a')], { clock })).toBe(true)
    expect(await d1Once(db, 'key', [order('b')], { clock })).toBe(false)
    expect(await orders()).toEqual(['a'])
  })

  it('runs nothing without an id: all who bring none would be one', async () => {
    const { db, order, orders, clock } = givenD1()
    await expect(d1Once(db, '', [order('a')], { clock })).rejects.toThrow('A key is a text, and not empty; got "".')
    expect(await orders()).toEqual([])
  })

  it('tells a conflict of theirs from one of its own, and keeps no mark of it', async () => {
    const { db, order, clock } = givenD1()
    await d1Once(db, 'one', [order('a')], { clock })
    await expect(d1Once(db, 'two', [order('a')], { clock })).rejects.toThrow('UNIQUE')
    expect(await d1Once(db, 'two', [order('b')], { clock })).toBe(true)
  })

  it('forgets an id after seven days', async () => {
    const { db, order, clock } = givenD1()
    await d1Once(db, 'one', [order('a')], { clock })
    await clock.advance(7 * 86_400_000)
    expect(await d1Once(db, 'one', [order('b')], { clock })).toBe(false)
    await clock.advance(1)
    await d1Once(db, 'two', [order('b')], { clock })
    expect(await d1Once(db, 'one', [order('c')], { clock })).toBe(true)
  })
})
