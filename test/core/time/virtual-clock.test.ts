import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { sleep } from '../../../src/core/time/clock.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'

describe('virtualClock', () => {
  it('stands still until it is moved', async () => {
    const clock = virtualClock({ startAt: 5000 })
    expect(clock.now()).toBe(5000)
    await clock.advance(250)
    expect(clock.now()).toBe(5250)
  })

  it('wakes sleepers in the order of their instants, each at its own', async () => {
    const clock = virtualClock({ startAt: 0 })
    const woken: [string, number][] = []
    const note = (name: string) => () => void woken.push([name, clock.now()])
    clock.after(30, note('c'))
    clock.after(10, note('a'))
    clock.after(20, note('b'))
    await clock.advance(100)
    expect(woken).toEqual([
      ['a', 10],
      ['b', 20],
      ['c', 30],
    ])
  })

  it('wakes those of one instant in the order in which they were set', async () => {
    const clock = virtualClock()
    const woken: number[] = []
    for (const number of [1, 2, 3]) clock.after(10, () => woken.push(number))
    await clock.advance(10)
    expect(woken).toEqual([1, 2, 3])
  })

  it('does not wake who is due later, or has called it off', async () => {
    const clock = virtualClock()
    const woken: string[] = []
    clock.after(11, () => woken.push('later'))
    clock.after(5, () => woken.push('called off'))()
    await clock.advance(10)
    expect(woken).toEqual([])
    expect(clock.pending).toBe(1)
  })

  it('finishes what a woken one sets in motion before it wakes the next', async () => {
    const clock = virtualClock({ startAt: 0 })
    const log: string[] = []
    const work = async () => {
      await sleep(clock, 10)
      log.push(`first at ${clock.now()}`)
      await sleep(clock, 5)
      log.push(`again at ${clock.now()}`)
    }
    const working = work()
    clock.after(20, () => log.push(`second at ${clock.now()}`))
    await clock.advance(20)
    await working
    expect(log).toEqual(['first at 10', 'again at 15', 'second at 20'])
  })

  it('wakes a sleeper whose work is called off before any time has passed', async () => {
    const clock = virtualClock()
    const work = cancellation(false)
    const sleeping = sleep(clock, 60_000, work)
    work.cancel(new Error('left'))
    await expect(sleeping).rejects.toThrow('left')
    expect(clock.now()).toBe(1_000_000)
  })

  it('runs work to its end, and only as far as it needs', async () => {
    const clock = virtualClock({ startAt: 0 })
    clock.after(10_000, () => {})
    const work = sleep(clock, 300).then(() => 'done')
    expect(await clock.run(work)).toBe('done')
    expect(clock.now()).toBe(300)
  })

  it('fails as the work it runs fails', async () => {
    const clock = virtualClock()
    const work = sleep(clock, 10).then(() => Promise.reject(new Error('broken')))
    await expect(clock.run(work)).rejects.toThrow('broken')
  })

  it('says so where work waits for something that no timer brings', async () => {
    await expect(virtualClock().run(new Promise(() => {}))).rejects.toThrow('no timer is set')
  })

  it('never goes back, whatever timers are set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: -50, max: 200 }), { maxLength: 20 }), async (delays) => {
        const clock = virtualClock({ startAt: 0, flush: () => Promise.resolve() })
        const seen: number[] = []
        for (const ms of delays) clock.after(ms, () => seen.push(clock.now()))
        await clock.advance(100)
        expect(seen).toEqual([...seen].sort((a, b) => a - b))
        expect(seen).toHaveLength(delays.filter((ms) => ms <= 100).length)
        expect(clock.now()).toBe(100)
      }),
    )
  })
})
