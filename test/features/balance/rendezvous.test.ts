import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import type { Choice } from '../../../src/features/balance/balancer.ts'
import { rendezvous } from '../../../src/features/balance/rendezvous.ts'
import { chosen, equals, itIsABalancer, weighed } from '../../contracts/balancer.ts'

itIsABalancer('rendezvous', rendezvous)

const seed = 13
const KEYS = Array.from({ length: 10_000 }, (_, index) => `user-${index}`)

/** Where each key goes. */
function homes(all: ReturnType<typeof equals>): string[] {
  const balancer = rendezvous(seeded(1))
  return KEYS.map((key) => balancer(all, 0, key).name)
}

const moved = (before: readonly string[], after: readonly string[]) =>
  KEYS.map((_, index) => [before[index] as string, after[index] as string] as const).filter(([from, to]) => from !== to)

describe('rendezvous', () => {
  it('gives the same key to the same endpoint, in every isolate and in whatever order they are written', () => {
    const all = equals(5)
    expect(homes(all)).toEqual(homes(all))
    expect(homes(all.toReversed())).toEqual(homes(all))
  })

  it('does not keep requests without a key together', () => {
    const all = equals(4)
    for (const count of chosen(rendezvous(seeded(2)), all, 4000).values()) expect(count).toBeGreaterThan(700)
  })

  it('spreads keys that differ in one letter', () => {
    const all = equals(4)
    const counts = chosen(rendezvous(seeded(2)), all, 26, (call) => `user-${String.fromCharCode(97 + call)}`)
    for (const count of counts.values()) expect(count).toBeGreaterThan(0)
  })

  it.each([2, 3, 5, 10, 50])('moves no more keys than it must when one is added to %i or taken away', (count) => {
    const fewer = homes(equals(count))
    const more = homes(equals(count + 1))
    const changes = moved(fewer, more)
    // All that move go to the new one, and they are its share.
    for (const [, to] of changes) expect(to).toBe(`eu-${count}`)
    const share = KEYS.length / (count + 1)
    expect(changes.length).toBeGreaterThan(share * 0.85)
    expect(changes.length).toBeLessThan(share * 1.15)
  })

  it('moves only the keys of an endpoint that is ejected, spreads them over the others, and brings them back', () => {
    const all = equals(5)
    const balancer = rendezvous(seeded(1))
    const homesAmong = (given: typeof all) => KEYS.map((key) => balancer(given, 0, key).name)
    const before = homesAmong(all)
    const changes = moved(before, homesAmong(all.filter(({ name }) => name !== 'eu-2')))
    for (const [from] of changes) expect(from).toBe('eu-2')
    for (const other of ['eu-0', 'eu-1', 'eu-3', 'eu-4']) {
      expect(changes.filter(([, to]) => to === other).length).toBeGreaterThan(changes.length / 5)
    }
    expect(homesAmong(all)).toEqual(before)
  })

  it(`moves no key back from a canary whose weight is raised (seed ${seed})`, () => {
    const at = (weights: readonly number[]) => homes(weights.map((weight, index) => weighed(`eu-${index}`, 1, weight)))
    const five = at([5, 95])
    const ten = at([10, 90])
    expect(five.filter((name) => name === 'eu-0').length / KEYS.length).toBeCloseTo(0.05, 1.9)
    expect(ten.filter((name) => name === 'eu-0').length / KEYS.length).toBeCloseTo(0.1, 1.9)
    for (const [from, to] of moved(five, ten)) expect([from, to]).toEqual(['eu-1', 'eu-0'])
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 1000 }),
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 4 }),
        (weight, more, others) => {
          for (const [from] of moved(at([weight, ...others]), at([weight + more, ...others]))) {
            expect(from).not.toBe('eu-0')
          }
        },
      ),
      { seed, numRuns: 20 },
    )
  })

  it('sends a key on when its endpoint has more than its share in flight', () => {
    const key = KEYS[0] as string
    const home = (flying: Record<string, number>) => {
      const all = equals(4).map(({ name }) => weighed(name, 1, 1, flying[name] ?? 0))
      return rendezvous(seeded(1))(all, 0, key).name
    }
    const first = home({})
    const others = equals(4)
      .map(({ name }) => name)
      .filter((name) => name !== first)
    const evenly = Object.fromEntries(others.map((name) => [name, 20]))
    // 1.25 of a quarter of 81 is 26: with 25 there is room for one more, with 26 there is none.
    expect(home({ ...evenly, [first]: 20 })).toBe(first)
    expect(home({ ...evenly, [first]: 30 })).not.toBe(first)
    const bound = (count: number) => Math.ceil((1.25 * (60 + count + 1)) / 4)
    for (let count = 8; count < 40; count++) {
      expect(home({ ...evenly, [first]: count }) === first, String(count)).toBe(count < bound(count))
    }
    // A few are no crowd, even where the others have none.
    expect(home({ [first]: 7 })).toBe(first)
    expect(home({ [first]: 8 })).not.toBe(first)
  })

  it(`never lets one endpoint have more than 1.25 of its share, where many are in flight (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.array(fc.nat(3), { minLength: 100, maxLength: 300 }),
        (count, keys) => {
          const flying = new Map<string, number>()
          const all = equals(count).map(({ name, endpoint, load }) => ({
            name,
            endpoint,
            load: { ...load, inFlight: () => flying.get(name) ?? 0 },
          }))
          const balancer = rendezvous(seeded(1))
          keys.forEach((key, call) => {
            const { name } = balancer(all, 0, `user-${key}`)
            flying.set(name, (flying.get(name) ?? 0) + 1)
            expect(flying.get(name)).toBeLessThanOrEqual(Math.max(8, Math.ceil((1.25 * (call + 1)) / count)))
          })
        },
      ),
      { seed, numRuns: 30 },
    )
  })

  it('moves no key between two whose weights stay in proportion, whatever becomes of a third', () => {
    const at = (weights: readonly number[]) => homes(weights.map((weight, index) => weighed(`eu-${index}`, 1, weight)))
    for (const [from, to] of moved(at([5, 35, 60]), at([10, 35, 55]))) {
      expect([
        ['eu-1', 'eu-0'],
        ['eu-2', 'eu-0'],
        ['eu-2', 'eu-1'],
      ]).toContainEqual([from, to])
    }
  })

  it('reads the endpoints of a list once, not once a request', () => {
    let asked = 0
    const all: Choice[] = equals(3).map(({ load, endpoint }) => ({
      load,
      endpoint: {
        weight: 1,
        get id() {
          asked += 1
          return endpoint.id
        },
      },
    }))
    const balancer = rendezvous(seeded(1))
    for (const key of KEYS.slice(0, 100)) balancer(all, 0, key)
    expect(asked).toBe(3)
  })
})
