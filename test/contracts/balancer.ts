/** What every balancer keeps to, and every measure of load: a suite for each of their implementers. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../src/core/time/random.ts'
import type { Balancer, Choice, Load } from '../../src/features/balance/balancer.ts'
import { ALGORITHMS, type LoadBalancer } from '../../src/features/balance/policy.ts'

const seed = 9
/** So many that a point of a hundred is four times what chance does to a share. */
const CALLS = 40_000

/** Every `loadBalancer` that a record may have. */
export const LOAD_BALANCERS: readonly LoadBalancer[] = [...ALGORITHMS, { ringHash: { header: 'x-user' } }]

interface Weighed extends Choice {
  readonly name: string
}

/** An endpoint that costs as much as is said. */
export function weighed(name: string, cost: number, weight = 1, inFlight = 0): Weighed {
  const load: Load = { cost: () => cost, start: () => ({ end() {} }), inFlight: () => inFlight }
  return { name, load, endpoint: { id: `https://${name}.example.com`, weight } }
}

/** So many endpoints of the same cost and weight. */
export function equals(count: number): Weighed[] {
  return Array.from({ length: count }, (_, index) => weighed(`eu-${index}`, 1))
}

/** How often each is chosen, of so many calls: each with a key of its own, where keys are given. */
export function chosen(balancer: Balancer, from: readonly Weighed[], calls: number, key?: (call: number) => string) {
  const counts = new Map(from.map(({ name }) => [name, 0]))
  for (let call = 0; call < calls; call++) {
    const { name } = balancer(from, call, key?.(call))
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}

type Make = (random: Random) => Balancer

/** Each of so many endpoints: what it costs, what it weighs, how many it has in flight. */
const anyCandidates = fc
  .array(fc.tuple(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.nat(4), fc.nat(100)), {
    minLength: 1,
    maxLength: 20,
  })
  .map((all) => Object.freeze(all.map(([cost, weight, flying], index) => weighed(`eu-${index}`, cost, weight, flying))))
const anyKey = fc.option(fc.string(), { nil: undefined })

/** What every balancer keeps to, whether or not it knows of weights. */
export function itIsABalancerOfEquals(name: string, make: Make): void {
  describe(`${name}, a balancer of equals`, () => {
    it('has no choice with one candidate', () => {
      const only = weighed('only', Number.MAX_VALUE)
      expect(make(seeded(seed))([only], 0)).toBe(only)
    })

    it(`chooses one of those it is given, whichever it was given before, and changes nothing (seed ${seed})`, () => {
      fc.assert(
        fc.property(anyCandidates, fc.integer(), anyKey, fc.infiniteStream(fc.boolean()), (all, chance, key, coins) => {
          const balancer = make(seeded(chance))
          for (let call = 0; call < 5; call++) {
            const some = Object.freeze(all.filter(() => coins.next().value))
            const given = some.length > 0 ? some : all
            expect(given).toContain(balancer(given, call, key))
          }
        }),
        { seed },
      )
    })

    it('makes the same choices with the same chance', () => {
      const candidates = [weighed('a', 3), weighed('b', 3, 2), weighed('c', 3), weighed('d', 3, 5)]
      const choices = () => {
        const balancer = make(seeded(seed))
        return Array.from({ length: 50 }, () => balancer(candidates, 0).name)
      }
      expect(choices()).toEqual(choices())
    })

    it('gives about the same to each', () => {
      const candidates = equals(10)
      const counts = chosen(make(seeded(seed)), candidates, 1000)
      for (const [name, count] of counts) expect(Math.abs(count - 100), name).toBeLessThan(50)
    })

    it('tells a programmer that there is nothing to choose from', () => {
      expect(() => make(seeded(seed))([], 0)).toThrow(RangeError)
    })
  })
}

export function itIsABalancer(name: string, make: Make): void {
  itIsABalancerOfEquals(name, make)

  describe(`${name}, a balancer by weight`, () => {
    it(`gives nothing to what weighs nothing, unless none weighs anything (seed ${seed})`, () => {
      fc.assert(
        fc.property(anyCandidates, fc.integer(), anyKey, (all, chance, key) => {
          const { endpoint } = make(seeded(chance))(all, 0, key)
          const isAnyWeighed = all.some(({ endpoint }) => endpoint.weight > 0)
          expect(endpoint.weight > 0).toBe(isAnyWeighed)
        }),
        { seed },
      )
    })

    it('gives about the same to each where none weighs anything', () => {
      const candidates = equals(4).map(({ name }) => weighed(name, 1, 0))
      const counts = chosen(make(seeded(seed)), candidates, 1000)
      for (const [name, count] of counts) expect(Math.abs(count - 250), name).toBeLessThan(60)
    })

    it.each([[[5, 95]], [[10, 90]], [[1, 2, 3, 4]], [[5, 45, 50]], [[1, 1, 1, 7]], [[1_000_000, 1_000_000, 500_000]]])(
      'gives each its share by weight, within a point of a hundred: %j',
      (weights) => {
        const sum = weights.reduce((sum, weight) => sum + weight, 0)
        // Costs are as unequal as can be: the heaviest is the dearest.
        const candidates = weights.map((weight, index) => weighed(`eu-${index}`, weight, weight))
        const counts = chosen(make(seeded(seed)), candidates, CALLS, (call) => `user-${call}`)
        const shares = new Map<number, number>()
        for (const { name, endpoint } of candidates) {
          shares.set(endpoint.weight, (shares.get(endpoint.weight) ?? 0) + (counts.get(name) ?? 0))
        }
        for (const [weight, count] of shares) {
          const wanted = weights.filter((other) => other === weight).length * (weight / sum)
          expect(Math.abs(count / CALLS - wanted), `${weight} of ${sum}`).toBeLessThan(0.01)
        }
      },
    )
  })
}

export function itIsALoad(name: string, make: () => Load): void {
  describe(`${name}, a load`, () => {
    it('costs more with every request in flight', () => {
      const load = make()
      load.start(0, 10_000).end('success', 10)
      const costs = [load.cost(10)]
      for (let request = 0; request < 5; request++) {
        load.start(10, 10_000)
        costs.push(load.cost(10))
      }
      expect(costs).toEqual(costs.toSorted((a, b) => a - b))
      expect(new Set(costs).size).toBe(6)
      expect(load.inFlight(10)).toBe(5)
    })

    it('counts a pick that ends twice once', () => {
      const load = make()
      load.start(0, 10_000)
      const pick = load.start(0, 10_000)
      pick.end('success', 5)
      pick.end('unreachable', 6)
      pick.end('cancelled', 7)
      expect(load.inFlight(7)).toBe(1)
      const other = make()
      other.start(0, 10_000)
      other.start(0, 10_000).end('success', 5)
      expect(load.cost(7)).toBe(other.cost(7))
    })

    it('forgets a request whose owner died, after it would have ended', () => {
      const load = make()
      load.start(0, 1000)
      expect(load.inFlight(1000)).toBe(1)
      expect(load.inFlight(1001)).toBe(0)
    })

    it('does not mind when a request that was forgotten ends after all', () => {
      const load = make()
      const pick = load.start(0, 1000)
      const other = load.start(500, 60_000)
      expect(load.inFlight(2000)).toBe(1)
      pick.end('success', 2001)
      expect(load.inFlight(2001)).toBe(1)
      other.end('success', 2002)
      expect(load.inFlight(2002)).toBe(0)
    })

    it(`has as many in flight as were started and have not ended (seed ${seed})`, () => {
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
              else open.splice(step, 1)[0]?.end(step % 2 === 0 ? 'success' : 'failure', now)
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
