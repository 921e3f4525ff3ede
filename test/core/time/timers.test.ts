import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Timers, timers } from '../../../src/core/time/timers.ts'

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

  it(`keep their order while some are set, some called off and some taken (seed ${seed})`, () => {
    const step = fc.oneof(
      fc.record({ set: fc.integer({ min: 0, max: 9 }) }),
      fc.record({ stop: fc.nat(99) }),
      fc.constant('take' as const),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const set = timers()
        const stops: (() => void)[] = []
        const woken: number[] = []
        let expected: { at: number; id: number }[] = []
        for (const step of steps) {
          if (step === 'take') {
            set.take()?.()
            const first = expected.shift()
            expect(woken.at(-1)).toBe(first?.id ?? woken.at(-1))
          } else if ('set' in step) {
            const id = stops.length
            stops.push(set.set(step.set, () => woken.push(id)))
            expected.push({ at: step.set, id })
            expected.sort((one, other) => one.at - other.at || one.id - other.id)
          } else {
            stops[step.stop]?.()
            expected = expected.filter(({ id }) => id !== step.stop)
          }
          expect(set.size).toBe(expected.length)
          expect(set.nextAt).toBe(expected[0]?.at ?? Number.POSITIVE_INFINITY)
        }
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
