import { describe, expect, it } from 'vitest'
import { publish } from '../../../src/events.ts'
import { BATCH_MESSAGES, EVENT_BYTES } from '../../../src/targets/topic/publish.ts'
import { givenEvents, NOW } from '../../support/given-events.ts'

const TYPE = { 'ce-specversion': '1.0', 'ce-type': 'com.example.placed' }

/** What stands in the queue after a request to the topic, and what was answered. */
async function posted(init: RequestInit, given = givenEvents()) {
  const answer = await given.clock.run(given.mesh.fetch('http://events/', { method: 'POST', ...init }))
  return { answer, status: answer.status, events: given.waiting.map(({ body }) => body), given }
}
const structured = (value: unknown) => ({
  headers: { 'content-type': 'application/cloudevents+json' },
  body: JSON.stringify(value),
})
const batch = (value: unknown) => ({
  headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
  body: JSON.stringify(value),
})
const event = (over: object = {}) => ({
  specversion: '1.0',
  id: 'e-1',
  source: '/a',
  type: 'com.example.placed',
  ...over,
})

describe('an event that is published in binary mode', () => {
  it('rests in the queue in the JSON format, with what was left out', async () => {
    const { answer, status, events } = await posted(
      { headers: { ...TYPE, 'content-type': 'application/json' }, body: '{"total":12}' },
      givenEvents({ options: { name: 'shop' } }),
    )
    expect(status).toBe(202)
    const { id } = (await answer.json()) as { id: string }
    expect(id).toMatch(/^[0-9a-f]{32}$/)
    expect(events).toEqual([
      {
        specversion: '1.0',
        id,
        type: 'com.example.placed',
        source: 'http://shop/',
        time: new Date(NOW).toISOString(),
        datacontenttype: 'application/json',
        data: { total: 12 },
        traceparent: expect.stringMatching(/^00-/),
        meshcaller: 'shop',
        meshhops: 1,
        meshtopic: 'services/events',
        meshendpoint: 'topic:EVENTS',
      },
    ])
  })

  it('has what its headers say, percent-decoded, quoted as older senders do, and extensions', async () => {
    const headers = {
      ...TYPE,
      'ce-id': 'a%20b',
      'ce-source': '/s',
      'ce-subject': 'Euro%20%E2%82%AC%20%F0%9F%98%80',
      'ce-myext': '"a \\"b\\""',
      'ce-odd': '100%',
    }
    const { events } = await posted({ headers })
    expect(events).toMatchObject([{ id: 'a b', source: '/s', subject: 'Euro € 😀', myext: 'a "b"', odd: '100%' }])
    expect(events[0]).not.toHaveProperty('data')
    expect(events[0]).not.toHaveProperty('datacontenttype')
  })

  it.each([
    ['JSON', 'application/json', '{"a":[1,2.5,"x"]}', { data: { a: [1, 2.5, 'x'] } }],
    ['JSON of another name', 'application/geo+json; charset=utf-8', '[]', { data: [] }],
    ['JSON that is no JSON', 'application/json', '{"a":', { data_base64: 'eyJhIjo=' }],
    [
      'a number that JavaScript would round',
      'application/json',
      '{"id":9007199254740993}',
      { data_base64: btoa('{"id":9007199254740993}') },
    ],
    ['such digits in a text', 'application/json', '{"id":"9007199254740993"}', { data: { id: '9007199254740993' } }],
    ['null', 'application/json', 'null', { data_base64: btoa('null') }],
    ['text', 'text/plain', 'grüße', { data: 'grüße' }],
    ['text of another charset', 'text/plain; charset=latin1', 'a', { data_base64: 'YQ==' }],
    ['XML', 'application/xml', '<a/>', { data: '<a/>' }],
    ['bytes', 'image/png', Uint8Array.of(0, 255, 128), { data_base64: 'AP+A' }],
    ['bytes that say they are text', 'text/plain', Uint8Array.of(0xff, 0xfe), { data_base64: '//4=' }],
  ])('has %s as it came', async (_, type, body, held) => {
    const { events } = await posted({ headers: { ...TYPE, 'content-type': type }, body })
    expect(events).toMatchObject([{ ...held, datacontenttype: type }])
    expect(
      Object.keys(events[0] ?? {}).filter((name) => name.startsWith('data') && name !== 'datacontenttype'),
    ).toEqual(Object.keys(held))
  })

  it('has one id for all attempts of its call: the idempotency key where there is one', async () => {
    const { events } = await posted({ headers: { ...TYPE, 'idempotency-key': 'order-42' } })
    expect(events).toMatchObject([{ id: 'order-42' }])
    let failures = 1
    const sent: { id: string }[] = []
    const EVENTS = {
      async send(one: { id: string }) {
        sent.push(one)
        if (failures-- > 0) throw new Error('Network connection lost.')
      },
      sendBatch: async () => {},
    }
    const given = givenEvents({ env: { EVENTS } })
    const id = await given.clock.run(publish(given.mesh, { type: 'a' }))
    expect(sent.map((one) => one.id)).toEqual([id, id])
  })
})

describe('an event that is published in structured mode', () => {
  it('is as it was written; what is null is not there', async () => {
    const { status, events } = await posted(
      structured(event({ subject: null, data: { a: 1 }, myint: 10, mybool: true })),
    )
    expect(status).toBe(202)
    expect(events).toMatchObject([{ id: 'e-1', source: '/a', data: { a: 1 }, myint: 10, mybool: true }])
    expect(events[0]).not.toHaveProperty('subject')
  })

  it.each([
    ['no version', event({ specversion: undefined }), 'Its "specversion" is missing'],
    ['another version', event({ specversion: '0.3' }), 'Its "specversion" is "0.3", and must be "1.0".'],
    ['no type', event({ type: undefined }), 'Its "type" is missing.'],
    ['an empty source', event({ source: '' }), 'Its "source" is missing.'],
    ['a number for a text', event({ subject: 1 }), 'Its "subject" is 1, and must be a text.'],
    ['an object for an extension', event({ ext: {} }), 'Its "ext" is an object, and must be a text.'],
    ['a fraction for an extension', event({ ext: 1.5 }), 'Its "ext" is 1.5, and must be a text.'],
    ['a name that no attribute has', event({ 'My-Ext': 'a' }), '"My-Ext" is no name of an attribute'],
    ['a time that is none', event({ time: 'now' }), 'Its "time" is "now", and must be an RFC 3339 timestamp.'],
    ['both kinds of data', event({ data: 1, data_base64: 'AA==' }), 'It has both "data" and "data_base64".'],
    ['base64 that is none', event({ data_base64: '?' }), 'Its "data_base64" is no base64.'],
    ['control characters', event({ subject: 'a\nb' }), 'Its "subject" has control characters.'],
    ['half a character', event({ subject: '\ud800' }), 'Its "subject" has control characters.'],
    ['what the mesh writes', event({ subscriber: 'billing' }), '"subscriber" is an attribute that the mesh writes'],
    ['a caller of its own', event({ meshcaller: 'admin' }), '"meshcaller" is an attribute that the mesh writes'],
    [
      'a source that is no reference',
      event({ source: 'my orders' }),
      'Its "source" is "my orders", and must be a URI-reference.',
    ],
    ['a schema that is none', event({ dataschema: 'a b' }), 'Its "dataschema" is "a b", and must be a URI.'],
    ['a list', [event()], 'An event is a JSON object, got a list.'],
  ])('is refused with %s, in words', async (_, value, detail) => {
    const { answer, status, events } = await posted(structured(value))
    expect(status).toBe(400)
    expect(await answer.json()).toMatchObject({ status: 400, detail: expect.stringContaining(detail) })
    expect(events).toEqual([])
  })
})

describe('a batch', () => {
  it('goes into the queue at once, and is answered with the ids in its order', async () => {
    const given = givenEvents()
    const { answer, status, events } = await posted(
      batch([event(), event({ id: undefined }), event({ id: 'e-3' })]),
      given,
    )
    expect(status).toBe(202)
    const { ids } = (await answer.json()) as { ids: string[] }
    expect(ids).toEqual(['e-1', expect.stringMatching(/^[0-9a-f]{32}-1$/), 'e-3'])
    expect(events.map(({ id }) => id)).toEqual(ids)
    expect(given.batches).toEqual([3])
  })

  it('may be empty', async () => {
    const { answer, events } = await posted(batch([]))
    expect(await answer.json()).toEqual({ ids: [] })
    expect(events).toEqual([])
  })

  it('is refused whole where one event is none, which is named', async () => {
    const { answer, status, events } = await posted(batch([event(), event({ type: '' })]))
    expect(status).toBe(400)
    expect(await answer.json()).toMatchObject({ detail: 'Event 1: Its "type" is missing.' })
    expect(events).toEqual([])
  })

  it('has a hundred events at most', async () => {
    const many = (count: number) => batch(Array.from({ length: count }, (_, index) => event({ id: `e-${index}` })))
    expect((await posted(many(BATCH_MESSAGES))).status).toBe(202)
    await expect(posted(many(BATCH_MESSAGES + 1))).rejects.toMatchObject({ code: 'request_too_large' })
  })
})

describe('a topic', () => {
  it('holds events of so many bytes, with all that is noted of them', async () => {
    const text = (bytes: number) => ({ headers: { ...TYPE, 'content-type': 'text/plain' }, body: 'x'.repeat(bytes) })
    expect((await posted(text(EVENT_BYTES - 500))).status).toBe(202)
    await expect(posted(text(EVENT_BYTES))).rejects.toMatchObject({ code: 'request_too_large' })
    await expect(posted(text(300_000))).rejects.toMatchObject({ code: 'request_too_large' })
  })

  it.each([
    [400, 'no event at all', { headers: { 'content-type': 'application/json' }, body: '{}' }],
    [400, 'no JSON', { headers: { 'content-type': 'application/cloudevents+json' }, body: '{' }],
    [400, 'no list for a batch', batch(event())],
    [400, 'no UTF-8', { headers: { ...TYPE, 'ce-subject': '%C0%A0' } }],
    [400, 'data in a header', { headers: { ...TYPE, 'ce-data': '1' } }],
    [415, 'another format', { headers: { 'content-type': 'application/cloudevents+avro' }, body: 'x' }],
    [415, 'a body that is compressed', { headers: { ...TYPE, 'content-encoding': 'gzip' }, body: 'x' }],
    [405, 'another method', { method: 'PUT', headers: TYPE }],
  ])('answers %i to %s', async (status, _, init) => {
    const { answer, events } = await posted(init)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(events).toEqual([])
  })

  it('is passed over by a mesh that was made without topics, with the reason', async () => {
    await expect(
      posted({ headers: TYPE }, givenEvents({ options: { topics: undefined as never } })),
    ).rejects.toMatchObject({
      code: 'no_endpoint',
      message: expect.stringContaining('made without `topics` of selvedge/events'),
    })
  })

  it('is passed over where its queue is not bound', async () => {
    await expect(posted({ headers: TYPE }, givenEvents({ env: { EVENTS: undefined } }))).rejects.toMatchObject({
      code: 'no_endpoint',
      message: expect.stringContaining('no queue "EVENTS"'),
    })
  })

  it.each([
    ['throws', async () => Promise.reject(new Error('Queue is overloaded. Please back off.')), 'endpoint_unreachable'],
    ['hangs', () => new Promise<never>(() => {}), 'deadline_exceeded'],
  ])('fails as any endpoint where its queue %s', async (_, send, code) => {
    const given = givenEvents({ env: { EVENTS: { send, sendBatch: send } } })
    await expect(posted({ headers: TYPE }, given)).rejects.toMatchObject({ code })
  })

  it('is tried elsewhere where its queue takes nothing: the same event, by another queue', async () => {
    const sent: { id: string }[] = []
    const down = {
      send: async (one: { id: string }) => {
        sent.push(one)
        throw new Error('down')
      },
      sendBatch: async () => {},
    }
    const up = { ...down, send: async (one: { id: string }) => void sent.push(one) }
    const events = {
      endpoints: [{ topic: { binding: 'EVENTS' } }, { topic: { binding: 'OTHER' } }],
      loadBalancer: 'round-robin',
    }
    const given = givenEvents({ env: { EVENTS: down, OTHER: up }, records: { events } })
    const ids = new Set<string>()
    for (let time = 0; time < 2; time++) ids.add(await given.clock.run(publish(given.mesh, { type: 'a' })))
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map(({ id }) => id))).toEqual(ids)
  })

  it('consents to be sent events by whoever may call it', async () => {
    const asked = {
      method: 'OPTIONS',
      headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net', 'WebHook-Request-Rate': '120' },
    }
    const { answer, status } = await posted(asked)
    expect(status).toBe(200)
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'webhook-allowed-origin': 'eventgrid.azure.net',
      'webhook-allowed-rate': '120',
      allow: 'POST, OPTIONS',
    })
    const unlimited = await posted({ method: 'OPTIONS', headers: { 'WebHook-Request-Origin': 'a.example' } })
    expect(unlimited.answer.headers.get('webhook-allowed-rate')).toBe('*')
  })

  it('says what may be sent where nobody asks for consent', async () => {
    const { answer } = await posted({ method: 'OPTIONS' })
    expect(answer.headers.get('allow')).toBe('POST, OPTIONS')
    expect(answer.headers.has('webhook-allowed-origin')).toBe(false)
  })

  it('does not consent for a caller that its access does not let in', async () => {
    const { access } = await import('../../../src/trust.ts')
    const rules = [{ name: 'shop', effect: 'allow', callers: ['shop'] }]
    const events = { endpoints: [{ topic: { binding: 'EVENTS' } }], access: { default: 'deny', rules } }
    const asked = { method: 'OPTIONS', headers: { 'WebHook-Request-Origin': 'a.example' } }
    const world = (name: string) => givenEvents({ records: { events }, options: { trust: access, name } })
    expect((await posted(asked, world('shop'))).status).toBe(200)
    await expect(posted(asked, world('mail'))).rejects.toMatchObject({ code: 'caller_denied' })
  })
})
