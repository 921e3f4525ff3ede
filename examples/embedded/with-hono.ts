/** A hono app whose handlers call `users` by name, with the types of the app that answers. */
import { Hono } from 'hono'
import { hc } from 'hono/client'
import { createMesh, kvRegistry } from 'selvedge'
import { type MeshVariables, selvedge } from 'selvedge/hono'
import type { Users } from './users.ts'

const app = new Hono<{ Bindings: Cloudflare.Env; Variables: MeshVariables }>()

app.use(selvedge((env: Cloudflare.Env) => createMesh({ registry: kvRegistry(env.REGISTRY), env })))

app.get('/orders/:id', async (c) => {
  const users = hc<Users>('http://users', { fetch: c.var.mesh.fetch })
  const response = await users.users[':id'].$get({ param: { id: '42' } })
  const { name } = await response.json()
  return c.json({ order: c.req.param('id'), customer: name })
})

export default app
