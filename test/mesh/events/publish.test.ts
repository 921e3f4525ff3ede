import { describe, expect, it } from 'vitest'
import { type NewEvent, type PublishOptions, publish } from '../../../src/events.ts'
import { givenEvents } from '../../support/given-events.ts'

const published = async (event: NewEvent | readonly NewEvent[], options?: PublishOptions) => {
  const given = givenEvents({ records: { audit: { endpoints: [{ topic: { binding: 'EVENTS' } }] } } })
  const publishing = Array.isArray(event)
    ? publish(given.mesh, event as readonly NewEvent[], options)
    : publish(given.mesh, event as NewEvent, options)
  const id = await given.clock.run<string | string[]>(publishing)
  return { id, body: given.waiting[0]?.body, given }
}

describe('publish', () => {
  it.each([
    ['an object', { total: 12 }, undefined, { data: { total: 12 }, datacontenttype: 'application/json' }],
    ['a text, as JSON', 'a', undefined, { data: 'a', datacontenttype: 'application/json' }],
    ['a text as such', 'a', 'text/plain', { data: 'a', datacontenttype: 'text/plain' }],
    ['bytes', Uint8Array.of(0, 255), 'image/png', { data_base64: 'AP8=', datacontenttype: 'image/png' }],
    ['a buffer', Uint8Array.of(0, 255).buffer, 'image/png', { data_base64: 'AP8=', datacontenttype: 'image/png' }],
    ['zero', 0, undefined, { data: 0 }],
  ])('takes %s for data', async (_, data, datacontenttype, held) => {
    const { body } = await published({ type: 'a', data, datacontenttype })
    expect(body).toMatchObject(held)
  })

  it('takes what the specification has, and extensions', async () => {
    const event = {
      type: 'a',
      id: 'é 1',
      source: '/s',
      subject: 'grün',
      time: '2026-11-24T16:00:00Z',
      dataschema: 'http://s/',
      partitionkey: 'p',
      sequence: '0000000001',
    }
    const { id, body } = await published(event)
    expect(id).toBe('é 1')
    expect(body).toMatchObject(event)
    expect(body).not.toHaveProperty('data')
  })

  it('publishes several at once, and gives their ids in order', async () => {
    const { id, given } = await published([{ type: 'a', id: '1' }, { type: 'b' }])
    expect(id).toEqual(['1', expect.stringMatching(/^[0-9a-f]{32}$/)])
    expect(given.waiting.map(({ body }) => [body.type, body.id])).toEqual([
      ['a', '1'],
      ['b', id[1]],
    ])
  })

  it('publishes to the topic that is named', async () => {
    const { body } = await published({ type: 'a' }, { topic: 'audit' })
    expect(body).toMatchObject({ meshtopic: 'services/audit' })
  })

  it('says in the words of the topic what is wrong', async () => {
    const given = givenEvents()
    await expect(given.clock.run(publish(given.mesh, { type: '' }))).rejects.toThrow(
      /events took no event, and answered 400: .*Its \\"type\\" is missing/,
    )
  })

  it('carries the deadline and the trace of the call on whose behalf it is', async () => {
    const given = givenEvents({ options: { name: 'shop' } })
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    const call = given.mesh.for(new Request('http://shop/', { headers: { traceparent } }))
    await given.clock.run(publish(call, { type: 'a' }))
    expect(given.waiting[0]?.body).toMatchObject({
      meshcaller: 'shop',
      traceparent: expect.stringContaining('4bf92f3577b34da6a3ce929d0e0e4736'),
    })
  })
})
