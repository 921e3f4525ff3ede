import { expect, it } from 'vitest'
import type { SagaView } from '../../../src/admin/client.ts'
import { sagaRows } from '../../../src/dashboard/model/saga-rows.ts'

const saga = (id: string, state: SagaView['state'], startedAt: string): SagaView => ({
  id,
  saga: 'place-order',
  version: 1,
  state,
  step: 'charge',
  because: null,
  waitsFor: null,
  traceId: null,
  cancelledBy: null,
  decided: null,
  startedAt,
  changedAt: startedAt,
  parkedAt: null,
  endedAt: null,
})

it('puts what needs somebody first, then the newest; one of two pages stands once', () => {
  const newest = [
    saga('e', 'completed', '5'),
    saga('d', 'running', '4'),
    saga('c', 'late', '3'),
    saga('b', 'running', '2'),
  ]
  const parked = [saga('a', 'parked', '1'), saga('b', 'parked', '2')]
  expect(sagaRows(newest, parked).map(({ id, state }) => `${id} ${state}`)).toEqual([
    'b parked',
    'a parked',
    'c late',
    'd running',
    'e completed',
  ])
})
