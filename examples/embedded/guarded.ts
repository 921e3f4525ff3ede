/** A function that guards itself: only whom the record of its name lets in reaches the handler. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'
import { access } from 'selvedge/trust'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'users', trust: access })
export default mesh.serve({ fetch: () => new Response('only for whom services/users lets in') })
