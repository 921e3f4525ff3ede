/** A Worker that calls `users` by name, with the mesh in its own bundle. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env })

export default mesh.serve({
  async fetch(request) {
    const { pathname } = new URL(request.url)
    return mesh.fetch(`http://users${pathname}`)
  },
})
