import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { roundRobin } from '../../../src/features/balance/round-robin.ts'
import { equals, itIsABalancer, weighed } from '../../contracts/balancer.ts'

itIsABalancer('round robin', roundRobin)

const seed = 11
/** Chance that is no chance: all begin at the beginning of their round. */
const none: Random = { next: () => 0, hex: () => '' }

const sequence = (balancer: ReturnType<typeof roundRobin>, from: ReturnType<typeof equals>, calls: number) =>
  Array.from({ length: calls }, () => balancer(from, 0).name)

describe('roundRobin', () => {
  it('goes through equals one after the other', () => {
    const candidates = equals(5)
    const balancer = roundRobin(seeded(3))
    const round = sequence(balancer, candidates, 5)
    expect(new Set(round).size).toBe(5)
    expect(sequence(balancer, candidates, 5)).toEqual(round)
  })

  it('is smooth: 5, 1 and 1 are a a b a c a a, as nginx has it', () => {
    const candidates = [weighed('a', 1, 5), weighed('b', 1), weighed('c', 1)]
    const balancer = roundRobin(none)
    expect(sequence(balancer, candidates, 7).join('')).toBe('aabacaa')
    expect(sequence(balancer, candidates, 7).join('')).toBe('aabacaa')
  })

  it(`is never more than one call from the exact share of two, from its first on (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 100 }),
        fc.integer(),
        (one, other, chance) => {
          const candidates = [weighed('a', 1, one), weighed('b', 1, other)]
          const balancer = roundRobin(seeded(chance))
          let count = 0
          for (let call = 1; call <= 300; call++) {
            if (balancer(candidates, 0).name === 'a') count += 1
            expect(Math.abs(count - (call * one) / (one + other))).toBeLessThan(2)
          }
        },
      ),
      { seed },
    )
  })

  it('does not begin with the same in every isolate, but with each by its weight', () => {
    const first = (weights: number[]) => {
      const counts = weights.map(() => 0)
      for (let isolate = 0; isolate < 2000; isolate++) {
        const candidates = weights.map((weight, index) => weighed(String(index), 1, weight))
        const { name } = roundRobin(seeded(isolate))(candidates, 0)
        counts[Number(name)] = (counts[Number(name)] ?? 0) + 1
      }
      return counts
    }
    for (const count of first([1, 1, 1, 1])) expect(Math.abs(count - 500)).toBeLessThan(75)
    const [light = 0, heavy = 0] = first([1, 3])
    expect(light).toBeGreaterThan(100)
    expect(heavy).toBeGreaterThan(light)
  })

  it('passes over what is not there, and goes on where it stood', () => {
    const candidates = equals(4)
    const balancer = roundRobin(seeded(3))
    const [first] = sequence(balancer, candidates, 1)
    const others = candidates.filter(({ name }) => name !== first)
    expect(new Set(sequence(balancer, others, 3)).size).toBe(3)
    // Three have had their turn since, so the first is due.
    expect(new Set(sequence(balancer, candidates, 4)).size).toBe(4)
  })
})
