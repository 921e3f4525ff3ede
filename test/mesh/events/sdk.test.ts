/** CloudEvents' own SDK as the judge of our wire, both ways: what it writes is published, what is delivered it reads. */
import { CloudEvent, HTTP } from 'cloudevents'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { publish } from '../../../src/events.ts'
import { givenEvents } from '../../support/given-events.ts'

const ok = () => new Response(null, { status: 204 })
type Message = ReturnType<typeof HTTP.binary>

/** A topic with one subscriber that gets everything, in a mode. */
function given(contentmode = 'binary') {
  const subscriptions = [{ id: 'all', sink: 'http://all/', protocolsettings: { contentmode } }]
  const world = givenEvents({ services: { all: ok }, events: { 'events/*': { subscriptions } } })
  const got = async () =>
    Promise.all(
      world
        .of('all')
        .map(async (request) => ({ headers: Object.fromEntries(request.headers), body: await request.clone().text() })),
    )
  return { ...world, got }
}

const sent = ({ headers, body }: Message) => {
  const init = {
    method: 'POST',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  }
  return { ...init, ...(body !== undefined && body !== null && { body: body as string }) }
}

const event = new CloudEvent({
  id: 'e-1',
  source: 'http://orders/42',
  type: 'com.example.order.placed',
  subject: '42',
  time: '2026-11-24T16:00:00.000Z',
  dataschema: 'http://schemas/order',
  datacontenttype: 'application/json',
  myext: 'custom',
  data: { total: 12, lines: ['a', 'b'] },
})

/** Attributes that the mesh adds: the trace of the call that published it. */
const told = (one: unknown) => ({ ...JSON.parse(JSON.stringify(one)), traceparent: undefined })

describe('what the SDK writes', () => {
  it.each(['binary', 'structured'] as const)(
    'in %s mode is published and delivered, and the SDK reads it as it was',
    async (mode) => {
      for (const out of ['binary', 'structured'] as const) {
        const world = given(out)
        const answer = await world.clock.run(world.mesh.fetch('http://events/', sent(HTTP[mode](event))))
        expect(answer.status).toBe(202)
        await world.drain()
        const [message] = await world.got()
        expect(HTTP.isEvent(message as Message)).toBe(true)
        expect(told(HTTP.toEvent(message as Message))).toEqual(told(event))
      }
    },
  )

  it('is read by the SDK in batch mode, too', async () => {
    const world = given('batch')
    await world.clock.run(world.mesh.fetch('http://events/', sent(HTTP.structured(event))))
    await world.drain()
    const [message] = await world.got()
    // Its own reader compares the whole content type.
    const batch = HTTP.toEvent({
      ...message,
      headers: { 'content-type': 'application/cloudevents-batch+json' },
    } as Message)
    expect((batch as CloudEvent<unknown>[]).map(told)).toEqual([told(event)])
  })

  it('with bytes is delivered with the same bytes', async () => {
    const bytes = Uint8Array.of(0, 1, 254, 255)
    const binary = new CloudEvent({
      id: 'e-2',
      source: '/a',
      type: 'a',
      datacontenttype: 'image/png',
      data_base64: btoa(String.fromCharCode(...bytes)),
    })
    const world = given()
    await world.clock.run(world.mesh.fetch('http://events/', sent(HTTP.structured(binary))))
    await world.drain()
    expect(new Uint8Array((await world.of('all')[0]?.arrayBuffer()) as ArrayBuffer)).toEqual(bytes)
  })
})

describe('what the mesh writes', () => {
  it('is an event of the SDK, whatever stands in it', async () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'Z', '0', '%', '"', ' ', '€', '😀', '\\', ',', ';', '='),
      minLength: 1,
      maxLength: 12,
    })
    const extension = fc.dictionary(
      fc.stringMatching(/^x[a-z0-9]{1,8}$/),
      fc.oneof(text, fc.boolean(), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
      { maxKeys: 3 },
    )
    const source = fc.webUrl({ withQueryParameters: true })
    const written = fc.record({ id: text, source, type: text, subject: text, extension, data: fc.jsonValue() })
    await fc.assert(
      fc.asyncProperty(written, async ({ extension, data, ...attributes }) => {
        const world = given('structured')
        const value = data === null ? {} : { data: JSON.parse(JSON.stringify(data)) }
        await world.clock.run(publish(world.mesh, { ...attributes, ...extension, ...value }))
        await world.drain()
        const [message] = await world.got()
        const read = JSON.parse(message?.body ?? '')
        const whole = new CloudEvent(read)
        expect(whole.validate()).toBe(true)
        // A header is a text: what came in binary mode stays one.
        const texts = Object.fromEntries(Object.entries(extension).map(([name, value]) => [name, String(value)]))
        expect(read).toMatchObject({ ...attributes, ...texts })
      }),
      { numRuns: 25, seed: 7 },
    )
  })

  it('in binary mode is decoded to the same attributes', async () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
      .filter((one) => one.isWellFormed() && !/\p{Cc}/u.test(one))
    await fc.assert(
      fc.asyncProperty(text, async (subject) => {
        const world = given()
        await world.clock.run(publish(world.mesh, { type: 'a', subject }))
        await world.drain()
        const header = world.of('all')[0]?.headers.get('ce-subject') ?? ''
        expect(header).toMatch(/^[\x21\x23-\x7e]+$/)
        expect(decodeURIComponent(header)).toBe(subject)
      }),
      { numRuns: 25, seed: 7 },
    )
  })
})
