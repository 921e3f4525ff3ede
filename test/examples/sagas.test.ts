import { describe, expect, it, vi } from 'vitest'
import { placeOrder } from '../../examples/orders/place-order.ts'
import { testParticipant, testSaga } from '../../src/testing.ts'

const input = { id: 'a', customer: 'ada', total: 60 }

// From source: the example imports it by name.
vi.mock('selvedge/saga', () => import('../../src/saga-elsewhere.ts'))

describe('the order example', () => {
  it('approves an order within the credit', async () => {
    const services = { orders: testParticipant(), customers: testParticipant() }
    expect(await testSaga(placeOrder, { services }).run(input)).toMatchObject({ outcome: 'completed' })
    expect([...services.orders.effects]).toEqual(['saga~saga-1~create', 'saga~saga-1~approve'])
  })

  it('rejects an order that is beyond its customer’s credit', async () => {
    const customers = testParticipant(() => new Response('credit limit exceeded', { status: 422 }))
    const test = testSaga(placeOrder, { services: { orders: testParticipant(), customers } })
    const { outcome, because } = await test.run({ id: 'b', customer: 'ada', total: 200 })
    expect(outcome).toBe('compensated')
    expect(because).toBe('customers answered 422: credit limit exceeded')
  })

  it('rejects an order of a customer that nobody knows', async () => {
    const customers = testParticipant(() => new Response('unknown customer', { status: 422 }))
    const services = { orders: testParticipant(), customers }
    expect(await testSaga(placeOrder, { services }).run(input)).toMatchObject({
      outcome: 'compensated',
      because: 'customers answered 422: unknown customer',
    })
    expect([...services.orders.effects, ...customers.effects]).toEqual([])
  })

  it('is done or undone, whatever crashes', async () => {
    const services = { orders: testParticipant(), customers: testParticipant() }
    const { runs } = await testSaga(placeOrder, { services }).explore({ runs: 100, input })
    expect(runs).toBeGreaterThan(100)
  })
})
