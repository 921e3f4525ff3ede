import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import type { Caps } from '../../../src/durable/stats/shape-book.ts'
import { statsEngine } from '../../../src/durable/stats/stats-engine.ts'
import type { Digest } from '../../../src/telemetry/digest.ts'
import type { Shape } from '../../../src/telemetry/shape/shape.ts'
import { nodeStore } from '../../support/node-store.ts'

const HOUR_MS = 3_600_000

function shape(path: string, over: Partial<Shape> = {}): Shape {
  return { service: 'users', method: 'GET', path, headers: [], queries: [], values: {}, class: 'default', ...over }
}

function digest(isolate: string, sequence: number, paths: readonly string[], share = 1, drawn = paths.length): Digest {
  return { isolate, sequence, shapes: { share, drawn, shapes: paths.map((path) => shape(path)) } }
}

function givenStats(caps?: Caps) {
  const clock = virtualClock({ startAt: 1_760_000_000_000 })
  const store = nodeStore()
  const woken: number[] = []
  const make = () => statsEngine({ store, clock, caps, wake: (at) => woken.push(at) })
  return { clock, woken, make, stats: make() }
}

type Stats = ReturnType<typeof statsEngine>

function all(stats: Stats, forMs?: number) {
  const items = []
  let cursor: string | undefined
  do {
    const page = stats.shapes({ limit: 7, ...(forMs && { forMs }), ...(cursor && { cursor }) })
    items.push(...page.items)
    cursor = page.cursor
  } while (cursor !== undefined)
  return items
}
const counts = (stats: Stats, forMs?: number) =>
  Object.fromEntries(all(stats, forMs).map(({ shape, requests }) => [shape.path, requests]))

describe('statsEngine', () => {
  it('counts equal shapes together, each as the requests that it stands for', () => {
    const { stats } = givenStats()
    stats.digest(digest('a', 1, ['/x', '/x', '/y']))
    // One in twenty was drawn, and for half of those there was no room.
    stats.digest(digest('b', 1, ['/x'], 0.05, 2))
    expect(counts(stats)).toEqual({ '/x': 42, '/y': 1 })
    expect(all(stats).find(({ shape }) => shape.path === '/x')?.samples).toBe(3)
  })

  it('tells shapes apart by all that they are, whatever the order of their values', () => {
    const { stats } = givenStats()
    const shapes = [
      shape('/x', { values: { 'header a': '1', 'header b': '2' } }),
      shape('/x', { values: { 'header b': '2', 'header a': '1' } }),
      shape('/x', { values: { 'header a': '1' } }),
      shape('/x', { caller: 'checkout' }),
      shape('/x', { class: 'sheddable' }),
      shape('/x', { method: 'POST' }),
    ]
    stats.digest({ isolate: 'a', sequence: 1, shapes: { share: 1, drawn: 6, shapes } })
    expect(
      all(stats)
        .map(({ requests }) => requests)
        .sort((one, other) => one - other),
    ).toEqual([1, 1, 1, 1, 2])
  })

  it('takes a digest once, however often and late it comes, and misses only the lost', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            isolate: fc.integer({ min: 0, max: 9 }),
            copies: fc.integer({ min: 0, max: 3 }),
            late: fc.nat(20),
          }),
        ),
        (sent) => {
          const { stats } = givenStats()
          const numbers = new Map<number, number>()
          const truth = { total: 0 }
          const road = sent.flatMap(({ isolate, copies, late }, index) => {
            const sequence = (numbers.get(isolate) ?? 0) + 1
            numbers.set(isolate, sequence)
            if (copies > 0) truth.total += 2
            return Array.from({ length: copies }, (_, copy) => ({
              at: index + ((late * copy) % 21),
              digest: digest(`isolate ${isolate}`, sequence, ['/x', `/${index}`]),
            }))
          })
          for (const { digest } of road.sort((one, other) => one.at - other.at)) stats.digest(digest)
          const told = all(stats).reduce((sum, { requests }) => sum + requests, 0)
          expect(told).toBe(truth.total)
        },
      ),
      { numRuns: 50 },
    )
  })

  it('knows after it was evicted which digests it has taken, and forgets together what it had not written', () => {
    const { stats, make, clock } = givenStats()
    stats.digest(digest('a', 1, ['/x']))
    stats.turn()
    stats.digest(digest('a', 2, ['/y']))
    const next = make()
    expect(next.digest(digest('a', 1, ['/x']))).toBe(false)
    expect(next.digest(digest('a', 2, ['/y']))).toBe(true)
    expect(clock.now()).toBeLessThan(next.nextAt() as number)
    expect(counts(next)).toEqual({ '/x': 1, '/y': 1 })
  })

  it('asks for a turn where something waits, and not again before it was taken', () => {
    const { stats, woken, clock } = givenStats()
    expect(stats.nextAt()).toBeUndefined()
    stats.digest(digest('a', 1, ['/x']))
    stats.digest(digest('a', 2, ['/x']))
    // The platform lets go of an object that nobody asked for ten seconds: what waited would be lost.
    expect(woken).toEqual([clock.now() + 5_000])
    stats.turn()
    expect(stats.nextAt()).toBeUndefined()
    stats.digest(digest('a', 3, ['/x']))
    expect(woken.length).toBe(2)
  })

  it('answers for as long as it is asked for, and forgets after a day', async () => {
    const { stats, clock } = givenStats()
    stats.digest(digest('a', 1, ['/old']))
    await clock.advance(2 * HOUR_MS)
    stats.digest(digest('a', 2, ['/new']))
    expect(counts(stats, HOUR_MS)).toEqual({ '/new': 1 })
    expect(counts(stats)).toEqual({ '/new': 1, '/old': 1 })
    await clock.advance(23 * HOUR_MS)
    stats.digest(digest('a', 3, ['/newest']))
    expect(counts(stats, 48 * HOUR_MS)).toEqual({ '/new': 1, '/newest': 1 })
  })

  it('holds no more rows than it may: the oldest go first', async () => {
    const { stats, clock, make } = givenStats({ rows: 50, bytes: 1e9 })
    for (let batch = 0; batch < 20; batch++) {
      stats.digest(
        digest(
          'a',
          batch + 1,
          Array.from({ length: 10 }, (_, index) => `/${batch}/${index}`),
        ),
      )
      stats.turn()
      await clock.advance(600_000)
    }
    const left = Object.keys(counts(stats))
    expect(left.length).toBe(50)
    expect(left.every((path) => Number(path.split('/')[1]) >= 15)).toBe(true)
    // Counted anew from what is stored.
    const next = make()
    next.digest(digest('a', 21, ['/last']))
    expect(Object.keys(counts(next)).length).toBeLessThanOrEqual(50)
    expect(counts(next)['/last']).toBe(1)
  })

  it('holds no more bytes than it may, and nothing that is larger than a shape can be', () => {
    const { stats } = givenStats({ rows: 1e9, bytes: 20_000 })
    for (let batch = 0; batch < 20; batch++) {
      stats.digest(digest('a', batch + 1, [`/${batch}/${'a'.repeat(2_000)}`, `/${batch}/${'b'.repeat(17_000)}`]))
      stats.turn()
    }
    const left = all(stats)
    expect(JSON.stringify(left.map(({ shape }) => shape)).length).toBeLessThanOrEqual(21_000)
    expect(left.length).toBeGreaterThan(5)
  })

  it('writes early where much waits', () => {
    const { stats, woken } = givenStats()
    for (let batch = 0; batch < 30; batch++) {
      stats.digest(
        digest(
          'a',
          batch + 1,
          Array.from({ length: 100 }, (_, index) => `/${batch}/${index}`),
        ),
      )
    }
    expect(woken.length).toBeGreaterThan(0)
    expect(Object.keys(counts(stats)).length).toBe(3_000)
  })

  it.each([0, -1, 1.5, Number.NaN])('takes no digest with the number %s', (sequence) => {
    const { stats } = givenStats()
    expect(stats.digest(digest('a', sequence, ['/x']))).toBe(false)
    expect(counts(stats)).toEqual({})
  })

  it.each([
    [0, 1],
    [1, 0],
    [Number.NaN, 1],
  ])('counts nothing of a sample that makes no sense: share %s, drawn %s', (share, drawn) => {
    const { stats } = givenStats()
    stats.digest(digest('a', 1, ['/x'], share, drawn))
    expect(counts(stats)).toEqual({})
  })

  it('says since when it has shapes, and of how many isolates it has heard', async () => {
    const { stats, clock } = givenStats()
    expect(stats.coverage()).toEqual({ oldestAt: undefined, isolates: 0 })
    const begun = clock.now()
    stats.digest(digest('a', 1, ['/x']))
    stats.digest(digest('b', 1, ['/x']))
    expect(stats.coverage()).toEqual({ oldestAt: Math.floor(begun / 600_000) * 600_000, isolates: 2 })
    await clock.advance(2 * HOUR_MS)
    stats.digest(digest('c', 1, ['/x']))
    expect(stats.coverage().isolates).toBe(1)
  })
})

describe('a digest with calls that somebody looks at', () => {
  const call = { at: 1, service: 'users', method: 'GET', path: '/', outcome: 'success', tookMs: 1, attempts: [] }
  const withTaps = (sequence: number, taps: unknown) => ({ isolate: 'a', sequence, taps }) as Digest

  it('is taken as an isolate tells it, and told to who looks', () => {
    const { stats } = givenStats()
    const { id = '' } = stats.openTap({}, 60_000) ?? {}
    expect(stats.digest(withTaps(1, [{ id, leftOut: 0, calls: [call] }]))).toMatchObject({ taps: [{ id }] })
    expect(stats.readTap(id)?.calls).toEqual([{ ...call, isolate: 'a' }])
  })

  it.each([
    ['no list', {}],
    ['nothing', null],
    ['calls that are none', [{ id: 'one', leftOut: 0, calls: [1] }]],
    ['no count', [{ id: 'one', leftOut: -1, calls: [] }]],
    ['an instant that is none', [{ id: 'one', leftOut: 0, calls: [{ ...call, at: 1e300 }] }]],
    ['a path without an end', [{ id: 'one', leftOut: 0, calls: [{ ...call, path: '/'.repeat(5_000) }] }]],
    ['too many calls', [{ id: 'one', leftOut: 0, calls: Array.from({ length: 501 }, () => call) }]],
  ])('is not taken with %s', (_, taps) => {
    const { stats } = givenStats()
    expect(stats.digest(withTaps(1, taps))).toBe(false)
  })
})
