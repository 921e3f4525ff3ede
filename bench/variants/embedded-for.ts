/** A Worker with the library in it, which says on whose behalf it calls. */
import { createMesh, kvRegistry, type Mesh } from '../../src/index.ts'

let mesh: Mesh | undefined

export default {
  fetch(request: Request, env: { REGISTRY: KVNamespace }, ctx: ExecutionContext): Promise<Response> {
    mesh ??= createMesh({ registry: kvRegistry(env.REGISTRY), env })
    return mesh.for(request, ctx, { trusted: true }).fetch(request)
  },
}
