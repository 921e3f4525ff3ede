import { describe, expect, it } from 'vitest'
import type { RecordView, WrittenRecord } from '../../../src/admin/client.ts'
import { issueWords, subscribersOf, typeRows, typesAmong } from '../../../src/dashboard/model/subscription-rows.ts'

const view = (name: string, record: WrittenRecord, state: RecordView['state'] = 'published'): RecordView => ({
  name,
  record,
  state,
  revision: 1,
  author: null,
  message: '',
  at: '2026-11-30T00:00:00.000Z',
  origin: 'api',
})
const one = (id: string, filters?: unknown) => ({ id, sink: `http://${id}/in`, ...(filters ? { filters } : {}) })
const PLACED = view('events/com.example.order.placed', { subscriptions: [one('billing'), one('mail')] })
const ALL = view('events/*', { subscriptions: [one('archive')] })
const REFUSED = view('events/z', { subscriptions: [one('billing')], more: 1 }, 'refused')

describe('subscriptions in a table', () => {
  it('stand by type, what is refused first and without subscribers', () => {
    const rows = typeRows([PLACED, REFUSED, ALL])
    expect(rows.map(({ type, subscribers }) => [type, ...subscribers.map(({ id }) => id)])).toEqual([
      ['z'],
      ['*', 'archive'],
      ['com.example.order.placed', 'billing', 'mail'],
    ])
  })

  it.each([
    ['ORDER', ['com.example.order.placed billing,mail']],
    ['mail', ['com.example.order.placed mail']],
    ['http://archive', ['* archive']],
    ['nobody', []],
  ])('are found by type, id and sink: %s', (typed, found) => {
    const rows = typesAmong(typeRows([PLACED, ALL]), typed)
    expect(rows.map(({ type, subscribers }) => `${type} ${subscribers.map(({ id }) => id)}`)).toEqual(found)
  })

  it('name the service of a sink, where it has one', () => {
    const subscriptions = [{ id: 'a', sink: 'http://billing/events?x=1' }, { id: 'b', sink: 'nowhere' }, 7]
    expect(subscribersOf({ subscriptions }).map(({ id, service }) => [id, service])).toEqual([
      ['a', 'billing'],
      ['b', undefined],
    ])
  })

  it.each(['http://billing/', {}, { subscriptions: 'all' }])('are none in what has no list: %j', (record) => {
    expect(subscribersOf(record)).toEqual([])
  })
})

describe('what a subscriber wants, in words', () => {
  it.each([
    [[{ exact: { subject: 'eu' } }], 'subject is "eu"'],
    [[{ exact: { subject: 'eu', kind: 'a' } }], 'subject is "eu" and kind is "a"'],
    [[{ not: { exact: { subject: 'eu', kind: 'a' } } }], 'not (subject is "eu" and kind is "a")'],
    [
      [{ exact: { subject: 'eu' } }, { any: [{ prefix: { source: '/a' } }, { not: { suffix: { type: '.test' } } }] }],
      'subject is "eu" and (source begins with "/a" or not type ends with ".test")',
    ],
    [
      [{ any: [{ all: [{ exact: { a: '1' } }, { exact: { b: '2' } }] }, { exact: { c: '3' } }] }],
      '((a is "1" and b is "2") or c is "3")',
    ],
    [[{ any: [{ exact: { a: '1' } }] }], 'a is "1"'],
    [[{ sql: 'a = 1' }, 7], '{"sql":"a = 1"} and 7'],
  ])('%j', (filters, words) => {
    expect(subscribersOf({ subscriptions: [one('a', filters)] })[0]?.wants).toBe(words)
  })

  it('says nothing where it wants every event', () => {
    const wants = subscribersOf({ subscriptions: [one('a'), one('b', [])] }).map((row) => row.wants)
    expect(wants).toEqual([undefined, undefined])
  })
})

it('tells what is wrong with its place', () => {
  expect(issueWords({ path: ['subscriptions', 0, 'sink'], message: 'Expected a name' })).toBe(
    'subscriptions.0.sink: Expected a name',
  )
  expect(issueWords({ path: [], message: 'No JSON' })).toBe('No JSON')
})
