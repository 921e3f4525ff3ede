import { describe, expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../../src/testing.ts'
import { answersIn, pause, quickClock, upstream } from '../../support/upstream.ts'
import { HEDGED } from './hedged.ts'

describe('hedge × budget', () => {
  it('a hedge is paid for as a retry is: a newborn isolate makes one, and earns the next', async () => {
    const clock = quickClock()
    let calls = 0
    const slow: TestHandler = async (request) => {
      calls += 1
      await pause(clock, 100, request.signal)
      return new Response()
    }
    const record = { endpoints: [slow, slow], hedge: HEDGED, retryConstraint: { budget: { percent: 50 } } }
    const mesh = createTestMesh({ users: record }, { clock })
    const extra: number[] = []
    for (let call = 0; call < 8; call++) {
      const before = calls
      await clock.run(mesh.fetch('http://users/'))
      extra.push(calls - before - 1)
    }
    // One at birth; two at the first success and a half at each; then every other call.
    expect(extra.slice(0, 3)).toEqual([1, 1, 1])
    expect(extra.slice(4).reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(3)
  })

  it('what hedges have spent is not there for retries', async () => {
    const clock = quickClock()
    const busy = answersIn(clock, 100, 503)
    const users = upstream(busy)
    const record = { endpoints: [users, users, users], hedge: HEDGED, retry: { attempts: 5 } }
    const mesh = createTestMesh({ users: record }, { clock })
    const response = await clock.run(mesh.fetch('http://users/'))
    expect(response.status).toBe(503)
    // The one retry that an isolate is born with has been the hedge.
    expect(users.requests).toHaveLength(2)
  })

  it('five failures in a row end hedging, too', async () => {
    for (const [failures, hedges] of [
      [4, 1],
      [5, 0],
    ] as const) {
      const clock = quickClock()
      const users = upstream(...new Array<number>(failures).fill(503), answersIn(clock, 100))
      // Nothing is ejected: that would be another reason.
      const record = {
        endpoints: [users, users],
        hedge: HEDGED,
        outlierDetection: { maxEjectionPercent: 0 },
        retry: { codes: [] },
      }
      const mesh = createTestMesh({ users: record }, { clock })
      for (let call = 0; call <= failures; call++) await clock.run(mesh.fetch('http://users/'))
      expect(users.requests).toHaveLength(failures + 1 + hedges)
    }
  })
})
