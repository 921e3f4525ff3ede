import { describe, expect, it } from 'vitest'
import { sleep } from '../../../src/core/time/clock.ts'
import { behaving, never, reset } from './behaving.ts'

describe('balance × outlier', () => {
  it('leaves one of three that resets within three calls, however busy it is, and comes back when it recovers', async () => {
    const { clock, call, does, calls } = behaving({ retry: { attempts: 0 } }, 'a', 'b', 'c')
    // So long are the queues of the healthy that five seconds, which a fault costs, are cheap.
    const slow = async () => {
      await sleep(clock, 1000)
      return new Response()
    }
    let failed = 0
    const busy = async (forMs: number) => {
      for (let ms = 0; ms < forMs; ms += 10) {
        call().catch(() => {
          failed += 1
        })
        await clock.advance(10)
      }
    }
    Object.assign(does, { a: slow, b: slow, c: slow })
    await busy(2000)
    await clock.advance(1000)
    does.b = reset
    const before = calls.b ?? 0
    await busy(4500)
    expect((calls.b ?? 0) - before).toBe(3)
    expect(failed).toBe(3)
    does.b = slow
    await busy(5000)
    expect((calls.b ?? 0) - before).toBeGreaterThan(50)
    expect(failed).toBe(3)
  })

  it('goes on failing where it is switched off: the load alone does not keep a busy mesh away', async () => {
    const policy = { retry: { attempts: 0 }, outlierDetection: { maxEjectionPercent: 0 } }
    const { clock, call, does, calls } = behaving(policy, 'a', 'b')
    does.a = async () => {
      await sleep(clock, 1000)
      return new Response()
    }
    does.b = reset
    for (let ms = 0; ms < 3000; ms += 10) {
      call().catch(() => {})
      await clock.advance(10)
    }
    expect(calls.b).toBeGreaterThan(20)
  })

  it('ejects for what times out, and not for a deadline that a caller said', async () => {
    const policy = { timeouts: { backendRequest: '100ms' }, retry: { attempts: 0 } }
    const { clock, call, does, calls, callUntil, isOut } = behaving(policy, 'a', 'b')
    does.a = never
    await callUntil('a', 2)
    while ((calls.a ?? 0) < 6) {
      const deadline = { at: clock.now() + 50 }
      await clock.run(call({ deadline }).catch(() => {}))
      await clock.advance(10_000)
    }
    expect(await isOut('a')).toBe(false)
    await callUntil('a')
    expect(await isOut('a')).toBe(true)
  })
})
