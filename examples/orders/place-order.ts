/** Places an order: it is approved if its customer's credit allows it, and rejected if not. Eventuate's own example. */
import { saga } from 'selvedge/saga'

export interface Order {
  readonly id: string
  readonly customer: string
  readonly total: number
}

const post = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) })

export const placeOrder = saga<Order>('place-order')
  .step(
    'create',
    ({ call, input }) => call(`http://orders/${input.id}`, post(input)),
    ({ call, input, because, undoes }) => call(`http://orders/${input.id}/rejection`, post({ because, undoes })),
  )
  .step(
    'reserve',
    ({ call, input }) => call(`http://customers/${input.customer}/reservations`, post(input)),
    ({ call, input, undoes }) =>
      call(`http://customers/${input.customer}/reservations/${undoes}`, { method: 'DELETE' }),
  )
  .pivot('approve', ({ call, input }) => call(`http://orders/${input.id}/approval`, { method: 'POST' }))
