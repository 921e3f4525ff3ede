/** A Lambda function that is guarded: only whom the record of its name lets in reaches the handler. */
import { createMesh, viaMesh } from 'selvedge'
import { invokedByMesh, lambdaHandler, ownRecord } from 'selvedge/node'
import { access } from 'selvedge/trust'

const { MESH_URL: url = 'http://127.0.0.1:8787', SELVEDGE_TOKEN: token = 'none' } = process.env
const registry = ownRecord(viaMesh(url), { name: 'users', mesh: url, token })
const mesh = createMesh({ registry, name: 'users', trust: access })
const worker = mesh.serve({ fetch: () => new Response('Ada') }, { trust: invokedByMesh })

export const handler = lambdaHandler(worker)
