import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { MOST_TAPS, taps } from '../../../src/durable/stats/taps.ts'
import type { TapCall } from '../../../src/telemetry/tap/tap.ts'

const call = (over: Partial<TapCall> = {}): TapCall => ({
  at: 0,
  service: 'users',
  method: 'GET',
  path: '/',
  status: 200,
  outcome: 'success',
  tookMs: 1,
  attempts: [],
  ...over,
})

function given() {
  const clock = virtualClock({ startAt: 1_760_000_000_000 })
  const all = taps(clock, seeded(7))
  const open = (filter = {}, forMs = 60_000, isolates = 1) => {
    const opened = all.open(filter, forMs, isolates)
    if (!opened) throw new Error('No room for a tap.')
    return opened
  }
  return { clock, all, open }
}

describe('taps', () => {
  it('wants nothing of isolates where nobody looks', () => {
    expect(given().all.orders()).toBeUndefined()
  })

  it('tells isolates what is looked for and for how long, and those who look what came, once', async () => {
    const { clock, all, open } = given()
    const { id } = open({ service: 'users' })
    await clock.advance(10_000)
    expect(all.orders()).toEqual([{ id, filter: { service: 'users' }, forMs: 50_000, most: 20 }])
    all.take('isolate', [{ id, calls: [call({ path: '/a' })], leftOut: 3 }])
    expect(all.read(id)).toEqual({
      calls: [{ ...call({ path: '/a' }), isolate: 'isolate' }],
      leftOut: 3,
      isOver: false,
    })
    expect(all.read(id)).toEqual({ calls: [], leftOut: 0, isOver: false })
  })

  it('ends when its time is up, after the last digests have come', async () => {
    const { clock, all, open } = given()
    const { id } = open({}, 10_000)
    await clock.advance(10_000)
    expect(all.orders()).toBeUndefined()
    all.take('isolate', [{ id, calls: [call()], leftOut: 0 }])
    expect(all.read(id)).toMatchObject({ calls: [{}], isOver: false })
    await clock.advance(7_500)
    expect(all.read(id)).toMatchObject({ isOver: true })
    expect(all.read(id)).toBeUndefined()
  })

  it('forgets a tap that nobody asks for, and what comes for it', async () => {
    const { clock, all, open } = given()
    const { id } = open({}, 600_000)
    await clock.advance(14_000)
    expect(all.read(id)).toBeDefined()
    await clock.advance(15_000)
    all.take('isolate', [{ id, calls: [call()], leftOut: 0 }])
    expect(all.orders()).toBeUndefined()
    expect(all.read(id)).toBeUndefined()
  })

  it('has room for a few, and again when one has ended', () => {
    const { all, open } = given()
    const opened = Array.from({ length: MOST_TAPS }, () => open())
    expect(new Set(opened.map(({ id }) => id)).size).toBe(MOST_TAPS)
    expect(all.open({}, 60_000, 1)).toBeUndefined()
    all.close(opened[1]?.id ?? '')
    expect(all.open({}, 60_000, 1)).toBeDefined()
  })

  it.each([
    [0, 20],
    [10, 20],
    [50, 4],
    [1_000, 1],
  ])('of %i isolates lets each tell %i calls a second', (isolates, most) => {
    expect(given().open({}, 60_000, isolates).most).toBe(most)
  })

  it('holds so many calls as nobody reads, and counts the others', () => {
    const { all, open } = given()
    const { id } = open()
    for (let isolate = 0; isolate < 12; isolate++) {
      all.take(`${isolate}`, [{ id, calls: Array.from({ length: 100 }, () => call()), leftOut: 1 }])
    }
    const { calls, leftOut } = all.read(id) ?? { calls: [] }
    expect([calls.length, leftOut]).toEqual([1_000, 212])
  })

  it('takes of an isolate nothing that is not looked for, and nothing for a tap that there is not', () => {
    const { all, open } = given()
    const { id } = open({ prefixes: ['users'] })
    all.take('isolate', [
      { id, calls: [call({ service: 'orders' }), call({ service: '' }), call({ service: 'users-v2' })], leftOut: 0 },
      { id: 'other', calls: [call()], leftOut: 0 },
    ])
    expect(all.read(id)?.calls.map(({ service }) => service)).toEqual(['users-v2'])
    expect(all.read('other')).toBeUndefined()
  })
})
