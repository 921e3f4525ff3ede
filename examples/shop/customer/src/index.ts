/** Customers: a customer is shown with how they pay. GET /7 */
import { env } from 'cloudflare:workers'
import { createMesh, viaMesh } from 'selvedge'
import { told } from '../../told.ts'

const NAMES = ['Ada', 'Grace', 'Edsger', 'Barbara']

const mesh = createMesh({ registry: viaMesh('MESH'), env })

export default mesh.serve(
  {
    async fetch(request) {
      const id = new URL(request.url).pathname.slice(1)
      await scheduler.wait(5)

      const payment = await mesh.fetch(`http://payment/${id}`)
      if (!payment.ok) return payment
      const name = NAMES[Number(id) % NAMES.length]
      return Response.json({ service: 'customer', name, told: told(request), payment: await payment.json() })
    },
  },
  // The mesh alone binds this Worker: it is believed whom it speaks for, and what it carries on.
  { trust: () => true },
)
