import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Timers, timers } from '../../src/core/timers.ts'

const seed = 11

function drain(set: Timers): void {
  for (let wake = set.take(); wake; wake = set.take()) wake()
}

describe('timers', () => {
  it(`come out in the order of their instants, those of one instant as they were set (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean())), (given) => {
        const set = timers()
        const woken: number[] = []
        const stops = given.map(([at], index) => set.set(at, () => woken.push(index)))
        given.forEach(([, isKept], index) => {
          if (!isKept) stops[index]?.()
        })
        const kept = given.map(([at, isKept], index) => ({ at, isKept, index })).filter(({ isKept }) => isKept)
        expect(set.size).toBe(kept.length)
        drain(set)
        expect(woken).toEqual(kept.sort((one, other) => one.at - other.at).map(({ index }) => index))
        expect(set.size).toBe(0)
      }),
      { seed },
    )
  })

  it('take what is set while they are drained', () => {
    const set = timers()
    const woken: string[] = []
    set.set(10, () => {
      woken.push('first')
      set.set(15, () => woken.push('between'))
    })
    set.set(20, () => woken.push('last'))
    drain(set)
    expect(woken).toEqual(['first', 'between', 'last'])
  })

  it('say when the next one is due, and that there is none', () => {
    const set = timers()
    expect(set.nextAt).toBe(Number.POSITIVE_INFINITY)
    const stop = set.set(5, () => {})
    set.set(7, () => {})
    expect(set.nextAt).toBe(5)
    stop()
    expect(set.nextAt).toBe(7)
  })

  it('count what is called off twice once, and nothing that has fired', () => {
    const set = timers()
    const stop = set.set(1, () => {})
    const fired = set.set(0, () => {})
    set.take()
    fired()
    expect(set.size).toBe(1)
    stop()
    stop()
    expect(set.size).toBe(0)
    expect(set.take()).toBeUndefined()
  })
})
