import { describe, expect, it } from 'vitest'
import { behaving, gone, never, reset } from './behaving.ts'

describe('a caller that leaves × outlier', () => {
  it('gives the probe back at once, though nothing of the handler is run any more', async () => {
    const { clock, call, does, calls, callUntil, isOut, users } = behaving(
      { outlierDetection: { consecutive: 1 } },
      'a',
      'b',
    )
    does.a = reset
    await callUntil('a')
    does.a = never
    await clock.advance(100_000)
    const controller = new AbortController()
    const before = calls.a ?? 0
    for (let tries = 0; calls.a === before; tries++) {
      expect(tries).toBeLessThan(100)
      call({ signals: () => [controller.signal] }).catch(() => {})
      await clock.advance(1)
    }
    const able = async () => {
      const { candidates, detector } = await users()
      return detector.available(candidates, clock.now()).length
    }
    expect(await able()).toBe(1)
    controller.abort(gone())
    expect(await able()).toBe(2)
    expect(await isOut('a')).toBe(true)
    does.a = async () => new Response()
    await callUntil('a')
    expect(await isOut('a')).toBe(false)
  })

  it('is no fault of the endpoint, however often it happens', async () => {
    const { clock, call, does, users } = behaving({}, 'a', 'b')
    Object.assign(does, { a: never, b: never })
    for (let request = 0; request < 20; request++) {
      const controller = new AbortController()
      call({ signals: () => [controller.signal] }).catch(() => {})
      await clock.advance(1)
      controller.abort(gone())
      await clock.advance(1)
    }
    for (const { health } of (await users()).candidates) expect(health).toBeUndefined()
  })
})
