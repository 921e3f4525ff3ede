import { describe, expect, it } from 'vitest'
import { publish } from '../../../src/events.ts'
import { givenEvent, givenEvents, NOW } from '../../support/given-events.ts'
import { givenMessage } from '../../support/given-queue.ts'

const ok = () => new Response(null, { status: 204 })
const fails = () => new Response('no', { status: 503 })
const KEY = 'events/com.example.order.placed'
const placed = { type: 'com.example.order.placed', source: 'http://orders/42', subject: '42', data: { total: 12 } }
const subscribed = (...ids: string[]) => ({ subscriptions: ids.map((id) => ({ id, sink: `http://${id}/events` })) })
const headersOf = (request: Request | undefined) => Object.fromEntries(request?.headers ?? [])

describe('an event that one has subscribed to', () => {
  it('is delivered at once, in binary mode, with what it was published with', async () => {
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    const id = await given.clock.run(publish(given.mesh, placed))
    expect(given.called).toEqual([])
    expect(await given.drain()).toBe(1)
    const [request] = given.of('billing')
    expect(request).toMatchObject({ method: 'POST', url: 'http://billing/events' })
    expect(headersOf(request)).toMatchObject({
      'ce-specversion': '1.0',
      'ce-id': id,
      'ce-type': 'com.example.order.placed',
      'ce-source': 'http://orders/42',
      'ce-subject': '42',
      'ce-time': new Date(NOW).toISOString(),
      'content-type': 'application/json',
      'idempotency-key': id,
      'selvedge-delivery-attempt': '1',
      'selvedge-retry-allowance': '0',
      'selvedge-priority': 'sheddable',
    })
    expect(await request?.json()).toEqual({ total: 12 })
    expect(Object.keys(headersOf(request)).filter((name) => /^ce-(mesh|subscriber)/.test(name))).toEqual([])
  })

  it('comes again with the same id and a higher attempt, until it is taken', async () => {
    let left = 2
    const busy = () => (left-- > 0 ? new Response(null, { status: 503, headers: { 'retry-after': '3' } }) : ok())
    const given = givenEvents({ services: { billing: busy }, events: { [KEY]: subscribed('billing') } })
    given.put(givenEvent())
    await given.drain()
    expect(
      given.of('billing').map(({ headers }) => [headers.get('ce-id'), headers.get('selvedge-delivery-attempt')]),
    ).toEqual([
      ['e-1', '1'],
      ['e-1', '2'],
      ['e-1', '3'],
    ])
    expect(given.clock.now() - NOW).toBeGreaterThanOrEqual(6000)
    expect(given.letters).toEqual([])
  })

  it('goes on with the trace in which it was published', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    const init = { method: 'POST', headers: { traceparent, 'ce-specversion': '1.0', 'ce-type': placed.type } }
    await given.clock.run(given.mesh.fetch('http://events/', init))
    await given.drain()
    const got = given.of('billing')[0]?.headers.get('traceparent')
    expect(got).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/)
  })

  it('keeps the trace that its publisher wrote into it', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    await given.clock.run(publish(given.mesh, { ...placed, traceparent }))
    await given.drain()
    expect(given.of('billing')[0]?.headers.get('ce-traceparent')).toBe(traceparent)
    expect(given.of('billing')[0]?.headers.get('traceparent')).toContain('4bf92f3577b34da6a3ce929d0e0e4736')
  })

  it('is of the caller that published it, for the access of its sink', async () => {
    const { access } = await import('../../../src/trust.ts')
    const rules = [{ name: 'shop', effect: 'allow', callers: ['shop'] }]
    const billing = { endpoints: [{ binding: 'SERVICE_0' }], access: { default: 'deny', rules } }
    const world = { services: { billing: ok }, events: { [KEY]: subscribed('billing') }, records: { billing } }
    const known = givenEvents({ ...world, options: { trust: access, name: 'shop' } })
    await known.clock.run(publish(known.mesh, placed))
    await known.drain()
    expect(known.of('billing').map(({ headers }) => headers.get('selvedge-caller'))).toEqual(['shop'])
    const unknown = givenEvents({ ...world, options: { trust: access } })
    unknown.put(givenEvent())
    await unknown.drain()
    expect(unknown.called).toEqual([])
    expect(unknown.letters).toMatchObject([{ data: { reason: 'caller_unknown', to: 'billing' } }])
  })
})

describe('an event that several have subscribed to', () => {
  it('is a message for each, so that one that always fails holds up nobody', async () => {
    const given = givenEvents({
      services: { billing: ok, mail: ok, broken: fails },
      events: {
        [KEY]: {
          subscriptions: [
            ...subscribed('billing', 'mail').subscriptions,
            { id: 'broken', sink: 'http://broken/', delivery: { attempts: 4 } },
          ],
        },
      },
    })
    for (let index = 0; index < 20; index++) given.put(givenEvent({ id: `e-${index}` }))
    const ids = Array.from({ length: 20 }, (_, index) => `e-${index}`).sort()
    const takenAt: number[] = []
    const idsOf = (name: string) =>
      given
        .of(name)
        .map(({ headers }) => headers.get('ce-id') ?? '')
        .sort()
    await given.drain(10_000, () => {
      if (idsOf('billing').length === 20 && idsOf('mail').length === 20) takenAt.push(given.clock.now())
    })
    for (const name of ['billing', 'mail']) expect(idsOf(name)).toEqual(ids)
    // Before anything of the failing one came again.
    expect(takenAt[0]).toBeLessThan(NOW + 2_500)
    expect(given.of('broken')).toHaveLength(80)
    expect(given.letters).toHaveLength(20)
    expect(given.letters.every(({ data }) => data.reason === 'attempts_used_up' && data.attempts === 4)).toBe(true)
  })

  it('has a dead letter that is delivered again to the one that did not take it, and to nobody else', async () => {
    let status = 422
    const given = givenEvents({
      services: { billing: ok, mail: () => new Response(null, { status }) },
      events: { [KEY]: subscribed('billing', 'mail') },
    })
    given.put(givenEvent())
    await given.drain()
    expect(given.letters).toMatchObject([
      {
        id: 'e-1',
        subject: 'events',
        data: { reason: 'status 422', to: 'mail', message: { subscriber: 'mail', type: placed.type } },
      },
    ])
    status = 204
    given.put(given.letters[0]?.data.message)
    await given.drain()
    expect(given.of('billing')).toHaveLength(1)
    expect(given.of('mail')).toHaveLength(2)
  })

  it('has a dead letter for its one subscriber, where there was one, though others have come since', async () => {
    const given = givenEvents({
      services: { billing: () => new Response(null, { status: 422 }), late: ok },
      events: { [KEY]: subscribed('billing') },
    })
    given.put(givenEvent())
    await given.drain()
    given.registry.set(KEY, subscribed('billing', 'late'))
    await given.clock.advance(10_000)
    given.put(given.letters[0]?.data.message)
    await given.drain()
    expect(given.of('late')).toEqual([])
    expect(given.of('billing')).toHaveLength(2)
  })

  it('expands twice with the same ids where its consumer ends between the sending and the end', async () => {
    const given = givenEvents({ services: { billing: ok, mail: ok }, events: { [KEY]: subscribed('billing', 'mail') } })
    const message = givenMessage(givenEvent())
    await given.bring(message)
    expect(message.calls).toEqual([{ acked: true }])
    // The end was not heard of: it is brought again.
    await given.bring(givenMessage(givenEvent(), 2))
    await given.drain()
    expect(given.of('billing').map(({ headers }) => headers.get('idempotency-key'))).toEqual(['e-1', 'e-1'])
    expect(given.of('mail')).toHaveLength(2)
  })

  it('comes again, and is lost to nobody, where the queue takes none of them', async () => {
    const EVENTS = {
      send: async () => {},
      async sendBatch() {
        throw new Error('Queue is overloaded. Please back off.')
      },
    }
    const given = givenEvents({
      services: { billing: ok, mail: ok },
      events: { [KEY]: subscribed('billing', 'mail') },
      env: { EVENTS },
    })
    const message = givenMessage(givenEvent())
    await given.bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
  })

  it('is sent on in several batches where there are more than a hundred', async () => {
    const ids = Array.from({ length: 250 }, (_, index) => `s-${index}`)
    const subscriptions = ids.map((id) => ({ id, sink: 'http://all/' }))
    const given = givenEvents({ services: { all: ok }, events: { [KEY]: { subscriptions } } })
    given.put(givenEvent())
    await given.drain()
    expect(given.batches).toEqual([100, 100, 50])
    expect(given.of('all')).toHaveLength(250)
  })

  it('reaches all of them, some twice, where its consumer ends between two batches', async () => {
    const subscriptions = Array.from({ length: 250 }, (_, index) => ({ id: `s-${index}`, sink: 'http://all/' }))
    let sends = 0
    const given = givenEvents({
      services: { all: ok },
      events: { [KEY]: { subscriptions } },
      env: {
        EVENTS: {
          send: async () => {},
          async sendBatch(messages: readonly { body: unknown }[]) {
            sends += 1
            if (sends === 2) throw new Error('Network connection lost.')
            for (const { body } of messages) given.put(body)
          },
        },
      },
    })
    given.put(givenEvent())
    await given.drain()
    expect(sends).toBe(5)
    expect(given.called).toHaveLength(350)
    expect(new Set(given.called.map(({ request }) => request.headers.get('ce-id')))).toEqual(new Set(['e-1']))
  })

  it('is sent on in as many as its size takes, too', async () => {
    const given = givenEvents({ services: { all: ok }, events: { [KEY]: subscribed('a', 'b', 'c', 'd', 'e') } })
    for (const name of ['a', 'b', 'c', 'd', 'e']) given.registry.set(name, { endpoints: [{ binding: 'SERVICE_0' }] })
    given.put(givenEvent({ data: 'x'.repeat(100_000) }))
    await given.drain()
    expect(given.batches).toEqual([2, 2, 1])
    expect(given.called).toHaveLength(5)
  })

  it('is begun only where it can be ended: one that no invocation can send on is dead, with the reason', async () => {
    const subscriptions = Array.from({ length: 400 }, (_, index) => ({ id: `s-${index}`, sink: 'http://all/' }))
    const given = givenEvents({
      services: { all: ok },
      events: { [KEY]: { subscriptions } },
      options: { maxSubrequests: 3 },
    })
    given.put(givenEvent())
    await given.drain()
    expect(given.batches).toEqual([])
    expect(given.letters).toMatchObject([{ data: { reason: 'request_too_large' } }])
  })

  it('waits for another invocation where this one has too few subrequests left', async () => {
    const subscriptions = Array.from({ length: 250 }, (_, index) => ({ id: `s-${index}`, sink: 'http://all/' }))
    const given = givenEvents({
      services: { all: ok },
      events: { [KEY]: { subscriptions } },
      options: { maxSubrequests: 8 },
    })
    const messages = [1, 2, 3].map((index) => givenMessage(givenEvent({ id: `e-${index}` }), 1, `m-${index}`))
    await given.bring(...messages)
    expect(given.batches).toHaveLength(6)
    expect(messages.some(({ calls }) => calls.some((call) => 'retriedIn' in call && call.retriedIn === 1))).toBe(true)
  })

  it('needs the topic in its Worker, and comes again until that is bound', async () => {
    const given = givenEvents({
      services: { billing: ok, mail: ok },
      events: { [KEY]: subscribed('billing', 'mail') },
      records: { events: { endpoints: ['https://events.example'] } },
    })
    const message = givenMessage(givenEvent())
    await given.bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
  })

  it('goes back by the topic through which it came', async () => {
    const sent: string[] = []
    const queue = (name: string) => ({ send: async () => {}, sendBatch: async () => void sent.push(name) })
    const given = givenEvents({
      events: { [KEY]: subscribed('billing', 'mail') },
      records: { audit: { endpoints: [{ topic: { binding: 'AUDIT' } }, { topic: { binding: 'MORE' } }] } },
      env: { AUDIT: queue('AUDIT'), MORE: queue('MORE') },
    })
    await given.bring(givenMessage(givenEvent({ meshtopic: 'services/audit', meshendpoint: 'topic:MORE' })))
    await given.bring(givenMessage(givenEvent({ meshtopic: 'services/audit', meshendpoint: 'topic:GONE' })))
    expect(sent).toEqual(['MORE', 'AUDIT'])
  })
})

describe('who gets it', () => {
  it('is said by all keys that match its type, each id once: the most specific counts', async () => {
    const given = givenEvents({
      services: { own: ok, wide: ok, all: ok, shadowed: ok },
      events: {
        [KEY]: subscribed('own'),
        'events/com.example.order.*': {
          subscriptions: [
            { id: 'wide', sink: 'http://wide/' },
            { id: 'own', sink: 'http://shadowed/' },
          ],
        },
        'events/com.example.*': { subscriptions: [{ id: 'wide', sink: 'http://shadowed/' }] },
        'events/*': subscribed('all'),
        'events/com.example.order.placed.*': subscribed('shadowed'),
      },
    })
    given.put(givenEvent())
    await given.drain()
    expect(given.called.map(({ service }) => service).sort()).toEqual(['all', 'own', 'wide'])
  })

  it('is narrowed by filters, all of which must hold', async () => {
    const filters = [
      { exact: { subject: 'eu' } },
      { any: [{ prefix: { source: 'http://orders/' } }, { suffix: { type: '.cancelled' } }] },
    ]
    const given = givenEvents({
      services: { billing: ok },
      events: { [KEY]: { subscriptions: [{ id: 'billing', sink: 'http://billing/', filters }] } },
    })
    given.put(givenEvent({ id: 'e-1', subject: 'eu' }))
    given.put(givenEvent({ id: 'e-2', subject: 'us' }))
    given.put(givenEvent({ id: 'e-3', subject: 'eu', source: 'http://imports/' }))
    await given.drain()
    expect(given.of('billing').map(({ headers }) => headers.get('ce-id'))).toEqual(['e-1'])
  })

  it('is nobody: it is done, counted as unclaimed in the log, and no dead letter', async () => {
    const given = givenEvents({ services: {}, events: {} })
    const message = givenMessage(givenEvent({ meshcaller: 'shop' }))
    await given.bring(message)
    expect(message.calls).toEqual([{ acked: true }])
    expect(given.letters).toEqual([])
    expect(given.log).toMatchObject([{ event: 'event_unclaimed', key: KEY, caller: 'shop' }])
  })

  it('is the subscriber of a message for it alone, where that still wants it', async () => {
    const given = givenEvents({
      services: { billing: ok, mail: ok },
      events: {
        [KEY]: {
          subscriptions: [
            { id: 'billing', sink: 'http://billing/', filters: [{ exact: { subject: 'eu' } }] },
            { id: 'mail', sink: 'http://mail/' },
          ],
        },
      },
    })
    given.put(givenEvent({ id: 'e-1', subscriber: 'billing', subject: 'eu' }))
    given.put(givenEvent({ id: 'e-2', subscriber: 'billing', subject: 'us' }))
    given.put(givenEvent({ id: 'e-3', subscriber: 'gone' }))
    await given.drain()
    expect(given.called.map(({ service, request }) => [service, request.headers.get('ce-id')])).toEqual([
      ['billing', 'e-1'],
    ])
    expect(given.log).toEqual([])
    expect(given.letters).toEqual([])
  })

  it('is said by the record as it stands when it is brought, 5 s old at most', async () => {
    const given = givenEvents({ services: { billing: ok, mail: ok }, events: { [KEY]: subscribed('billing') } })
    given.put(givenEvent({ id: 'e-1' }))
    await given.drain()
    given.registry.set(KEY, subscribed('mail'))
    await given.clock.advance(5000)
    given.put(givenEvent({ id: 'e-2' }))
    await given.drain()
    expect(given.called.map(({ service }) => service)).toEqual(['billing', 'mail'])
  })
})

describe('how it is delivered', () => {
  it.each([
    ['structured', 'application/cloudevents+json; charset=utf-8'],
    ['batch', 'application/cloudevents-batch+json; charset=utf-8'],
  ])('is as its subscription says: %s', async (contentmode, type) => {
    const subscription = {
      id: 'billing',
      sink: 'http://billing/in?x=1',
      protocol: 'HTTP',
      protocolsettings: { contentmode, method: 'PUT', headers: { 'x-team': 'a' } },
    }
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: { subscriptions: [subscription] } } })
    given.put(givenEvent({ meshcaller: 'shop', meshhops: 1, subscriber: 'billing' }))
    await given.drain()
    const [request] = given.of('billing')
    expect(request).toMatchObject({ method: 'PUT', url: 'http://billing/in?x=1' })
    expect(headersOf(request)).toMatchObject({ 'content-type': type, 'x-team': 'a', 'idempotency-key': 'e-1' })
    const body = await request?.json()
    expect(contentmode === 'batch' ? body : [body]).toEqual([givenEvent()])
  })

  it('is as often as its subscription says, and as long', async () => {
    const subscriptions = [
      { id: 'few', sink: 'http://broken/', delivery: { attempts: 2, backoff: '1s' } },
      { id: 'brief', sink: 'http://broken/brief', delivery: { expire: '20s', backoff: '10s' } },
    ]
    const given = givenEvents({ services: { broken: fails }, events: { [KEY]: { subscriptions } } })
    given.put(givenEvent({ subscriber: 'few' }))
    given.put(givenEvent({ subscriber: 'brief' }))
    // The time of a message is when it was put there; this queue says the beginning.
    await given.drain()
    expect(
      given.letters.map(({ data }) => `${data.reason} ${(data.message as { subscriber: string }).subscriber}`).sort(),
    ).toEqual(['attempts_used_up few', 'expired brief'])
    expect(given.of('broken').filter(({ url }) => !url.endsWith('brief'))).toHaveLength(2)
  })

  it('goes to the dead letters of its subscription', async () => {
    const sent: unknown[] = []
    const subscriptions = [{ id: 'billing', sink: 'http://billing/', delivery: { deadLetter: 'BILLING_DLQ' } }]
    const BILLING_DLQ = { send: async (letter: unknown) => void sent.push(letter) }
    const given = givenEvents({
      services: { billing: () => new Response(null, { status: 400 }) },
      events: { [KEY]: { subscriptions } },
      env: { BILLING_DLQ },
    })
    given.put(givenEvent())
    await given.drain()
    expect(sent).toHaveLength(1)
    expect(given.letters).toEqual([])
  })

  it.each([
    ['expired', { expirytime: new Date(NOW - 6000).toISOString() }],
    ['unknown_version', { specversion: '0.3' }],
    ['not_an_event', { specversion: undefined }],
    ['malformed', { id: '' }],
    ['malformed', { data_base64: 'AA==' }],
    ['malformed', { time: 'yesterday' }],
  ])('is not, where the message is %s: it is dead with the reason', async (reason, over) => {
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    await given.bring(givenMessage(givenEvent(over)))
    expect(given.called).toEqual([])
    expect(given.letters).toMatchObject([{ data: { reason } }])
  })

  it.each([
    ['which is 4 s behind', -4_000],
    ['which is 4 s ahead', 4_000],
    ['an hour ahead, whatever its time says', 3_600_000],
  ])('is by a clock %s', async (_, ms) => {
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    const at = new Date(NOW + ms).toISOString()
    given.put(givenEvent({ time: at, expirytime: at }))
    await given.drain()
    expect(given.of('billing')).toHaveLength(1)
  })

  it('is not made again where the mesh remembers that it was taken, for each subscriber and source', async () => {
    const taken = new Set<string>()
    const INBOX_OBJECT = {
      getByName: (name: string) => ({
        claim: async (key: string) => (taken.has(`${name} ${key}`) ? { state: 'done' } : { state: 'new', token: 't' }),
        done: async (key: string) => void taken.add(`${name} ${key}`),
        release: async () => {},
      }),
    }
    const delivery = { deduplicate: '24h' }
    const subscriptions = ['a', 'b'].map((id) => ({ id, sink: 'http://all/', delivery }))
    const given = givenEvents({ services: { all: ok }, events: { [KEY]: { subscriptions } }, env: { INBOX_OBJECT } })
    // The platform's digest is waited for, which no timer of the test's clock brings.
    const bring = (bodies: readonly unknown[]) => {
      const messages = bodies.map((body, at) => givenMessage(body, 1, `m-${at}`))
      return given.deliver({ queue: 'events', messages }, given.env, given.ctx)
    }
    for (const source of ['http://one/', 'http://one/', 'http://two/']) await bring([givenEvent({ source })])
    expect(given.waiting).toHaveLength(6)
    for (const { body } of given.waiting) await bring([body])
    expect(given.of('all')).toHaveLength(4)
  })

  it('holds up no other, whatever somebody has put into the queue', async () => {
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    const odd = {
      meshtopic: 5,
      meshendpoint: 5,
      meshcaller: 5,
      meshhops: -1,
      traceparent: 5,
      tracestate: true,
      redriven: 'x',
    }
    const nobody = { ...odd, type: 'nobody', meshkey: true, subscriber: false }
    const bodies = [
      givenEvent(odd),
      givenEvent(nobody),
      givenEvent({ id: 'é\u{1f600}', data: 12n }),
      new Map([['specversion', '1.0']]),
    ]
    const messages = [...bodies, givenEvent({ id: 'good' })].map((body, at) => givenMessage(body, 1, `m-${at}`))
    await given.bring(...messages)
    expect(messages.map(({ calls }) => calls.length)).toEqual([1, 1, 1, 1, 1])
    expect(given.of('billing').map(({ headers }) => headers.get('ce-id'))).toContain('good')
    expect(given.of('billing')[0]?.headers.get('ce-traceparent')).toBe('5')
  })

  it('is to a name that has no record yet: it comes again', async () => {
    const given = givenEvents({ events: { [KEY]: subscribed('nobody') } })
    const message = givenMessage(givenEvent())
    await given.bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
  })

  it('is also of requests, as before', async () => {
    const given = givenEvents({
      services: { resizer: ok },
      records: { jobs: { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }] } },
    })
    const { givenEnvelope } = await import('../../support/given-queue.ts')
    await given.bring(givenMessage(givenEnvelope()))
    expect(given.of('resizer')).toHaveLength(1)
  })
})

describe('events that go round', () => {
  it('end after 16 hops, as a dead letter', async () => {
    const given = givenEvents({ events: { [KEY]: { subscriptions: [{ id: 'again', sink: 'http://events/' }] } } })
    await given.clock.run(publish(given.mesh, placed))
    expect(await given.drain()).toBe(16)
    expect(given.letters).toMatchObject([{ data: { reason: 'loop_detected', to: 'events' } }])
  })
})
