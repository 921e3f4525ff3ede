import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import type { Choice } from '../../../src/features/balance/balancer.ts'
import { areEqual, byWeight } from '../../../src/features/balance/by-weight.ts'
import { leastRequest } from '../../../src/features/balance/least-request.ts'
import { p2c } from '../../../src/features/balance/p2c.ts'
import { peakEwma } from '../../../src/features/balance/peak-ewma.ts'
import { chosen, itIsABalancer, weighed } from '../../contracts/balancer.ts'

itIsABalancer('p2c by weight', (random) => byWeight(p2c(random), random))
itIsABalancer('least request by weight', (random) => byWeight(leastRequest(random), random))

describe('byWeight', () => {
  it('leaves the choice within a class to the balancer', () => {
    const candidates = [weighed('slow', 9, 45), weighed('quick', 1, 45), weighed('canary', 50, 10)]
    const random = seeded(3)
    const counts = chosen(byWeight(p2c(random), random), candidates, 10_000)
    expect(counts.get('slow')).toBe(0)
    expect(Math.abs((counts.get('canary') ?? 0) - 1000)).toBeLessThan(100)
  })

  it('keeps a canary at its share under real load, of one request at a time or of fifty', () => {
    for (const flying of [1, 50]) {
      const candidates = [5, 95].map((weight, index) => ({
        endpoint: { id: String(index), weight },
        load: peakEwma(),
      }))
      const random = seeded(3)
      const balancer = byWeight(p2c(random), random)
      const open: (() => void)[] = []
      let canary = 0
      for (let call = 0; call < 10_000; call++) {
        const now = call * 10
        const candidate = balancer(candidates, now)
        if (candidate === candidates[0]) canary += 1
        const pick = candidate.load.start(now, now + 60_000)
        open.push(() => pick.end('success', now + 10 * flying))
        if (open.length >= flying) open.shift()?.()
      }
      expect(Math.abs(canary / 10_000 - 0.05)).toBeLessThan(0.01)
    }
  })

  it('shares what an endpoint leaves that is gone among the others, by their weights', () => {
    const all = [weighed('a', 1, 60), weighed('b', 1, 30), weighed('c', 1, 10)]
    const random = seeded(3)
    const balancer = byWeight(p2c(random), random)
    chosen(balancer, all, 100)
    const counts = chosen(balancer, all.slice(1), 10_000)
    expect(counts.get('b')).toBeGreaterThan(7300)
    expect(counts.get('c')).toBeGreaterThan(2300)
  })

  it('sorts a list once, not once a request', () => {
    let asked = 0
    const candidates: Choice[] = Array.from({ length: 10 }, (_, index) => ({
      load: weighed('', 1).load,
      endpoint: {
        id: String(index),
        get weight() {
          asked += 1
          return index
        },
      },
    }))
    const random = seeded(3)
    const balancer = byWeight(p2c(random), random)
    for (let call = 0; call < 100; call++) balancer(candidates, 0)
    expect(asked).toBe(10)
  })
})

describe('areEqual', () => {
  it('is true of one weight, whatever it is', () => {
    expect(areEqual([weighed('a', 1, 7), weighed('b', 2, 7)])).toBe(true)
    expect(areEqual([weighed('a', 1, 0), weighed('b', 2, 0)])).toBe(true)
    expect(areEqual([weighed('a', 1, 7), weighed('b', 2, 8)])).toBe(false)
    expect(areEqual([])).toBe(true)
  })
})
