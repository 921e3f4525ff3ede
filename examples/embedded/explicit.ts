/** The same without `serve`: the call is made on behalf of the request, said in so many words. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry, MeshError } from 'selvedge'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env })

export default {
  async fetch(request: Request, _env: object, ctx: ExecutionContext): Promise<Response> {
    const call = mesh.for(request, ctx)
    try {
      const user = await call.fetch('http://users/42', { signal: AbortSignal.timeout(500) })
      // Tells the caller how many of the retries it granted were used.
      return call.settle(new Response(user.body, user))
    } catch (error) {
      if (!(error instanceof MeshError)) throw error
      return call.settle(new Response(`users: ${error.code}`, { status: error.meaning.status }))
    }
  },
}
