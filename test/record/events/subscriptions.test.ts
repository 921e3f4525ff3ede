import { describe, expect, it } from 'vitest'
import { eventKeys, misnamedEvents } from '../../../src/record/events/event-key.ts'
import { sinkOf, subscriptionsChecker, subscriptionsParser } from '../../../src/record/events/subscriptions.ts'

const one = (over: object = {}) => ({ subscriptions: [{ id: 'billing', sink: 'http://billing/events', ...over }] })
const parse = (value: unknown) => subscriptionsParser()(JSON.stringify(value))

describe('subscriptions', () => {
  it('are those of the design, word for word', () => {
    const written = {
      subscriptions: [
        {
          id: 'billing',
          sink: 'http://billing/events',
          filters: [{ exact: { subject: 'eu' } }],
          protocolsettings: { contentmode: 'binary' },
          delivery: { attempts: 12, expire: '168h' },
        },
        {
          id: 'mail',
          sink: 'http://mailer/placed',
          filters: [{ any: [{ prefix: { source: 'http://orders/' } }, { suffix: { type: '.placed' } }] }],
        },
      ],
    }
    expect(parse(written)).toEqual(written)
  })

  const deep = (levels: number): object => (levels === 0 ? { exact: { id: '1' } } : { not: deep(levels - 1) })
  const DIALECTS =
    'Expected an object with one of "exact", "prefix", "suffix", "all", "any", "not": no other dialect is understood'

  it.each([
    ['an unknown field', one({ config: {} }), '$.subscriptions[0].config: is not a field that this version knows.'],
    [
      'a dialect that is optional in the specification',
      one({ filters: [{ sql: "source LIKE '%a%'" }] }),
      `$.subscriptions[0].filters[0]: ${DIALECTS}`,
    ],
    ['cesql by its name', one({ filters: [{ cesql: 'TRUE' }] }), `$.subscriptions[0].filters[0]: ${DIALECTS}`],
    [
      'a filter with two dialects',
      one({ filters: [{ exact: { id: '1' }, prefix: { id: '1' } }] }),
      `$.subscriptions[0].filters[0]: ${DIALECTS}`,
    ],
    ['an empty filter', one({ filters: [{}] }), `$.subscriptions[0].filters[0]: ${DIALECTS}`],
    [
      'a filter that is not understood deep within',
      one({ filters: [{ not: { any: [{ like: {} }] } }] }),
      `$.subscriptions[0].filters[0].not.any[0]: ${DIALECTS}`,
    ],
    [
      'no attribute',
      one({ filters: [{ exact: {} }] }),
      '$.subscriptions[0].filters[0].exact: Expected at least one attribute',
    ],
    [
      'an empty value',
      one({ filters: [{ exact: { id: '' } }] }),
      '$.subscriptions[0].filters[0].exact.id: Expected a text of 1 to 1000 characters',
    ],
    ['an empty list', one({ filters: [{ all: [] }] }), '$.subscriptions[0].filters[0].all: Expected 1 to 100 filters'],
    [
      'an attribute that no event has',
      one({ filters: [{ exact: { 'My-Ext': 'a' } }] }),
      'Expected the name of an attribute',
    ],
    ['filters that stand too deep in each other', one({ filters: [deep(8)] }), 'levels deep at most'],
    [
      'a sink that is no name',
      one({ sink: 'http://Billing_1/' }),
      '$.subscriptions[0].sink: Expected http:// and the name of a service',
    ],
    [
      'a sink with a port',
      one({ sink: 'http://billing:80/' }),
      '$.subscriptions[0].sink: Expected http:// and the name of a service',
    ],
    [
      'a sink with a password',
      one({ sink: 'http://a:b@billing/' }),
      '$.subscriptions[0].sink: Expected http:// and the name of a service',
    ],
    [
      'a sink with a fragment',
      one({ sink: 'http://billing/#a' }),
      '$.subscriptions[0].sink: Expected http:// and the name of a service',
    ],
    ['no sink', { subscriptions: [{ id: 'a' }] }, '$.subscriptions[0].sink: is missing.'],
    ['an id with spaces', one({ id: 'a b' }), '$.subscriptions[0].id: Expected an id of 1 to 100'],
    [
      'an id twice',
      { subscriptions: [...one().subscriptions, ...one().subscriptions] },
      '$.subscriptions: Expected each id once',
    ],
    ['another protocol', one({ protocol: 'AMQP' }), '$.subscriptions[0].protocol: Expected "HTTP"'],
    [
      'a header that the mesh writes',
      one({ protocolsettings: { headers: { 'ce-id': '1' } } }),
      'Expected a header that is not written by the mesh',
    ],
    [
      'a header with a secret',
      one({ protocolsettings: { headers: { authorization: 'Bearer x' } } }),
      'Expected a header that is not written by the mesh',
    ],
    [
      'a delivery that no queue can make',
      one({ delivery: { attempts: 101 } }),
      '$.subscriptions[0].delivery.attempts: Expected a whole number from 1 to 100',
    ],
    [
      'days',
      one({ delivery: { expire: '7d' } }),
      '$.subscriptions[0].delivery.expire: Expected a duration from 1s to 336h',
    ],
    ['no object', [], 'Expected an object'],
  ])('are refused whole for %s', (_, value, message) => {
    expect(() => parse(value)).toThrow(message)
    expect(subscriptionsChecker()(value)).not.toEqual([])
  })

  it('may have filters eight levels deep, and headers of their own', () => {
    expect(parse(one({ filters: [deep(7)] }))).toBeDefined()
    expect(parse(one({ protocolsettings: { headers: { 'WebHook-Request-Origin': 'mesh.example' } } }))).toBeDefined()
  })

  it('name a service and a path by their sink', () => {
    expect(sinkOf('http://billing')).toEqual({ service: 'billing', path: '/' })
    expect(sinkOf('https://a.shop/events?x=1')).toEqual({ service: 'a.shop', path: '/events?x=1' })
    expect(sinkOf('http://billing?x=1')).toEqual({ service: 'billing', path: '/?x=1' })
  })
})

describe('the keys of an event type', () => {
  it('are its own, those of what it begins with, and that of all', () => {
    expect(eventKeys('com.example.order.placed')).toEqual([
      'events/com.example.order.placed',
      'events/com.example.order.*',
      'events/com.example.*',
      'events/com.*',
      'events/*',
    ])
    expect(eventKeys('ping')).toEqual(['events/ping', 'events/*'])
  })

  it('are nine at most, and that of all is always among them', () => {
    const keys = eventKeys(Array.from({ length: 20 }, (_, index) => `l${index}`).join('.'))
    expect(keys).toHaveLength(9)
    expect(keys.at(-1)).toBe('events/*')
    expect(keys[1]).toContain('.l18.*')
  })

  it.each(['a b', '', 'a..b', 'x'.repeat(401), 'é'])('are that of all alone, where no key can hold it: %j', (type) => {
    expect(eventKeys(type)).toEqual(['events/*'])
  })

  it.each(['events/*', 'events/com.example.*', 'events/com.Example-1.order_placed~x:y', 'events/ping'])(
    'may be called %s',
    (name) => {
      expect(misnamedEvents(name)).toBeUndefined()
    },
  )

  it.each([
    'events/',
    'events/.*',
    'events/a.*.b',
    'events/*.a',
    'events/a b',
    'events/a/b',
    'events/**',
    `events/${'x'.repeat(401)}`,
  ])('may not be called %s', (name) => {
    expect(misnamedEvents(name)).toContain('is no key of subscriptions')
  })
})
