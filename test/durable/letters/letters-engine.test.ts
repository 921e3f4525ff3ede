import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { type LettersCaps, lettersEngine } from '../../../src/durable/letters/letters-engine.ts'
import { givenLetter } from '../../support/given-letter.ts'
import { nodeStore } from '../../support/node-store.ts'

const NOW = 1_760_000_000_000
const DAY_MS = 86_400_000

function givenLetters(caps?: LettersCaps) {
  const clock = virtualClock({ startAt: NOW })
  const woken: number[] = []
  const letters = lettersEngine({ store: nodeStore(), clock, wake: (at) => woken.push(at), ...(caps && { caps }) })
  const only = () => {
    const { items } = letters.list()
    expect(items).toHaveLength(1)
    return items[0] as (typeof items)[0]
  }
  return { clock, letters, woken, only }
}

describe('lettersEngine', () => {
  it('keeps a letter, with what an operator asks of it', async () => {
    const { letters, only } = givenLetters()
    expect(await letters.keep(givenLetter())).toBe(true)
    expect(only()).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{16}$/),
      messageId: 'order-42',
      queue: 'jobs',
      subject: 'jobs',
      to: 'resizer',
      reason: 'status 422',
      detail: 'resizer answered 422.',
      attempts: 1,
      times: 1,
      redriven: 0,
      status: 'dead',
      firstAt: NOW,
      lastAt: NOW,
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
    })
    expect(letters.read(only().id)?.letter).toBe(givenLetter())
  })

  it('has a message once, however often it dies, with the last reason', async () => {
    const { letters, only, clock } = givenLetters()
    await letters.keep(givenLetter())
    await clock.advance(1000)
    await letters.keep(givenLetter({}, { reason: 'gone', attempts: 3 }))
    expect(only()).toMatchObject({ reason: 'gone', attempts: 3, times: 2, firstAt: NOW, lastAt: NOW + 1000 })
  })

  it('tells messages apart by queue, name called and id', async () => {
    const { letters } = givenLetters()
    await letters.keep(givenLetter())
    await letters.keep(givenLetter({ subject: 'mails' }))
    await letters.keep(givenLetter({ id: 'order-43' }))
    await letters.keep(givenLetter({}, { queue: 'others' }))
    expect(letters.list().items).toHaveLength(4)
  })

  it.each([
    ['no JSON', '{'],
    ['no letter', '{"id":"a"}'],
    ['another form', '{"id":"a","data":{"queue":1}}'],
    ['a subject that is no text', givenLetter({ subject: { name: 'jobs' } as never })],
    ['a trace that is no text', givenLetter({ traceparent: 7 as never })],
    ['a receiver that is no text', givenLetter({}, { to: ['resizer'] as never })],
  ])('takes nothing that is %s', async (_, text) => {
    const { letters } = givenLetters()
    expect(await letters.keep(text)).toBe(false)
    expect(letters.list().items).toEqual([])
  })

  it('lists the newest first, page by page, of what is asked for', async () => {
    const { letters, clock } = givenLetters()
    for (let at = 0; at < 25; at++) {
      await letters.keep(givenLetter({ id: `m-${at}` }, at % 2 ? { reason: 'gone', queue: 'odd' } : { to: 'other' }))
      await clock.advance(1)
    }
    const all: string[] = []
    let cursor: string | undefined
    do {
      const page = letters.list({ limit: 10, ...(cursor && { cursor }) })
      all.push(...page.items.map(({ messageId }) => messageId))
      cursor = page.cursor
    } while (cursor)
    expect(all).toEqual(Array.from({ length: 25 }, (_, at) => `m-${24 - at}`))
    expect(letters.list({ queue: 'odd' }).items).toHaveLength(12)
    expect(letters.list({ reason: 'status 422' }).items).toHaveLength(13)
    expect(letters.list({ service: 'other' }).items).toHaveLength(13)
    expect(letters.list({ service: 'jobs' }).items).toHaveLength(25)
    expect(letters.list({ service: 'nobody' }).items).toEqual([])
  })

  it('says which are sent again, and is told what became of it', async () => {
    const { letters, only } = givenLetters()
    await letters.keep(givenLetter())
    const { id } = only()
    expect(letters.sending(id)).toBe(true)
    expect(only()).toMatchObject({ status: 'sending', redriven: 1 })
    letters.sent(id, false)
    expect(only()).toMatchObject({ status: 'dead', redriven: 0 })
    letters.sending(id)
    letters.sent(id, true)
    expect(only()).toMatchObject({ status: 'redriven', redriven: 1 })
    expect(letters.list({ status: 'waiting' }).items).toEqual([])
    expect(letters.list({ status: 'redriven' }).items).toHaveLength(1)
    expect(letters.sending('0123456789abcdef')).toBe(false)
  })

  it('has one that died again before its queue had answered among those that wait', async () => {
    const { letters, only } = givenLetters()
    await letters.keep(givenLetter())
    const { id } = only()
    letters.sending(id)
    await letters.keep(givenLetter())
    letters.sent(id, true)
    expect(only()).toMatchObject({ status: 'dead', redriven: 1, times: 2 })
  })

  it('counts those that wait, and knows the oldest', async () => {
    const { letters, clock } = givenLetters()
    await letters.keep(givenLetter({ id: 'a' }))
    await clock.advance(10)
    await letters.keep(givenLetter({ id: 'b' }))
    await letters.keep(givenLetter({ id: 'c' }, { reason: 'gone' }))
    expect(letters.counts()).toEqual([
      { queue: 'jobs', reason: 'gone', letters: 1, oldestAt: NOW + 10 },
      { queue: 'jobs', reason: 'status 422', letters: 2, oldestAt: NOW },
    ])
  })

  it('counts without reading what the letters hold', () => {
    const { sql, transactionSync } = nodeStore()
    const asked: string[] = []
    const exec: typeof sql.exec = (query, ...bindings) => {
      asked.push(query)
      return sql.exec(query, ...bindings)
    }
    const letters = lettersEngine({ store: { sql: { ...sql, exec }, transactionSync }, clock: virtualClock() })
    asked.length = 0
    letters.counts()
    letters.nextAt()
    const plans = asked.map((query) => sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`).toArray())
    expect(plans.map(([first]) => first?.detail)).toEqual(Array(2).fill(expect.stringContaining('COVERING INDEX')))
  })

  it('takes no more where it is full, but what it has already', async () => {
    const { letters, only } = givenLetters({ rows: 1, bytes: 100_000 })
    expect(await letters.keep(givenLetter())).toBe(true)
    expect(await letters.keep(givenLetter({ id: 'other' }))).toBe(false)
    expect(await letters.keep(givenLetter())).toBe(true)
    expect(letters.drop(only().id)).toBe(true)
    expect(letters.drop('0123456789abcdef')).toBe(false)
    expect(await letters.keep(givenLetter({ id: 'other' }))).toBe(true)
  })

  it('is full by bytes, too', async () => {
    const { letters } = givenLetters({ rows: 10, bytes: 5000 })
    expect(await letters.keep(givenLetter({ id: 'a' }, { message: 'x'.repeat(3000) }))).toBe(true)
    expect(await letters.keep(givenLetter({ id: 'b' }, { message: 'x'.repeat(3000) }))).toBe(false)
    expect(await letters.keep(givenLetter({ id: 'a' }, { message: 'x' }))).toBe(true)
    expect(await letters.keep(givenLetter({ id: 'b' }, { message: 'x'.repeat(3000) }))).toBe(true)
  })

  it('forgets what is older than 14 days, and wakes as long as there is something', async () => {
    const { letters, clock, woken } = givenLetters()
    await letters.keep(givenLetter({ id: 'a' }))
    expect(woken).toEqual([NOW + 3_600_000])
    await clock.advance(DAY_MS)
    await letters.keep(givenLetter({ id: 'b' }))
    await clock.advance(13 * DAY_MS)
    letters.turn()
    expect(letters.list().items.map(({ messageId }) => messageId)).toEqual(['b'])
    expect(woken).toHaveLength(2)
    await clock.advance(DAY_MS)
    letters.turn()
    expect(letters.list().items).toEqual([])
    expect(woken).toHaveLength(2)
  })
})
