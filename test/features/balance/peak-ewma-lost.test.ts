import { expect, it } from 'vitest'
import { peakEwma } from '../../../src/features/balance/peak-ewma.ts'

it('forgets a lost request also behind an older one that may still take long', () => {
  const load = peakEwma()
  load.start(-10, 900_000).end('success', 0)
  load.start(0, 900_000)
  load.start(0, 1000)
  expect(load.inFlight(1001)).toBe(1)
  expect(load.cost(1001)).toBe(2 * 1001)
})
