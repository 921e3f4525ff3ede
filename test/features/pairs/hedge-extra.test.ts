import { describe, expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../../src/testing.ts'
import { pause, quickClock } from '../../support/upstream.ts'

describe('hedge, over ten thousand calls', () => {
  it('a slow endpoint costs at most 5 % more, and its callers wait for it no longer', async () => {
    const clock = quickClock()
    let calls = 0
    const times = new Map<number, number>()
    // One request in fifty meets a pause of two seconds, wherever it goes.
    const users: TestHandler = async ({ signal, headers }) => {
      calls += 1
      const isFirst = headers.get('selvedge-attempt') === '1'
      const at = Number(headers.get('x-call'))
      await pause(clock, isFirst && at % 50 === 7 ? 2000 : 20 + (at % 10), signal)
      return new Response()
    }
    const record = { endpoints: [users, users, users], hedge: {} }
    const mesh = createTestMesh({ users: record }, { clock })
    const COUNT = 10_000
    const BATCH = 25
    for (let first = 0; first < COUNT; first += BATCH) {
      const batch = Array.from({ length: BATCH }, async (_, index) => {
        const before = clock.now()
        await mesh.fetch('http://users/', { headers: { 'x-call': String(first + index) } })
        times.set(first + index, clock.now() - before)
      })
      await clock.run(Promise.all(batch))
      await clock.advance(100)
    }
    expect(calls - COUNT).toBeGreaterThan(COUNT * 0.015)
    expect(calls - COUNT).toBeLessThanOrEqual(COUNT * 0.05)
    const slow = [...times].filter(([at, ms]) => at > 1000 && ms >= 2000)
    // Of 180 that would have waited.
    expect(slow.length).toBeLessThanOrEqual(9)
  }, 120_000)

  it('an endpoint that always is slow costs at most 5 % more', async () => {
    const clock = quickClock()
    let calls = 0
    const slow: TestHandler = async ({ signal }) => {
      calls += 1
      await pause(clock, 500, signal)
      return new Response()
    }
    const record = { endpoints: [slow, slow], hedge: { delay: '1ms' }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record }, { clock })
    const COUNT = 10_000
    for (let first = 0; first < COUNT; first += 50) {
      await clock.run(Promise.all(Array.from({ length: 50 }, () => mesh.fetch('http://users/'))))
    }
    expect(calls - COUNT).toBeGreaterThan(COUNT * 0.04)
    expect(calls - COUNT).toBeLessThanOrEqual(COUNT * 0.05)
  }, 120_000)
})
