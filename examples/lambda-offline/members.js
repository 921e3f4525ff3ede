/** Two Lambda functions of the mesh: one calls by name, with a key of its own, the other is guarded by its record. */
import { createMesh, viaMesh } from 'selvedge'
import { invokedByMesh, lambdaHandler, ownRecord } from 'selvedge/node'
import { access, trust } from 'selvedge/trust'

const { MESH_URL, MESH_KEY, SELVEDGE_TOKEN } = process.env

/** Shows what other Lambda functions make. It knows their names, where the mesh is, and how to sign for itself. */
const calling = createMesh({
  registry: viaMesh(MESH_URL),
  name: 'gallery',
  trust: trust({ domain: 'mesh.example.com', key: MESH_KEY, members: [new URL(MESH_URL).hostname] }),
  // Anybody may look at it.
  defaults: { access: { default: 'allow' } },
})
export const gallery = lambdaHandler(
  calling.serve({
    fetch(request) {
      const { pathname } = new URL(request.url)
      return calling.fetch(pathname === '/owner' ? 'http://users/42' : `http://thumbnails${pathname}`)
    },
  }),
)

/** Answers whom `users` in registry.yaml lets in, whichever way they come. */
const guarded = createMesh({
  registry: ownRecord(viaMesh(MESH_URL), { name: 'users', mesh: MESH_URL, token: SELVEDGE_TOKEN }),
  name: 'users',
  trust: access,
})
export const users = lambdaHandler(
  guarded.serve(
    { fetch: (request) => Response.json({ name: 'Ada', askedBy: request.headers.get('selvedge-caller') }) },
    { trust: invokedByMesh },
  ),
)
