/** What every balancer keeps to, and every measure of load: a suite for each of their implementers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../src/core/random.ts'
import type { Balancer, Load } from '../../src/filters/balance/balancer.ts'

const seed = 9

interface Weighed {
  readonly name: string
  readonly load: Load
}

/** An endpoint that costs as much as is said. */
export function weighed(name: string, cost: number): Weighed {
  const load: Load = { cost: () => cost, start: () => ({ settle() {} }), inFlight: () => 0 }
  return { name, load }
}

export function itIsABalancer(name: string, make: (random: Random) => Balancer): void {
  describe(`${name}, a balancer`, () => {
    it('has no choice with one candidate', () => {
      const only = weighed('only', Number.MAX_VALUE)
      expect(make(seeded(seed))([only], 0)).toBe(only)
    })

    it(`chooses one of the candidates, and changes nothing (seed ${seed})`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 50 }),
          fc.integer(),
          (costs, chance) => {
            const candidates = Object.freeze(costs.map((cost, index) => weighed(String(index), cost)))
            expect(candidates).toContain(make(seeded(chance))(candidates, 0))
          },
        ),
        { seed },
      )
    })

    it('makes the same choices with the same chance', () => {
      const candidates = [weighed('a', 3), weighed('b', 3), weighed('c', 3), weighed('d', 3)]
      const choices = () => {
        const balancer = make(seeded(seed))
        return Array.from({ length: 50 }, () => balancer(candidates, 0).name)
      }
      expect(choices()).toEqual(choices())
    })

    it('lets no endpoint go without, among equals', () => {
      const candidates = Array.from({ length: 10 }, (_, index) => weighed(String(index), 1))
      const balancer = make(seeded(seed))
      const chosen = new Set(Array.from({ length: 500 }, () => balancer(candidates, 0).name))
      expect(chosen.size).toBe(10)
    })
  })
}

export function itIsALoad(name: string, make: () => Load): void {
  describe(`${name}, a load`, () => {
    it('costs more with every request in flight', () => {
      const load = make()
      load.start(0, 10_000).settle('success', 10)
      const costs = [load.cost(10)]
      for (let request = 0; request < 5; request++) {
        load.start(10, 10_000)
        costs.push(load.cost(10))
      }
      expect(costs).toEqual(costs.toSorted((a, b) => a - b))
      expect(new Set(costs).size).toBe(6)
      expect(load.inFlight(10)).toBe(5)
    })

    it('counts a pick that is settled twice once', () => {
      const load = make()
      load.start(0, 10_000)
      const pick = load.start(0, 10_000)
      pick.settle('success', 5)
      pick.settle('unreachable', 6)
      pick.settle('cancelled', 7)
      expect(load.inFlight(7)).toBe(1)
      const other = make()
      other.start(0, 10_000)
      other.start(0, 10_000).settle('success', 5)
      expect(load.cost(7)).toBe(other.cost(7))
    })

    it('forgets a request whose owner died, after it would have ended', () => {
      const load = make()
      load.start(0, 1000)
      expect(load.inFlight(1000)).toBe(1)
      expect(load.inFlight(1001)).toBe(0)
    })

    it('does not mind when a request that was forgotten is settled after all', () => {
      const load = make()
      const pick = load.start(0, 1000)
      const other = load.start(500, 60_000)
      expect(load.inFlight(2000)).toBe(1)
      pick.settle('success', 2001)
      expect(load.inFlight(2001)).toBe(1)
      other.settle('success', 2002)
      expect(load.inFlight(2002)).toBe(0)
    })

    it(`has as many in flight as were started and not settled (seed ${seed})`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.oneof(fc.constant('start' as const), fc.integer({ min: 0, max: 20 })), { maxLength: 100 }),
          (steps) => {
            const load = make()
            const open: ReturnType<Load['start']>[] = []
            let now = 0
            for (const step of steps) {
              now += 1
              if (step === 'start') open.push(load.start(now, now + 100_000))
              else open.splice(step, 1)[0]?.settle(step % 2 === 0 ? 'success' : 'failure', now)
              expect(load.inFlight(now)).toBe(open.length)
              expect(load.cost(now)).toBeGreaterThanOrEqual(0)
            }
          },
        ),
        { seed },
      )
    })
  })
}
