import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { sleep, systemClock, turning, within } from '../../../src/core/time/clock.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'

describe('systemClock', () => {
  beforeEach(() => vi.useFakeTimers({ now: 1_700_000_000_000 }))
  afterEach(() => vi.useRealTimers())

  it('tells the time of the platform', () => {
    vi.advanceTimersByTime(250)
    expect(systemClock.now()).toBe(1_700_000_000_250)
  })

  it('wakes once, when its time has come', () => {
    const wake = vi.fn()
    systemClock.after(100, wake)
    vi.advanceTimersByTime(99)
    expect(wake).toHaveBeenCalledTimes(0)
    vi.advanceTimersByTime(1000)
    expect(wake).toHaveBeenCalledTimes(1)
  })

  it('does not wake who has called it off', () => {
    const wake = vi.fn()
    systemClock.after(100, wake)()
    vi.advanceTimersByTime(1000)
    expect(wake).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('sleep', () => {
  it('ends when its time has passed, and not before', async () => {
    const clock = virtualClock()
    const woken = vi.fn()
    const sleeping = sleep(clock, 100).then(woken)
    await clock.advance(99)
    expect(woken).not.toHaveBeenCalled()
    await clock.advance(1)
    expect(woken).toHaveBeenCalledOnce()
    await sleeping
  })

  it('ends early with the reason for which the work is called off, and leaves no timer', async () => {
    const clock = virtualClock()
    const work = cancellation(false)
    const sleeping = sleep(clock, 100, work)
    const reason = new Error('enough')
    work.cancel(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(clock.pending).toBe(0)
  })

  it('does not begin where the work has been called off', async () => {
    const clock = virtualClock()
    const work = cancellation(false)
    work.cancel('gone')
    await expect(sleep(clock, 100, work)).rejects.toBe('gone')
    expect(clock.pending).toBe(0)
  })

  it('has ended well though the work is called off later', async () => {
    const clock = virtualClock()
    const work = cancellation(false)
    const sleeping = sleep(clock, 100, work)
    await clock.advance(100)
    work.cancel(new Error('enough'))
    await expect(sleeping).resolves.toBeUndefined()
  })
})

describe('within', () => {
  const never = new Promise<string>(() => {})
  const late = () => new Error('too late')

  it('gives what the work gives, and leaves no timer', async () => {
    const clock = virtualClock()
    expect(await within(clock, 100, Promise.resolve('done'), late)).toBe('done')
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('fails as the work fails, and leaves no timer', async () => {
    const clock = virtualClock()
    await expect(within(clock, 100, Promise.reject(new Error('broken')), late)).rejects.toThrow('broken')
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('fails with what is told of the delay once the time has passed', async () => {
    const clock = virtualClock()
    await expect(clock.run(within(clock, 100, never, late))).rejects.toThrow('too late')
    expect(clock.now()).toBe(1_000_100)
  })

  it.each([
    ['ends', () => 'done'],
    ['fails', () => Promise.reject(new Error('broken'))],
  ])('does not hear work that %s after its time', async (_, end) => {
    const clock = virtualClock()
    const answer = within<string>(clock, 100, sleep(clock, 200).then(end), late)
    const heard = expect(answer).rejects.toThrow('too late')
    await clock.advance(300)
    await heard
  })
})

describe('turning', () => {
  it('asks once a turn, and anew where it is told that something came, or wakes somebody', async () => {
    const inner = virtualClock()
    let asked = 0
    const now = () => {
      asked += 1
      return inner.now()
    }
    const clock = turning({ now, after: inner.after })
    const began = clock.now()
    await inner.advance(5)
    expect([clock.now(), asked]).toEqual([began, 1])
    clock.turn?.()
    expect([clock.now(), clock.now(), asked]).toEqual([began + 5, began + 5, 2])
    let woken: number | undefined
    clock.after(10, () => {
      woken = clock.now()
    })
    await inner.advance(10)
    expect(woken).toBe(began + 15)
  })
})
