/** A function that guards itself, and knows its callers by tokens, too. */
import { env } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'
import { trust } from 'selvedge/trust'

const mesh = createMesh({ registry: kvRegistry(env.REGISTRY), env, name: 'users', trust: trust({ env }) })
export default mesh.serve({ fetch: () => new Response('only for whom services/users lets in') })
