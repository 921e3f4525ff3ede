import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { p2c } from '../../../src/features/balance/p2c.ts'
import { itIsABalancerOfEquals, weighed } from '../../contracts/balancer.ts'

// Of equal weights: what weighs more is drawn above it, in by-weight.
itIsABalancerOfEquals('p2c', (random) => p2c(random))

/** Chance that says these numbers. */
function saying(...numbers: readonly number[]): Random {
  let next = 0
  return { next: () => numbers[next++ % numbers.length] as number, hex: () => '' }
}

describe('p2c', () => {
  const candidates = [weighed('a', 3), weighed('b', 1), weighed('c', 2), weighed('d', 1)]

  it('takes the lighter of two that are drawn', () => {
    expect(p2c(saying(0, 0))(candidates, 0).name).toBe('b')
    // The first is c; the second draw skips it and goes round to a.
    expect(p2c(saying(0.5, 0.4))(candidates, 0).name).toBe('c')
  })

  it('takes the first where they are equal', () => {
    expect(p2c(saying(0.25, 0.5))(candidates, 0).name).toBe('b')
    expect(p2c(saying(0.75, 0.5))(candidates, 0).name).toBe('d')
  })

  it('never draws the same one twice: of two the lighter always wins', () => {
    const balancer = p2c(seeded(3))
    const two = [weighed('heavy', 2), weighed('light', 1)]
    for (let pick = 0; pick < 200; pick++) expect(balancer(two, 0).name).toBe('light')
  })

  it('never takes the heaviest, and each other as often as its rank says', () => {
    const balancer = p2c(seeded(3))
    const ranked = [1, 2, 3, 4, 5].map((cost) => weighed(String(cost), cost))
    const counts = new Map<string, number>()
    for (let pick = 0; pick < 5000; pick++) {
      const { name } = balancer(ranked, 0)
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
    expect(counts.get('5')).toBeUndefined()
    // Of ten pairs the lightest is in four, the next in three that it wins, and so on.
    for (const [name, share] of [
      ['1', 0.4],
      ['2', 0.3],
      ['3', 0.2],
      ['4', 0.1],
    ] as const) {
      expect((counts.get(name) ?? 0) / 5000).toBeCloseTo(share, 1)
    }
  })

  it('asks for the cost of two, however many there are', () => {
    let asked = 0
    const many = Array.from({ length: 1000 }, (_, index) => {
      const { name, load, endpoint } = weighed(String(index), index)
      const cost = (now: number) => {
        asked += 1
        return load.cost(now)
      }
      return { name, endpoint, load: { ...load, cost } }
    })
    p2c(seeded(3))(many, 0)
    expect(asked).toBe(2)
  })

  it('tells a programmer that there is nothing to choose from', () => {
    expect(() => p2c(seeded(3))([], 0)).toThrow(RangeError)
  })
})
