import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../../src/testing.ts'
import { failureOf } from '../../support/call.ts'
import { hang, quickClock, upstream } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'
import { endpoints, HEDGED, slowAndQuick } from './hedged.ts'

describe('hedge × deadline', () => {
  it('no hedge is sent that could not be answered in time', async () => {
    const { call, sent, clock, users } = slowAndQuick({}, 140)
    for (const { latency } of (await users()).candidates) {
      for (let sample = 0; sample < 3; sample++) latency.add(100, clock.now())
    }
    await clock.run(call({ deadline: { at: clock.now() + 150 } }))
    expect(sent).toHaveLength(1)
  })

  it('a hedge that fits is sent, with what is left', async () => {
    const clock = quickClock()
    const users = upstream(hang, 200)
    const mesh = createTestMesh({ users: { endpoints: [users, users], hedge: HEDGED } }, { clock })
    await clock.run(mesh.fetch('http://users/', { headers: { 'selvedge-timeout-ms': '1000' } }))
    const left = users.requests.map(({ headers }) => Number(headers.get('selvedge-timeout-ms')))
    expect((left[0] as number) - (left[1] as number)).toBe(50)
  })

  it('the deadline ends both, and neither is held against an endpoint', async () => {
    const record = { endpoints, hedge: HEDGED, retryConstraint: 'off', timeouts: { request: '2s' } }
    const { call, inFlight, clock, users } = world(record, () => new Promise<never>(() => {}))
    const failure = failureOf(call())
    await clock.advance(1999)
    expect(await inFlight()).toEqual([1, 1])
    await clock.advance(1)
    expect((await failure).code).toBe('deadline_exceeded')
    expect(await inFlight()).toEqual([0, 0])
    // What they took at least, and no penalty.
    for (const { load } of (await users()).candidates) expect(load.cost(clock.now())).toBeLessThanOrEqual(2000)
    expect(clock.pending).toBe(0)
  })

  it('an attempt that times out waits for the hedge that is under way', async () => {
    const { call, sent, clock } = slowAndQuick({ timeouts: { backendRequest: '80ms' } }, 1000, 60)
    const before = clock.now()
    expect((await clock.run(call())).status).toBe(200)
    expect(clock.now() - before).toBe(110)
    expect(sent).toHaveLength(2)
  })
})
