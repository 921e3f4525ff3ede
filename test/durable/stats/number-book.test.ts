/** Sums of isolates: equal to the truth, whatever is lost, doubled or late; and bounded. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { NumberCaps } from '../../../src/durable/stats/number-book.ts'
import { statsEngine } from '../../../src/durable/stats/stats-engine.ts'
import { exponentialHistogram } from '../../../src/math/exponential-histogram.ts'
import type { Digest } from '../../../src/telemetry/digest.ts'
import type { ServiceNumbers } from '../../../src/telemetry/numbers/numbers-digest.ts'
import { NOTHING, sumOf } from '../../../src/telemetry/numbers/sum.ts'
import { nodeStore } from '../../support/node-store.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

function given(numberCaps?: NumberCaps) {
  const clock = virtualClock({ startAt: 1_760_000_000_000 })
  const store = nodeStore()
  const make = () => statsEngine({ store, clock, numberCaps })
  return { clock, make, stats: make() }
}

function numbersOf(successes: number, failures: number, ms: readonly number[] = [], endpoint = 'eu'): ServiceNumbers {
  const histogram = exponentialHistogram()
  for (const value of ms) histogram.record(value)
  const ends = [successes, failures]
  return {
    ...NOTHING,
    ends,
    ms: histogram.counts(),
    attempts: successes + failures,
    callers: { checkout: ends },
    endpoints: { [endpoint]: { ends, ms: histogram.counts() } },
    errors: failures > 0 ? { no_endpoint: failures } : {},
  }
}

const digest = (isolate: string, sequence: number, services: Record<string, ServiceNumbers>): Digest => ({
  isolate,
  sequence,
  numbers: { services, overflow: 0 },
})

/** As equal sums are: buckets in order, without what is written as nothing. */
function comparable({ ms, ...rest }: ServiceNumbers) {
  const pairs = ms.buckets.flatMap((index, at) => (at % 2 === 0 ? [[index, ms.buckets[at + 1]] as const] : []))
  const { endpoints, ...others } = rest
  const ends = Object.fromEntries(Object.entries(endpoints).map(([name, { ends }]) => [name, ends]))
  return { ...others, ends: rest.ends, endpoints: ends, ms: pairs.sort(([one], [other]) => one - other) }
}

function randomNumbers(random: Random): ServiceNumbers {
  const many = Math.floor(random.next() * 20)
  const ms = Array.from({ length: many }, () => random.next() * 1000)
  return numbersOf(many, Math.floor(random.next() * 3), ms, random.next() < 0.5 ? 'eu' : 'us')
}

describe('the sums of the mesh', () => {
  it('are those of 200 isolates, though digests come twice, late and in any order', () => {
    const random = seeded(7)
    const { clock, stats, make } = given()
    const truth: ServiceNumbers[] = []
    const sent: Digest[] = []
    for (let isolate = 0; isolate < 200; isolate++) {
      for (let sequence = 1; sequence <= 5; sequence++) {
        const users = randomNumbers(random)
        truth.push(users)
        sent.push(digest(`isolate${isolate}`, sequence, { users }))
      }
    }
    const shuffled = [...sent, ...sent.filter(() => random.next() < 0.3)].sort(() => random.next() - 0.5)
    for (const [index, one] of shuffled.entries()) {
      stats.digest(one)
      if (index % 100 === 0) void clock.advance(1)
    }
    const { services, isolates } = stats.sums(MINUTE_MS)
    expect(services.map(({ service }) => service)).toEqual(['users'])
    expect(comparable(services[0]?.numbers as ServiceNumbers)).toEqual(comparable(sumOf(truth)))
    expect(isolates).toBe(200)
    // An object that was evicted has it all again.
    expect(make().sums(MINUTE_MS)).toEqual(stats.sums(MINUTE_MS))
  })

  it('lack a digest that is lost, and nothing else', () => {
    const { stats } = given()
    for (const sequence of [1, 2, 4]) stats.digest(digest('a', sequence, { users: numbersOf(sequence, 0) }))
    expect(stats.sums(MINUTE_MS).services[0]?.numbers.ends).toEqual([7, 0])
  })

  it('are of the window that is asked for, however it is kept', async () => {
    const { clock, stats } = given()
    stats.digest(digest('a', 1, { users: numbersOf(1, 0) }))
    await clock.advance(2 * MINUTE_MS)
    stats.digest(digest('a', 2, { users: numbersOf(10, 0), orders: numbersOf(5, 0) }))
    expect(stats.sums(MINUTE_MS).services.map(({ service, numbers }) => [service, numbers.ends[0]])).toEqual([
      ['orders', 5],
      ['users', 10],
    ])
    expect(stats.sums(HOUR_MS).services.map(({ numbers }) => numbers.ends[0])).toEqual([5, 11])
    await clock.advance(5 * HOUR_MS)
    expect(stats.sums(10 * MINUTE_MS).services).toEqual([])
    expect(stats.sums(24 * HOUR_MS).services.map(({ numbers }) => numbers.ends[0])).toEqual([5, 11])
  })

  it('are kept by ten seconds for six hours, by five minutes for seven days', async () => {
    const { clock, stats } = given()
    stats.digest(digest('a', 1, { users: numbersOf(1, 0) }))
    stats.turn()
    await clock.advance(7 * HOUR_MS)
    stats.digest(digest('a', 2, { users: numbersOf(1, 0) }))
    expect(stats.series('users', 6 * HOUR_MS).points.length).toBe(1)
    expect(stats.series('users', 24 * HOUR_MS).points.length).toBe(2)
    await clock.advance(7 * 24 * HOUR_MS)
    stats.digest(digest('a', 3, { users: numbersOf(1, 0) }))
    expect(stats.series('users', 8 * 24 * HOUR_MS).points.length).toBe(2)
  })

  it('have at most 400 points, in steps of one length', async () => {
    const { clock, stats } = given()
    for (let minute = 0; minute < 60; minute++) {
      stats.digest(digest('a', minute + 1, { users: numbersOf(1, 0, [minute]) }))
      await clock.advance(MINUTE_MS)
    }
    for (const windowMs of [MINUTE_MS, HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS]) {
      const { stepMs, points } = stats.series('users', windowMs)
      expect(points.length).toBeLessThanOrEqual(400)
      for (const { at } of points) expect(at % stepMs).toBe(0)
    }
    const { points } = stats.series('users', 2 * HOUR_MS)
    expect(points.reduce((sum, { numbers }) => sum + (numbers.ends[0] ?? 0), 0)).toBe(60)
  })

  it('are the same over a window of many steps, and points have no more in them than they are asked for', async () => {
    const { clock, stats } = given()
    for (let step = 0; step < 50; step++) {
      const of = numbersOf(2, 1, [step + 1], `https://${step}.example`)
      stats.digest(digest('a', step + 1, { users: of, orders: of }))
      stats.turn()
      await clock.advance(10_000)
    }
    const { services } = stats.sums(10 * MINUTE_MS)
    expect(services.map(({ service, numbers }) => [service, numbers.ends, numbers.errors])).toEqual([
      ['orders', [100, 50], { no_endpoint: 50 }],
      ['users', [100, 50], { no_endpoint: 50 }],
    ])
    expect(Object.keys(services[1]?.numbers.endpoints ?? {}).length).toBe(50)
    const { points } = stats.series('users', 10 * MINUTE_MS)
    expect(points.length).toBe(50)
    for (const { numbers } of points)
      expect(numbers).toMatchObject({ ends: [2, 1], attempts: 3, endpoints: {}, callers: {} })
  })

  it('take no more room than they may, and no more services', () => {
    const { stats } = given({ bytes: 20_000, services: 10 })
    for (let service = 0; service < 100; service++)
      stats.digest(digest('a', service + 1, { [`s${service}`]: numbersOf(1, 1, [service]) }))
    const { services } = stats.sums(MINUTE_MS)
    expect(services.length).toBeLessThanOrEqual(11)
    expect(services.find(({ service }) => service === '(other)')?.numbers.ends).toEqual([90, 90])
  })
})

describe('a digest', () => {
  /** What a row holds of a service. */
  const endpointsOf = (stats: ReturnType<typeof statsEngine>) => stats.totals().services[0]?.numbers.endpoints ?? {}

  it('that nobody could add up is left out, and all others are kept', () => {
    const { stats } = given()
    const users = numbersOf(1, 0, [5])
    const wrong: readonly object[] = [
      { isolate: 'x'.repeat(100_000), sequence: 1, numbers: { services: { users }, overflow: 0 } },
      { isolate: 7, sequence: 1 },
      { isolate: 'a', sequence: 2 ** 60 },
      { isolate: 'a', sequence: 1, numbers: { services: { users: { ...users, ends: 'many' } } } },
      { isolate: 'a', sequence: 1, numbers: { services: { users: { ...users, ends: [Number.NaN] } } } },
      { isolate: 'a', sequence: 1, numbers: { services: { users: { ...users, ms: {} } } } },
      { isolate: 'a', sequence: 1, numbers: { services: { users: { ...users, callers: undefined } } } },
      { isolate: 'a', sequence: 1, numbers: { services: { ['u'.repeat(5_000_000)]: users } } },
      { isolate: 'a', sequence: 1, shapes: { share: 1, drawn: 1, shapes: [{}] } },
      { isolate: 'a', sequence: 1, shapes: { share: 1, drawn: 1, shapes: 'none' } },
    ]
    for (const one of wrong) expect(stats.digest(one as Digest)).toBe(false)
    expect(stats.digest(digest('a', 1, { users }))).toBe(true)
    stats.turn()
    expect(stats.totals().services).toMatchObject([{ service: 'users', numbers: { ends: [1, 0] } }])
    expect(stats.coverage()).toEqual({ oldestAt: undefined, isolates: 1 })
  })

  it('fits into a row, however many endpoints a service has had: those that count least go together', () => {
    const { stats } = given()
    const busy = numbersOf(1000, 0, [10], 'https://busy.example')
    stats.digest(digest('a', 1, { users: busy }))
    for (let turn = 0; turn < 10; turn++) {
      const endpoints = Object.fromEntries(
        Array.from({ length: 1_000 }, (_, index) => {
          const { ends, ms } = numbersOf(1, 0, [index, index * 2, index * 3])
          return [`https://preview-${turn}-${index}.example.com/some/longer/path`, { ends, ms }]
        }),
      )
      stats.digest(digest('a', turn + 2, { users: { ...NOTHING, endpoints } }))
      stats.turn()
    }
    const kept = endpointsOf(stats)
    expect(JSON.stringify(stats.totals()).length).toBeLessThan(600_100)
    expect(kept['https://busy.example']?.ends).toEqual([1000, 0])
    const all = Object.values(kept).reduce((sum, { ends }) => sum + (ends[0] ?? 0), 0)
    expect([all, (kept['(other)']?.ends[0] ?? 0) > 9_000]).toEqual([11_000, true])
  })
})

describe('sumOf', () => {
  const some = fc.integer({ min: 0, max: 1e6 }).map((seed) => randomNumbers(seeded(seed)))
  it('says the same whatever the order, and of sums of sums', () => {
    fc.assert(
      fc.property(fc.array(some, { maxLength: 6 }), (all) => {
        const whole = comparable(sumOf(all))
        expect(comparable(sumOf([...all].reverse()))).toEqual(whole)
        expect(comparable(sumOf([sumOf(all.slice(0, 2)), sumOf(all.slice(2))]))).toEqual(whole)
      }),
    )
  })
})
