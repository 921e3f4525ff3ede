/** A Worker with the library in it, as the first page of the documentation shows it. */
import { createMesh, kvRegistry, type Mesh } from '../../src/index.ts'

let mesh: Mesh | undefined

export default {
  fetch(request: Request, env: { REGISTRY: KVNamespace }): Promise<Response> {
    mesh ??= createMesh({ registry: kvRegistry(env.REGISTRY), env })
    return mesh.fetch(request)
  },
}
