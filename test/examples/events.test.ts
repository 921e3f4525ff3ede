/** A test of who publishes and who hears, as docs/events.md shows it; and the example, published by. */
import { eventDelivery, publish, topics } from 'selvedge/events'
import { createTestMesh } from 'selvedge/testing'
import { expect, it, vi } from 'vitest'
import shop from '../../examples/events/shop.ts'

// From source, and with an environment: Workers import both by name.
vi.mock('selvedge', () => import('../../src/index.ts'))
vi.mock('selvedge/events', () => import('../../src/events.ts'))
vi.mock('selvedge/testing', () => import('../../src/testing.ts'))
vi.mock('cloudflare:workers', () => ({ env: world }))

const world = vi.hoisted(() => {
  const queued: unknown[] = []
  return {
    queued,
    REGISTRY: {
      getWithMetadata: async (key: string) => ({
        value: key === 'services/events' ? '{"endpoints":[{"topic":{"binding":"EVENTS"}}]}' : null,
        metadata: null,
      }),
    },
    EVENTS: { send: async (event: unknown) => void queued.push(event) },
  }
})

it('billing hears of an order that is placed', async () => {
  const queued: unknown[] = []
  const EVENTS = { send: async (event: unknown) => void queued.push(event) }
  const billed: string[] = []
  const mesh = createTestMesh(
    {
      events: { endpoints: [{ topic: { binding: 'EVENTS' } }] },
      billing: async (request) => {
        billed.push(await request.text())
        return new Response(null, { status: 204 })
      },
      'events/com.example.order.placed': { subscriptions: [{ id: 'billing', sink: 'http://billing/' }] },
    },
    { topics, env: { EVENTS } },
  )
  const deliver = mesh.with(eventDelivery)

  await mesh.clock.run(publish(mesh, { type: 'com.example.order.placed', data: { total: 12 } }))
  const message = { id: '1', timestamp: new Date(), body: queued[0], attempts: 1, ack() {}, retry() {} }
  await mesh.clock.run(deliver({ queue: 'events', messages: [message] }, {}, { waitUntil() {} }))

  expect(billed).toEqual(['{"total":12}'])
})

it('examples/events/shop.ts publishes an order', async () => {
  const answer = await shop.fetch()
  expect(answer.status).toBe(202)
  const { id } = (await answer.json()) as { id: string }
  expect(world.queued).toMatchObject([
    { id, type: 'com.example.order.placed', source: 'http://shop/', subject: '42', data: { total: 12 } },
  ])
})
