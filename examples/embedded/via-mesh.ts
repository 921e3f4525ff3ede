/** A Worker beside a mesh Worker: it knows one binding, and the mesh knows the rest. */
import { env } from 'cloudflare:workers'
import { createMesh, viaMesh } from 'selvedge'

const mesh = createMesh({ registry: viaMesh('MESH'), env })

export default mesh.serve({
  async fetch(request) {
    const { pathname } = new URL(request.url)
    return mesh.fetch(`http://users${pathname}`)
  },
})
