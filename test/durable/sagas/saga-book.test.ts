import { describe, expect, it } from 'vitest'
import type { SagaTold } from '../../../src/core/saga/told.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { sagaBook } from '../../../src/durable/sagas/saga-book.ts'
import { nodeStore } from '../../support/node-store.ts'

function given(mostEnded?: number) {
  const clock = virtualClock()
  const book = sagaBook(nodeStore(), clock, mostEnded)
  const tell = (id: string, more: Partial<SagaTold> = {}) =>
    book.tell({ id, saga: 'place-order', version: 1, state: 'running', step: 'definition', ...more })
  return { clock, book, tell }
}

describe('sagaBook', () => {
  it('has a row for each saga: where it stands, since when, and why', async () => {
    const { clock, book, tell } = given()
    tell('a', { binding: 'SAGAS' })
    const startedAt = clock.now()
    await clock.advance(1000)
    tell('a', { state: 'parked', step: 'undo charge', because: 'payments answered 503: ' })
    await clock.advance(1000)
    // It is told again when the machine dies between: parked since the first time.
    tell('a', { state: 'parked', step: 'undo charge' })
    expect(book.get('a')).toMatchObject({
      state: 'parked',
      step: 'undo charge',
      binding: 'SAGAS',
      startedAt,
      parkedAt: startedAt + 1000,
      changedAt: startedAt + 2000,
      endedAt: null,
    })
    tell('a', { state: 'compensated', step: 'end' })
    expect(book.get('a')).toMatchObject({ state: 'compensated', parkedAt: null, endedAt: startedAt + 2000 })
  })

  it('leaves an end as it is, whatever is told late', () => {
    const { book, tell } = given()
    tell('a', { state: 'completed', step: 'end' })
    tell('a', { state: 'late', step: 'ship' })
    expect(book.look('a', 'ship')).toBeUndefined()
    expect(book.get('a')).toMatchObject({ state: 'completed', step: 'end' })
  })

  it('says to a saga that looks who has called it off', () => {
    const { book, tell } = given()
    tell('a')
    expect(book.look('a', 'approval', 'approved')).toBeUndefined()
    expect(book.get('a')).toMatchObject({ step: 'approval', waitsFor: 'approved' })
    expect(book.cancel('a', 'jane: by mistake')).toBe(true)
    expect(book.look('a', 'charge')).toBe('jane: by mistake')
    expect(book.get('a')).toMatchObject({ step: 'charge', waitsFor: null })
    tell('a', { state: 'compensated', step: 'end' })
    expect(book.cancel('a', 'jane')).toBe(false)
    expect(book.cancel('nobody', 'jane')).toBe(false)
  })

  it('lists the newest first, in pages, by state, name and version', async () => {
    const { clock, book, tell } = given()
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      tell(id, id === 'c' ? { state: 'parked' } : id === 'd' ? { version: 2 } : id === 'e' ? { saga: 'other' } : {})
      // Two in one millisecond.
      if (id !== 'a') await clock.advance(1)
    }
    const seen: string[] = []
    for (let cursor: string | undefined, pages = 0; pages < 9; pages++) {
      const page = book.list({ limit: 2, cursor })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.cursor
      if (cursor === undefined) break
    }
    expect(seen).toEqual(['e', 'd', 'c', 'b', 'a'])
    const found = (query: Parameters<typeof book.list>[0]) => book.list(query).items.map(({ id }) => id)
    expect(found({ state: 'parked' })).toEqual(['c'])
    expect(found({ version: 2 })).toEqual(['d'])
    expect(found({ saga: 'other', state: 'running' })).toEqual(['e'])
    expect(book.counts()).toContainEqual({
      saga: 'place-order',
      version: 2,
      state: 'running',
      count: 1,
      parkedAt: null,
      withoutCode: 0,
    })
  })

  it('has as many that ended as it may, whoever tells an end twice and whatever was there before', async () => {
    const store = nodeStore()
    const clock = virtualClock()
    const end = async (book: ReturnType<typeof sagaBook>, id: string) => {
      book.tell({ id, saga: 'place-order', version: 1, state: 'completed', step: 'end' })
      await clock.advance(1)
    }
    const before = sagaBook(store, clock, 3)
    for (const id of ['a', 'b']) await end(before, id)
    const book = sagaBook(store, clock, 3)
    for (const id of ['b', 'b', 'c', 'c']) await end(book, id)
    expect(book.list({}).items.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
    await end(book, 'd')
    expect(book.list({}).items.map(({ id }) => id)).toEqual(['d', 'c', 'b'])
  })

  it('reads those of one state by their index, and does not count all ends for one more', () => {
    const { sql, transactionSync } = nodeStore()
    const asked: [string, ...(string | number | null)[]][] = []
    const noted: typeof sql.exec = (...query) => {
      asked.push(query)
      return sql.exec(...query)
    }
    const book = sagaBook({ sql: { ...sql, exec: noted }, transactionSync }, virtualClock())
    const end = (id: string) => book.tell({ id, saga: 'place-order', version: 1, state: 'completed', step: 'end' })
    end('a')
    asked.length = 0
    book.list({ state: 'parked' })
    const [[query, ...bindings] = ['']] = asked
    const plan = sql.exec<{ detail: string }>(`EXPLAIN QUERY PLAN ${query}`, ...bindings).toArray()
    expect(plan.map(({ detail }) => detail).join()).toMatch(/^SEARCH sagas USING INDEX sagasByState/)
    end('b')
    expect(asked.filter(([query]) => query.includes('COUNT'))).toEqual([])
  })

  it('forgets what has ended 30 days ago, and what is too much; never what runs', async () => {
    const { clock, book, tell } = given(2)
    tell('runs')
    tell('old', { state: 'completed' })
    await clock.advance(31 * 86_400_000)
    for (const id of ['a', 'b', 'c']) {
      tell(id, { state: 'completed' })
      await clock.advance(1)
    }
    expect(book.list({}).items.map(({ id }) => id)).toEqual(['c', 'b', 'runs'])
  })
})
