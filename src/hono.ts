/** The mesh as a hono middleware: `c.var.mesh.fetch` calls on behalf of the request being served. */
import type { MiddlewareHandler } from 'hono'
import { MeshError } from './core/errors.ts'
import type { Call, Mesh } from './mesh/mesh.ts'

/** What the middleware adds to the context. */
export interface MeshVariables<Names extends string = string> {
  mesh: Call<Names>
}

/**
 * A MeshError that no handler caught becomes a problem that names its code, unless `app.onError` has answered it.
 *
 * @example
 * const app = new Hono<{ Bindings: Env; Variables: MeshVariables }>()
 * app.use(selvedge((env: Env) => createMesh({ registry: kvRegistry(env.REGISTRY), env })))
 * app.get('/orders/:id', (c) => c.var.mesh.fetch(`http://customer/${c.req.param('id')}`))
 */
export function selvedge<Env extends object, Names extends string = string>(
  make: (env: Env) => Mesh<Names>,
): MiddlewareHandler<{ Bindings: Env; Variables: MeshVariables<Names> }> {
  const meshes = new WeakMap<Env, Mesh<Names>>()
  /** `app.request(path)` of a test gives no environment at all. */
  const none = {} as Env
  return async function selvedge(c, next) {
    const env = c.env ?? none
    let mesh = meshes.get(env)
    if (!mesh) {
      mesh = make(env)
      meshes.set(env, mesh)
    }
    const call = mesh.for(c.req.raw, lifetimeOf(c), { traced: true })
    c.set('mesh', call)
    try {
      await call.admit()
    } catch (error) {
      return call.settle(call.problem(error))
    }
    await next()
    const { error } = c
    const answer = error instanceof MeshError && c.res.status === 500 ? call.problem(error) : c.res
    const settled = call.settle(answer)
    if (settled !== c.res) {
      // hono lays the headers of the old response over the new one, unless it is taken away first.
      c.res = undefined
      c.res = settled
    }
  }
}

/** Outside Workers hono has no execution context, and says so by throwing. */
function lifetimeOf(c: { executionCtx: { waitUntil(work: Promise<unknown>): void } }) {
  try {
    return c.executionCtx
  } catch {
    return undefined
  }
}
