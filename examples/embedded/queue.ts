/** A queue and a cron trigger that call `users` by name: no request is served there, and `waitUntil` keeps the mesh's work alive. */
import { env, waitUntil } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, waitUntil })

export default {
  async queue({ messages }: MessageBatch<string>) {
    for (const { body } of messages) await mesh.fetch(`http://users/${body}`)
  },
  async scheduled() {
    await mesh.fetch('http://users/')
  },
}
