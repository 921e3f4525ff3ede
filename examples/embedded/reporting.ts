/** A Worker whose calls are counted, though they go by a registry of its own: it tells the mesh beside it. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'
import { stats } from 'selvedge/stats'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'checkout', stats: stats() })

export default mesh.serve({
  async fetch(request) {
    const { pathname } = new URL(request.url)
    return mesh.fetch(`http://users${pathname}`)
  },
})
