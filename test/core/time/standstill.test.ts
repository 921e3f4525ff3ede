import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { onStandstill } from '../../../src/core/time/standstill.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'

const never = new Promise<never>(() => {})
const flush = async () => {}

/** What is said within a second of real time, which the test moves as well. */
function given(work: Promise<unknown> = never) {
  const clock = virtualClock({ flush })
  const say = vi.fn()
  onStandstill(clock, work, say)
  return { clock, say, second: () => vi.advanceTimersByTimeAsync(1000) }
}

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('onStandstill', () => {
  it('says so once, within a second of real time', async () => {
    const { say, second } = given()
    await second()
    expect(say).toHaveBeenCalledOnce()
    await second()
    expect(say).toHaveBeenCalledOnce()
  })

  it.each([
    ['has ended', () => Promise.resolve()],
    ['has failed', () => Promise.reject(new Error('It did not work.'))],
  ])('says nothing of work that %s', async (_, work) => {
    const { say, second } = given(work())
    await second()
    expect(say).not.toHaveBeenCalled()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('says nothing where the clock was moved meanwhile', async () => {
    const { clock, say, second } = given()
    await clock.advance(1)
    await second()
    expect(say).not.toHaveBeenCalled()
  })

  it('says nothing while the clock is being moved, however long that takes', async () => {
    const clock = virtualClock({ flush: () => never })
    void clock.advance(1)
    const say = vi.fn()
    onStandstill(clock, never, say)
    await vi.advanceTimersByTimeAsync(1000)
    expect(say).not.toHaveBeenCalled()
  })

  it('does not keep the process alive', () => {
    vi.useRealTimers()
    const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    onStandstill(virtualClock(), never, () => {})
    expect(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length).toBe(before)
  })
})
