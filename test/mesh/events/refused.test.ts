/** Subscriptions that are not understood, and a registry that does not answer: events wait for them, and hold up nobody else. */
import { describe, expect, it } from 'vitest'
import { viaMesh } from '../../../src/registry/via-mesh.ts'
import { givenEvent, givenEvents } from '../../support/given-events.ts'
import { givenMessage } from '../../support/given-queue.ts'

const ok = () => new Response(null, { status: 204 })
const KEY = 'events/com.example.order.placed'
const WIDE = 'events/com.example.*'
const subscribed = (...ids: string[]) => ({ subscriptions: ids.map((id) => ({ id, sink: `http://${id}/` })) })
const broken = { subscriptions: [{ id: 'audit', sink: 'http://audit/', filters: [{ sql: 'TRUE' }] }] }

describe('an event of which one key is not understood', () => {
  it('reaches those of the other keys at once, and those of that key when it is mended', async () => {
    const given = givenEvents({
      services: { billing: ok, audit: ok },
      events: { [KEY]: subscribed('billing'), [WIDE]: broken },
    })
    await given.bring(givenMessage(givenEvent()))
    const sent = given.waiting.map(({ body }) => [body.subscriber, body.meshkey])
    expect(sent).toEqual([
      ['billing', undefined],
      [undefined, WIDE],
    ])
    given.registry.set(WIDE, subscribed('audit', 'billing'))
    await given.clock.advance(5000)
    await given.drain()
    expect(given.called.map(({ service }) => service).sort()).toEqual(['audit', 'billing'])
    expect(given.letters).toEqual([])
  })

  it('is dead for that key alone, with the reason, where nobody mends it', async () => {
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing'), [WIDE]: broken } })
    given.put(givenEvent())
    await given.drain()
    expect(given.of('billing')).toHaveLength(1)
    expect(given.letters).toMatchObject([
      {
        data: {
          reason: 'attempts_used_up',
          detail: expect.stringContaining(`${WIDE}: $.subscriptions[0].filters[0]`),
          message: { meshkey: WIDE },
        },
      },
    ])
  })

  it('waits for it as it is where nobody else wants it', async () => {
    const given = givenEvents({ services: { audit: ok }, events: { [WIDE]: broken } })
    const message = givenMessage(givenEvent())
    await given.bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    given.registry.set(WIDE, subscribed('audit'))
    await given.clock.advance(5000)
    await given.bring(givenMessage(givenEvent(), 2))
    expect(given.of('audit')).toHaveLength(1)
  })

  it('for one subscriber is delivered to it, and not sent on again', async () => {
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing'), [WIDE]: broken } })
    await given.bring(givenMessage(givenEvent({ subscriber: 'billing' })))
    expect(given.of('billing')).toHaveLength(1)
    expect(given.waiting).toEqual([])
  })

  it('goes by the last good subscriptions where this isolate knows any', async () => {
    const given = givenEvents({ services: { audit: ok }, events: { [WIDE]: subscribed('audit') } })
    given.put(givenEvent({ id: 'e-1' }))
    await given.drain()
    given.registry.set(WIDE, broken)
    await given.clock.advance(5000)
    given.put(givenEvent({ id: 'e-2' }))
    await given.drain()
    expect(given.of('audit')).toHaveLength(2)
    expect(given.log).toMatchObject([{ event: 'record_refused', key: WIDE }])
  })
})

describe('an event while the registry does not answer', () => {
  it('comes again, and is not taken for one that nobody wants', async () => {
    let isDown = true
    const given = givenEvents({ services: { billing: ok }, events: { [KEY]: subscribed('billing') } })
    const { registry } = given
    const read: typeof registry.read = (keys) =>
      isDown ? Promise.reject(new Error('KV GET failed: 503')) : registry.read(keys)
    const down = givenEvents({ services: { billing: ok }, options: { registry: { read } } })
    const message = givenMessage(givenEvent())
    await down.bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(down.letters).toEqual([])
    isDown = false
    await down.bring(givenMessage(givenEvent(), 2))
    expect(down.of('billing')).toHaveLength(1)
  })
})

describe('an event for a mesh that looks names up through another', () => {
  it('comes again, and is not taken for one that nobody wants', async () => {
    const given = givenEvents({ options: { registry: viaMesh() } })
    const message = givenMessage(givenEvent())
    await given.bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(given.log).toMatchObject([{ event: 'record_refused', key: KEY }])
  })
})
