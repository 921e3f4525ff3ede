/** A service like any other. It knows nothing of the mesh; its type is what a client needs. */
import { Hono } from 'hono'

const users = new Hono().get('/users/:id', (c) => c.json({ id: Number(c.req.param('id')), name: 'Ada' }))

export type Users = typeof users

export default users
