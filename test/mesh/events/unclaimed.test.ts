/** Events that nobody wants are counted: in the isolate, over isolates, and as a metric. */
import { describe, expect, it } from 'vitest'
import { numberBook } from '../../../src/durable/stats/number-book.ts'
import { makeTables } from '../../../src/durable/stats/tables.ts'
import { counting } from '../../../src/mesh/counting.ts'
import { metricsOf } from '../../../src/telemetry/numbers/metrics.ts'
import { numbers } from '../../../src/telemetry/numbers/numbers.ts'
import { folded, sumOf } from '../../../src/telemetry/numbers/sum.ts'
import { givenEvent, givenEvents } from '../../support/given-events.ts'
import { nodeStore } from '../../support/node-store.ts'

const TYPE = 'com.example.order.placed'

describe('events that nobody wants', () => {
  it('are counted by topic and type, and those that somebody wants are not', async () => {
    const counted = numbers()
    const subscriptions = [{ id: 'a', sink: 'http://a/', filters: [{ exact: { subject: 'eu' } }] }]
    const given = givenEvents({
      services: { a: () => new Response() },
      events: { [`events/${TYPE}`]: { subscriptions } },
      options: { counting: counting(counted) },
    })
    given.put(givenEvent({ subject: 'eu' }))
    given.put(givenEvent({ subject: 'us' }))
    given.put(givenEvent({ type: 'other', meshtopic: 'services/audit' }))
    given.put(givenEvent({ type: 'other', meshtopic: 'services/audit', subscriber: 'gone' }))
    await given.drain()
    const services = counted.take()?.services ?? {}
    expect(services.events?.unclaimed).toEqual({ [TYPE]: 1 })
    expect(services.audit?.unclaimed).toEqual({ other: 1 })
    expect(services.a).not.toHaveProperty('unclaimed')
  })

  it('are taken by their topic, and so are those that are sent on to several', async () => {
    const counted = numbers()
    const subscriptions = ['a', 'b'].map((id) => ({ id, sink: `http://${id}/` }))
    const given = givenEvents({
      services: { a: () => new Response(), b: () => new Response(null, { status: 422 }) },
      events: { [`events/${TYPE}`]: { subscriptions } },
      options: { counting: counting(counted) },
    })
    given.put(givenEvent())
    given.put(givenEvent({ type: 'other' }))
    await given.drain()
    const services = counted.take()?.services ?? {}
    const ofQueue = (name: string) => services[name]?.deliveries?.events
    expect(Object.keys(services).sort()).toEqual(['a', 'b', 'events'])
    expect([ofQueue('events'), ofQueue('a')]).toMatchObject([[2], [1]])
    expect(ofQueue('b')).not.toEqual(ofQueue('a'))
  })

  it('are one metric over all isolates', () => {
    const store = nodeStore()
    makeTables(store)
    const book = numberBook(store)
    for (let isolate = 0; isolate < 3; isolate++) {
      const counted = numbers()
      counted.unclaimed('events', TYPE)
      counted.unclaimed('events', 'other')
      counted.unclaimed('events', 'other')
      const digest = counted.take()
      if (digest) book.take(digest, 1_000_000)
    }
    book.flush(1_000_000)
    const samples = metricsOf(book.totals(), 3).find(({ name }) => name === 'selvedge_events_unclaimed')?.samples
    expect(samples).toMatchObject([
      { labels: { service: 'events', type: TYPE }, value: 3 },
      { labels: { service: 'events', type: 'other' }, value: 6 },
    ])
  })

  it('make no more series than there is room for, whatever types are invented', () => {
    const counted = numbers(3)
    for (let at = 0; at < 10; at++) counted.unclaimed('events', `t${at}`)
    const { services = {}, overflow = 0 } = counted.take() ?? {}
    expect(services.events?.unclaimed).toEqual({ t0: 1, t1: 1, '(other)': 8 })
    expect(overflow).toBe(8)
    const whole = sumOf([services.events as never])
    expect(folded(whole, 1).unclaimed).toEqual({ t0: 1, '(other)': 9 })
  })
})
