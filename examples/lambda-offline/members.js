/** Two Lambda functions of the mesh: one calls by name, the other is guarded by its record. */
import { createMesh, viaMesh } from 'selvedge'
import { invokedByMesh, lambdaHandler, ownRecord } from 'selvedge/node'
import { access } from 'selvedge/trust'

const { MESH_URL, SELVEDGE_TOKEN } = process.env

/** Shows an image that another Lambda function makes. It knows that one's name, and where the mesh is. */
const calling = createMesh({ registry: viaMesh(MESH_URL) })
export const gallery = lambdaHandler(
  calling.serve({
    fetch: (request) => calling.fetch(`http://thumbnails${new URL(request.url).pathname}`),
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
