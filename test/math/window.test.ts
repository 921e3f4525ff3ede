import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slidingSum } from '../../src/math/window.ts'

const START = 1_000_000

describe('slidingSum', () => {
  it('is what was added within the window', () => {
    const sum = slidingSum(10_000)
    sum.add(3, START)
    sum.add(4, START + 5000)
    expect(sum.total(START + 5000)).toBe(7)
  })

  it('forgets what was added a window ago, and not what was added a slice less', () => {
    const sum = slidingSum(10_000)
    sum.add(3, START)
    expect(sum.total(START + 9999)).toBe(3)
    expect(sum.total(START + 10_000)).toBe(0)
  })

  it('forgets all after a long silence', () => {
    const sum = slidingSum(10_000)
    for (let ms = 0; ms < 10_000; ms += 500) sum.add(1, START + ms)
    expect(sum.total(START + 86_400_000)).toBe(0)
  })

  it('takes from what would be forgotten first', () => {
    const sum = slidingSum(10_000)
    sum.add(5, START)
    sum.add(5, START + 5000)
    expect(sum.take(5, START + 5000)).toBe(0)
    expect(sum.total(START + 10_000)).toBe(5)
  })

  it('says what it could not take, and is never below nothing', () => {
    const sum = slidingSum(10_000)
    sum.add(2, START)
    expect(sum.take(5, START)).toBe(3)
    expect(sum.total(START)).toBe(0)
  })

  it('loses nothing when the clock steps back', () => {
    const sum = slidingSum(10_000)
    sum.add(2, START)
    sum.add(3, START - 60_000)
    expect(sum.total(START - 60_000)).toBe(5)
    expect(sum.total(START)).toBe(5)
  })

  it('agrees with a list of all that was added and taken', () => {
    const step = fc.record({
      does: fc.constantFrom('add', 'add', 'take'),
      amount: fc.nat(20),
      afterMs: fc.oneof(fc.nat(300), fc.integer({ min: -500, max: 3000 })),
    })
    const shape = fc.record({ slices: fc.integer({ min: 1, max: 12 }), sliceMs: fc.integer({ min: 1, max: 200 }) })
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 60 }), ({ slices, sliceMs }, steps) => {
        const subject = slidingSum(slices * sliceMs, slices)
        let added: { amount: number; slice: number }[] = []
        let now = START
        let latest = 0
        for (const { does, amount, afterMs } of steps) {
          now += afterMs
          latest = Math.max(latest, now)
          const slice = Math.floor(latest / sliceMs)
          added = added.filter((one) => one.slice > slice - slices)
          if (does === 'add') {
            subject.add(amount, now)
            added.push({ amount, slice })
          } else {
            let wanted = amount
            added = added
              .toSorted((one, other) => one.slice - other.slice)
              .map((one) => {
                const taken = Math.min(one.amount, wanted)
                wanted -= taken
                return { ...one, amount: one.amount - taken }
              })
            expect(subject.take(amount, now)).toBe(wanted)
          }
          expect(subject.total(now)).toBe(added.reduce((sum, one) => sum + one.amount, 0))
        }
      }),
    )
  })
})
