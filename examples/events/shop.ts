/** Publishes an event by the name of a topic, and brings events to those that have subscribed to them: docs/events.md. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'
import { eventDelivery, publish, topics } from 'selvedge/events'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'shop', topics })

export default {
  async fetch() {
    const id = await publish(mesh, { type: 'com.example.order.placed', subject: '42', data: { total: 12 } })
    return Response.json({ id }, { status: 202 })
  },
  queue: mesh.with(eventDelivery),
}
