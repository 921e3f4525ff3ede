/** A function in a container: Cloud Run, Azure's custom handlers, a machine of one's own. It calls `users` by name, and signs for itself. */
import { createServer } from 'node:http'
import { createMesh, viaMesh } from 'selvedge'
import { nodeListener } from 'selvedge/node'
import { trust } from 'selvedge/trust'

const { MESH_URL = 'http://127.0.0.1:8787', MESH_KEY: key, PORT = '8080' } = process.env
const identity = trust({ domain: 'mesh.example.com', key, members: [new URL(MESH_URL).hostname] })
const mesh = createMesh({
  registry: viaMesh(MESH_URL),
  name: 'front',
  trust: identity,
  defaults: { access: { default: 'allow' } }, // who may call it: anybody
  waitUntil() {},
})
const worker = mesh.serve({ fetch: () => mesh.fetch('http://users/42') })

export const server = createServer(nodeListener(worker)).listen(Number(PORT))
