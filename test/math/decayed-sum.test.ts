import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decayedSum } from '../../src/math/decayed-sum.ts'

const HALF_LIFE = 30_000
const START = 1_000_000
const seed = 11

describe('decayedSum', () => {
  it('is 0 before anything is added', () => {
    expect(decayedSum(HALF_LIFE).value(START)).toBe(0)
  })

  it('counts a half after one half-life, a quarter after two', () => {
    const sum = decayedSum(HALF_LIFE)
    sum.add(8, START)
    expect(sum.value(START)).toBe(8)
    expect(sum.value(START + HALF_LIFE)).toBe(4)
    expect(sum.value(START + 2 * HALF_LIFE)).toBe(2)
  })

  it('weighs what is older less', () => {
    const sum = decayedSum(HALF_LIFE)
    sum.add(8, START)
    sum.add(8, START + HALF_LIFE)
    expect(sum.value(START + 2 * HALF_LIFE)).toBe(2 + 4)
  })

  it('takes out again, and never falls below 0', () => {
    const sum = decayedSum(HALF_LIFE)
    sum.add(3, START)
    sum.add(-1, START)
    expect(sum.value(START)).toBe(2)
    sum.add(-5, START)
    expect(sum.value(START)).toBe(0)
    sum.add(1, START)
    expect(sum.value(START)).toBe(1)
  })

  it('finds everything as it was when the clock steps back', () => {
    const sum = decayedSum(HALF_LIFE)
    sum.add(8, START)
    expect(sum.value(START - HALF_LIFE)).toBe(8)
    sum.add(1, START - HALF_LIFE)
    expect(sum.value(START)).toBe(9)
  })

  it(`does not depend on how often anybody looks, and is the sum of its parts (seed ${seed})`, () => {
    const added = fc.array(fc.record({ amount: fc.nat(100), after: fc.nat(60_000) }), { maxLength: 30 })
    fc.assert(
      fc.property(added, (steps) => {
        const watched = decayedSum(HALF_LIFE)
        const alone = decayedSum(HALF_LIFE)
        let now = START
        let expected = 0
        for (const { amount, after } of steps) {
          now += after
          expected = expected * 2 ** (-after / HALF_LIFE) + amount
          watched.value(now - after / 2)
          watched.value(now)
          watched.add(amount, now)
          alone.add(amount, now)
        }
        expect(watched.value(now)).toBe(alone.value(now))
        expect(alone.value(now)).toBeCloseTo(expected, 6)
      }),
      { seed },
    )
  })
})
