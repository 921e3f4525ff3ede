import { describe, expect, it } from 'vitest'
import { learnedBook } from '../../../src/durable/stats/learned-book.ts'
import type { Ejected } from '../../../src/telemetry/learned.ts'
import type { NumbersDigest } from '../../../src/telemetry/numbers/numbers-digest.ts'
import { NOTHING } from '../../../src/telemetry/numbers/sum.ts'

const START = 1_760_000_000_000

/** Calls of `users` that went to these endpoints. */
function calls(...endpoints: string[]): NumbersDigest {
  const each = Object.fromEntries(endpoints.map((endpoint) => [endpoint, { ends: [1], ms: NOTHING.ms }]))
  return { services: { users: { ...NOTHING, endpoints: each } }, overflow: 0 }
}

function out(endpoint: string, over: Partial<Ejected> = {}): Ejected {
  return { service: 'users', endpoint, because: 'fault', sinceMs: 1_000, forMs: 4_000, ...over }
}

describe('learnedBook', () => {
  it('counts who leaves an endpoint alone, of those that used it', () => {
    const book = learnedBook()
    book.take('a', 1, { numbers: calls('us'), learned: { ejected: [out('eu')], budgets: {} } }, START)
    const later = out('eu', { because: 'doubt', sinceMs: 500, forMs: 9_000 })
    book.take('b', 1, { numbers: calls('us', 'eu'), learned: { ejected: [later], budgets: {} } }, START)
    book.take('c', 1, { numbers: calls('us', 'eu'), learned: { budgets: {} } }, START)
    book.take('d', 1, { numbers: calls('us'), learned: { budgets: {} } }, START)
    expect(book.sum(START + 10).ejected).toEqual([
      {
        service: 'users',
        endpoint: 'eu',
        isolates: 2,
        of: 3,
        because: { fault: 1, doubt: 1 },
        sinceAt: START - 1_000,
        probeAt: START + 4_000,
      },
    ])
  })

  it('forgets an ejection as soon as its isolate no longer tells it, or tells nothing for a minute', () => {
    const book = learnedBook()
    for (const isolate of ['a', 'b'])
      book.take(isolate, 1, { numbers: calls('us'), learned: { ejected: [out('eu')], budgets: {} } }, START)
    book.take('a', 2, { numbers: calls('us', 'eu'), learned: { budgets: {} } }, START + 5_000)
    expect(book.sum(START + 5_000).ejected).toMatchObject([{ isolates: 1, of: 2 }])
    expect(book.sum(START + 60_000).ejected).toEqual([])
  })

  it('does not let a digest that comes late write over what is newer', () => {
    const book = learnedBook()
    book.take('a', 2, { numbers: calls('us', 'eu'), learned: { budgets: { users: 5 } } }, START)
    book.take('a', 1, { numbers: calls('us'), learned: { ejected: [out('eu')], budgets: { users: 1 } } }, START)
    expect(book.sum(START)).toEqual({ ejected: [], budgets: { users: 5 } })
  })

  it('tells of budgets what the isolate has left that has least, for a minute', () => {
    const book = learnedBook()
    book.take('a', 1, { numbers: calls(), learned: { budgets: { users: 7, orders: 2 } } }, START)
    book.take('b', 1, { numbers: calls(), learned: { budgets: { users: 0.4 } } }, START)
    expect(book.sum(START).budgets).toEqual({ users: 0.4, orders: 2 })
    book.take('a', 2, { numbers: calls(), learned: { budgets: { users: 8 } } }, START + 59_999)
    expect(book.sum(START + 60_001).budgets).toEqual({ users: 8 })
  })

  it('takes what an older isolate tells, which has no such part', () => {
    const book = learnedBook()
    book.take('old', 1, { numbers: calls('eu') }, START)
    book.take('a', 1, { numbers: calls(), learned: { ejected: [out('eu')], budgets: {} } }, START)
    expect(book.sum(START).ejected).toMatchObject([{ isolates: 1, of: 2 }])
  })

  it('remembers 100,000 uses at most, and lets go of those that are oldest', () => {
    const book = learnedBook()
    const many = Array.from({ length: 1_000 }, (_, at) => `https://${at}.example.com`)
    const [first = ''] = many
    for (let at = 0; at < 150; at++)
      book.take(`isolate ${at}`, 1, { numbers: calls(...many), learned: { budgets: {} } }, START + at)
    book.take('last', 1, { numbers: calls(), learned: { ejected: [out(first)], budgets: {} } }, START + 200)
    expect(book.sum(START + 200).ejected).toMatchObject([{ isolates: 1, of: 101 }])
  })
})
