/** Puts work into a queue by calling a name, and delivers to another what the queue brings: docs/queues.md. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'
import { delivery } from 'selvedge/cloud'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'shop' })

export default {
  fetch: () => mesh.fetch('http://jobs/images/42', { method: 'POST' }),
  queue: mesh.with(delivery),
}
