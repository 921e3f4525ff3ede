/** A function that exports the spans of its own calls, beside those of the mesh's Worker: one trace. */
import { waitUntil } from 'cloudflare:workers'
import { createMesh, kvRegistry } from 'selvedge'
import { otlp } from 'selvedge/otlp'

interface Env {
  REGISTRY: KVNamespace
  OTLP_ENDPOINT: string
  OTLP_HEADERS: string
}

function make(env: Env) {
  const sink = otlp({ url: env.OTLP_ENDPOINT, headers: env.OTLP_HEADERS, name: 'checkout', share: 0.1, log: 'warn' })
  const options = { registry: kvRegistry(env.REGISTRY), env, waitUntil, sink }
  return createMesh(sink.log ? { ...options, log: sink.log } : options)
}

const meshes = new WeakMap<Env, ReturnType<typeof make>>()

export default {
  fetch(request, env, ctx) {
    const mesh = meshes.get(env) ?? make(env)
    meshes.set(env, mesh)
    return mesh.serve<Env>({ fetch: () => mesh.fetch('http://users/42') }).fetch(request, env, ctx)
  },
} satisfies ExportedHandler<Env>
