/** The Worker that stands before the registry's object in tests of whole processes: `POST /get` with `["users"]` calls `get('users')`. */
import type { RegistryObject } from '../../src/durable/registry-object.ts'

export { RegistryObject } from '../../src/durable/registry-object.ts'

interface Env {
  readonly REGISTRY_OBJECT: DurableObjectNamespace<RegistryObject>
}

export default {
  async fetch(request: Request, { REGISTRY_OBJECT }: Env): Promise<Response> {
    const object = REGISTRY_OBJECT.get(REGISTRY_OBJECT.idFromName('registry'))
    const { pathname } = new URL(request.url)
    const args = (await request.json()) as unknown[]
    try {
      return Response.json({ answer: await Reflect.apply(Reflect.get(object, pathname.slice(1)), object, args) })
    } catch (error) {
      return Response.json({ error: String(error), code: (error as { code?: string }).code }, { status: 503 })
    }
  },
}
