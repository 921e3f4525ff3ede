import { describe, expect, it } from 'vitest'
import { slowAndQuick } from './hedged.ts'

describe('hedge × limit', () => {
  it('a service that refuses for want of capacity is not hedged', async () => {
    for (const [refusals, hedges] of [
      [0, 1],
      [40, 0],
    ] as const) {
      const { call, sent, clock, users } = slowAndQuick()
      const { throttle } = await users()
      for (let count = 0; count < refusals; count++) throttle.answer('refused', false, 'sheddable', clock.now())
      await clock.run(call({ priority: 'critical' }))
      expect(sent).toHaveLength(1 + hedges)
    }
  })

  it('a hedge finds room only where half of the slots are free', async () => {
    for (const [busy, hedges] of [
      [1, 1],
      [2, 0],
    ] as const) {
      const { call, sent, clock, users } = slowAndQuick({ limits: { maxInFlight: 4 } })
      for (const { load } of (await users()).candidates) {
        for (let count = 0; count < busy; count++) load.start(clock.now(), clock.now() + 60_000)
      }
      await clock.run(call())
      expect(sent).toHaveLength(1 + hedges)
    }
  })
})
