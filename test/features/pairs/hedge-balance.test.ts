import { describe, expect, it } from 'vitest'
import { receipt } from '../../../src/core/receipt.ts'
import { endpoints, slowAndQuick } from './hedged.ts'

describe('hedge × balance', () => {
  it('goes to another endpoint, takes its answer, and tells the load how long the other took so far: no failure', async () => {
    const { call, sent, inFlight, clock, users } = slowAndQuick()
    const told = receipt()
    await clock.run(call({ receipt: told }))
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set(endpoints))
    expect(told.attempts.map(({ number, outcome, tookMs }) => [number, outcome, tookMs])).toEqual([
      [1, 'cancelled', 60],
      [2, 'success', 10],
    ])
    expect(told.hedged).toBe(true)
    expect(sent[0]?.signal?.aborted).toBe(true)
    expect(await inFlight()).toEqual([0, 0])
    const { candidates, detector } = await users()
    const slow = candidates.find(({ endpoint }) => endpoint.id === sent[0]?.id)
    expect(slow?.load.cost(clock.now())).toBe(60)
    expect(slow?.health?.faults ?? 0).toBe(0)
    expect(detector.available(candidates, clock.now())).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('is not sent to an endpoint that is ejected', async () => {
    const { call, sent, clock, users } = slowAndQuick({}, 200)
    const { candidates, detector } = await users()
    const [out] = candidates
    if (out) for (let fault = 0; fault < 3; fault++) detector.record(out, 'fault', clock.now(), clock.now())
    await clock.run(call())
    expect(sent.map(({ id }) => id)).toEqual([endpoints[1]])
  })
})
