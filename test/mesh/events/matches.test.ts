/**
 * The filters by the cases of CloudEvents' own conformance kit (cesql_tck: subscriptions_api_recreations, context_attributes_access),
 * each expression written in the dialects that it recreates.
 */
import { describe, expect, it } from 'vitest'
import { wants } from '../../../src/mesh/events/matches.ts'
import type { EventFilter } from '../../../src/record/events/filter.ts'
import { subscriptionsChecker } from '../../../src/record/events/subscriptions.ts'
import type { CloudEvent } from '../../../src/targets/topic/event.ts'

const event = (over: Record<string, unknown>): CloudEvent => {
  return { specversion: '1.0', id: '1', source: 'http://localhost/source', type: 'example.type', ...over } as CloudEvent
}
const exact = (attributes: Record<string, string>): EventFilter => ({ exact: attributes })
const prefix = (attributes: Record<string, string>): EventFilter => ({ prefix: attributes })
const suffix = (attributes: Record<string, string>): EventFilter => ({ suffix: attributes })
const all = (...filters: EventFilter[]): EventFilter => ({ all: filters })
const any = (...filters: EventFilter[]): EventFilter => ({ any: filters })

const my = prefix({ id: 'my' })
const ca = suffix({ source: '.ca' })
const dnf = any(
  all(exact({ id: 'myId' }), suffix({ type: '.success' })),
  all(exact({ id: 'notmyId' }), prefix({ source: 'http://' }), suffix({ type: '.warning' })),
)
const cnf = [
  any(exact({ id: 'myId' }), suffix({ type: '.success' })),
  any(exact({ id: 'notmyId' }), prefix({ source: 'https://' }), suffix({ type: '.warning' })),
]

const CASES: [name: string, filter: EventFilter, over: Record<string, unknown>, result: boolean][] = [
  ['Prefix filter (1)', prefix({ source: 'https://' }), { source: 'https://example.com' }, true],
  ['Prefix filter (2)', prefix({ source: 'https://' }), { source: 'http://example.com' }, false],
  ['Prefix filter on string extension', prefix({ myext: 'custom' }), { myext: 'customext' }, true],
  ['Prefix filter on missing string extension', prefix({ myext: 'custom' }), {}, false],
  ['Suffix filter (1)', suffix({ type: '.error' }), { type: 'com.github.error' }, true],
  ['Suffix filter (2)', suffix({ type: '.error' }), { type: 'com.github.success' }, false],
  ['Suffix filter on string extension', suffix({ myext: 'ext' }), { myext: 'customext' }, true],
  ['Suffix filter on missing string extension', suffix({ myext: 'ext' }), {}, false],
  ['Exact filter (1)', exact({ id: 'myId' }), { id: 'myId' }, true],
  ['Exact filter (2)', exact({ id: 'myId' }), { id: 'notmyId' }, false],
  ['Exact filter on string extension', exact({ myext: 'customext' }), { myext: 'customext' }, true],
  ['Exact filter on missing string extension', exact({ myext: 'customext' }), {}, false],
  ['Prefix filter AND Suffix filter (1)', all(my, ca), { id: 'myId', source: 'http://www.some-website.ca' }, true],
  ['Prefix filter AND Suffix filter (2)', all(my, ca), { id: 'myId', source: 'http://www.some-website.com' }, false],
  [
    'Prefix filter AND Suffix filter (3)',
    all(prefix({ myext: 'custom' }), suffix({ type: '.error' })),
    { myext: 'customext', type: 'com.github.error' },
    true,
  ],
  [
    'Prefix AND Suffix filter (4)',
    all(prefix({ type: 'example.' }), prefix({ myext: 'custom' })),
    { type: 'example.event.type' },
    false,
  ],
  ['Prefix OR Suffix filter (1)', any(my, ca), { id: 'myId', source: 'http://www.some-website.ca' }, true],
  ['Prefix OR Suffix filter (2)', any(my, ca), { id: 'myId', source: 'http://www.some-website.com' }, true],
  ['Prefix OR Suffix filter (3)', any(my, ca), { id: 'notmyId', source: 'http://www.some-website.ca' }, true],
  ['Prefix OR Suffix filter (4)', any(my, ca), { id: 'notmyId', source: 'http://www.some-website.com' }, false],
  ['Disjunctive Normal Form (1)', dnf, { id: 'myId', type: 'example.event.success' }, true],
  [
    'Disjunctive Normal Form (2)',
    dnf,
    { id: 'notmyId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    true,
  ],
  [
    'Disjunctive Normal Form (3)',
    dnf,
    { id: 'notmyId', type: 'example.event.warning', source: 'https://localhost.localdomain' },
    false,
  ],
  [
    'Conjunctive Normal Form (1)',
    all(...cnf),
    { id: 'myId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    true,
  ],
  [
    'Conjunctive Normal Form (2)',
    all(...cnf),
    { id: 'notmyId', type: 'example.event.success', source: 'http://localhost.localdomain' },
    true,
  ],
  [
    'Conjunctive Normal Form (3)',
    all(...cnf),
    { id: 'notmyId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    false,
  ],
  [
    'Conjunctive Normal Form (4)',
    all(...cnf),
    { id: 'myId', type: 'example.event.success', source: 'http://localhost.localdomain' },
    false,
  ],
  [
    'Conjunctive Normal Form (5)',
    all(...cnf, exact({ myext: 'customext' })),
    { id: 'myId', type: 'example.event.warning', source: 'http://localhost.localdomain' },
    false,
  ],
  ['Access to required attribute', exact({ id: 'myId' }), { id: 'myId' }, true],
  ['Access to optional attribute', exact({ subject: 'mySubject' }), { subject: 'mySubject' }, true],
  ['Absent optional attribute', exact({ subject: 'mySubject' }), {}, false],
  ['Access to optional boolean extension', exact({ mybool: 'true' }), { mybool: true }, true],
  ['Access to optional integer extension', exact({ myint: '10' }), { myint: 10 }, true],
  ['Access to optional string extension', exact({ myext: 'my extension' }), { myext: 'my extension' }, true],
  ['URL type coercion to string', exact({ source: 'http://localhost/source' }), {}, true],
  [
    'Timestamp type coercion to string',
    exact({ time: '2018-04-26T14:48:09+02:00' }),
    { time: '2018-04-26T14:48:09+02:00' },
    true,
  ],
]

describe('a filter', () => {
  it.each(CASES)('%s', (_, filter, over, result) => {
    expect(wants([filter], event(over))).toBe(result)
    expect(wants([{ not: filter }], event(over))).toBe(!result)
    expect(subscriptionsChecker()({ subscriptions: [{ id: 'a', sink: 'http://a/', filters: [filter] }] })).toEqual([])
  })

  it('of several attributes holds where all of them do, and letters are not folded', () => {
    const both = exact({ type: 'com.github.push', subject: 'spec' })
    expect(wants([both], event({ type: 'com.github.push', subject: 'spec' }))).toBe(true)
    expect(wants([both], event({ type: 'com.github.push', subject: 'Spec' }))).toBe(false)
  })

  it('of a list of none wants everything, and of several all must hold', () => {
    expect(wants(undefined, event({}))).toBe(true)
    expect(wants([], event({}))).toBe(true)
    expect(wants([exact({ id: '1' }), exact({ id: '2' })], event({ id: '1' }))).toBe(false)
  })

  it('finds nothing in what every object has', () => {
    expect(wants([prefix({ constructor: 'f' })], event({}))).toBe(false)
  })
})
