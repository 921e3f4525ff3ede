/** Orders, customers and the saga between them, in one Worker. They call each other by name: each could be one of its own. */
import { createMesh, kvRegistry, type Mesh } from 'selvedge'
import { cloud } from 'selvedge/cloud'
import { sagas } from 'selvedge/saga'
import type { Env } from './env.ts'
import type { OrderEvent } from './ledger.ts'
import { placeOrder } from './place-order.ts'

export { Customer } from './customer.ts'
export { Ledger } from './ledger.ts'
export { Order } from './order.ts'

const meshes = new WeakMap<Env, Mesh>()

function meshOf(env: Env): Mesh {
  const mesh = meshes.get(env) ?? createMesh({ registry: kvRegistry(env.REGISTRY), env, cloud, name: 'shop' })
  meshes.set(env, mesh)
  return mesh
}

export const Sagas = sagas([placeOrder], { mesh: meshOf })

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname } = new URL(request.url)
    if (pathname === '/ledger') return Response.json(await env.LEDGER.getByName('all').told())
    // /place-order, /orders/<id>, /customers/<id>
    const [, service, ...path] = pathname.split('/')
    return meshOf(env).fetch(new Request(`http://${service}/${path.join('/')}`, request))
  },
  async queue(batch: MessageBatch<OrderEvent>, env: Env): Promise<void> {
    const ledger = env.LEDGER.getByName('all')
    for (const message of batch.messages) {
      await ledger.take(message.body)
      message.ack()
    }
  },
}
