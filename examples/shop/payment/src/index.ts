/** Payments: whether a payment went through, as the bank tells it. GET /7 */
import { env } from 'cloudflare:workers'
import { createMesh, viaMesh } from 'selvedge'
import { told } from '../../told.ts'

const mesh = createMesh({ registry: viaMesh('MESH'), env })

export default mesh.serve(
  {
    async fetch(request) {
      const id = new URL(request.url).pathname.slice(1)
      await scheduler.wait(5)

      // The bank is no Worker: it is a server with a URL. Here it is a name like any other.
      const bank = await mesh.fetch(`http://bank/${id}`)
      if (!bank.ok) return bank
      return Response.json({ service: 'payment', at: 'worker', told: told(request), bank: await bank.json() })
    },
  },
  // The mesh alone binds this Worker: it is believed whom it speaks for, and what it carries on.
  { trust: () => true },
)
