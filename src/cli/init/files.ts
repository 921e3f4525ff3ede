/** What `init` writes for a Worker that has nothing yet. */
import { tomlBinding } from './toml.ts'

export interface Named {
  /** The Worker's name in its wrangler configuration. */
  readonly worker: string
  /** The service name under which it is called. */
  readonly service: string
  /** How the mesh binds it. */
  readonly binding: string
  /** The Worker of the mesh. */
  readonly mesh: string
}

/** The binding by which a Worker reaches the mesh. */
export const MESH_BINDING = 'MESH'

export function meshBinding({ service, mesh }: Named) {
  return { binding: MESH_BINDING, service: mesh, entrypoint: 'MeshEntrypoint', caller: service }
}

export function workerConfig(named: Named): string {
  return `name = "${named.worker}"
main = "src/index.ts"
compatibility_date = "2026-10-01"
compatibility_flags = ["enable_request_signal", "request_signal_passthrough"]
# Called through the mesh alone.
workers_dev = false

# The mesh: env.${MESH_BINDING}.fetch('http://NAME/…') calls a service by its name. The name that stands here as caller is believed:
# docs/configuration.md of selvedge says what that asks of this Worker.
${tomlBinding(meshBinding(named))}`
}

export function workerSource({ service }: Named): string {
  return `/** The service "${service}". */
interface Env {
  ${MESH_BINDING}: Fetcher
}

export default {
  async fetch(request: Request, _env: Env): Promise<Response> {
    const { pathname } = new URL(request.url)
    // Another service is called by its name: await env.${MESH_BINDING}.fetch('http://users/42')
    return Response.json({ service: '${service}', path: pathname })
  },
}
`
}

/** A record for the service: the first of a registry, or one more. */
export function recordText({ service, binding }: Named): string {
  return `${service}:
  endpoints:
    - binding: ${binding}
  timeouts: { request: 5s }
`
}

export function registryText(named: Named): string {
  return `# yaml-language-server: $schema=./node_modules/selvedge/dist/registry.schema.json
# Records by name: \`selvedge dev --registry\` follows this file, \`selvedge apply -f\` writes it to a mesh.
${recordText(named)}`
}
