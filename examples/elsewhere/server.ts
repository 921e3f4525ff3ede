/** A function in a container: Cloud Run, Azure's custom handlers, a machine of one's own. It calls `users` by name. */
import { createServer } from 'node:http'
import { createMesh, viaMesh } from 'selvedge'
import { nodeListener } from 'selvedge/node'

const MESH = process.env.MESH_URL ?? 'http://127.0.0.1:8787'
const mesh = createMesh({ registry: viaMesh(MESH), waitUntil() {} })
const worker = mesh.serve({ fetch: () => mesh.fetch('http://users/42') })

export const server = createServer(nodeListener(worker)).listen(Number(process.env.PORT ?? 8080))
