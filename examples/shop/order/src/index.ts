/** Orders: an order is shown with its customer. GET /7 */
import { env } from 'cloudflare:workers'
import { createMesh, viaMesh } from 'selvedge'
import { told } from '../../told.ts'

const mesh = createMesh({ registry: viaMesh('MESH'), env })

export default mesh.serve(
  {
    async fetch(request) {
      const id = new URL(request.url).pathname.slice(1)
      await scheduler.wait(5) // as long as a look into its own database

      // A plain fetch, by name. Deadline, trace and retry allowance of the request being served go with it.
      const customer = await mesh.fetch(`http://customer/${id}`)
      if (!customer.ok) return customer
      return Response.json({ service: 'order', order: id, told: told(request), customer: await customer.json() })
    },
  },
  // The mesh alone binds this Worker: it is believed whom it speaks for, and what it carries on.
  { trust: () => true },
)
