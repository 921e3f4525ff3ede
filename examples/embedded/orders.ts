/** A hono app that is given what makes its mesh, so that a test can give it another: test/examples/hono.test.ts. */
import { Hono } from 'hono'
import type { Mesh } from 'selvedge'
import { type MeshVariables, selvedge } from 'selvedge/hono'

// The Worker gives it (env) => createMesh({ registry: kvRegistry(env.REGISTRY), env }), a test its own.
export const orders = (make: (env: object) => Mesh) =>
  new Hono<{ Variables: MeshVariables }>().use(selvedge(make)).get('/orders/:id', async (c) => {
    const user = await c.var.mesh.fetch('http://users/42')
    return c.json({ order: c.req.param('id'), for: user.ok ? await user.text() : 'somebody' })
  })
