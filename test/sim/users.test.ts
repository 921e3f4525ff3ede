import { describe, expect, it } from 'vitest'
import { seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { ledger } from '../../src/sim/ledger.ts'
import type { Fetch } from '../../src/sim/network.ts'
import { turns } from '../../src/sim/turns.ts'
import { users } from '../../src/sim/users.ts'
import { smallChain } from './small.ts'

const seed = 2

/** Users of 14 s, 50 a second, who wait for 3 s. */
async function given(answer: (clock: { now(): number }) => number | Promise<number>) {
  const clock = virtualClock({ startAt: 0, flush: turns() })
  const book = ledger(20, 1)
  const said: (string | null | undefined)[] = []
  const fetch: Fetch = async (_, { headers }) => {
    said.push(headers?.get('selvedge-timeout-ms'))
    return new Response(null, { status: await answer(clock) })
  }
  users(smallChain({ perSecond: 50 }), fetch, book, clock, seeded(seed))
  await clock.advance(18_000)
  const sum = (values: readonly number[]) => values.reduce((whole, value) => whole + value, 0)
  return { came: sum(book.came), served: sum(book.served), book, said }
}

describe(`users (seed ${seed})`, () => {
  it('come at the rate that is said, and no longer than that', async () => {
    const { came, served, book } = await given(() => 200)
    expect(came).toBeGreaterThan(620)
    expect(came).toBeLessThan(780)
    expect(served).toBe(came)
    expect(book.came.slice(14)).toEqual([0, 0, 0, 0, 0, 0])
  })

  it('ask for paths, and others beside them of whom nobody asks whether they are served', async () => {
    const clock = virtualClock({ startAt: 0, flush: turns() })
    const book = ledger(20, 1)
    const asked: Record<string, number> = {}
    const fetch: Fetch = async (url) => {
      const { pathname } = new URL(url)
      asked[pathname] = (asked[pathname] ?? 0) + 1
      return new Response(null, { status: pathname === '/bad' ? 500 : 200 })
    }
    const { users: usual, ...scenario } = smallChain({ perSecond: 50 })
    const chosen = { ...usual, paths: ['/a', '/b'], others: { '/bad': 0.5 } }
    users({ ...scenario, users: chosen }, fetch, book, clock, seeded(seed))
    await clock.advance(18_000)
    const came = book.came.reduce((whole, value) => whole + value, 0)
    expect(Object.keys(asked).sort()).toEqual(['/a', '/b', '/bad'])
    expect(asked['/bad']).toBeGreaterThan(0.4 * came)
    expect(came).toBe((asked['/a'] as number) + (asked['/b'] as number))
    expect(book.served).toEqual(book.came)
  })

  it('say how long they wait', async () => {
    const { said } = await given(() => 200)
    expect(new Set(said)).toEqual(new Set(['3000']))
  })

  it('are not served by an error', async () => {
    const { came, served } = await given(() => 503)
    expect(came).toBeGreaterThan(620)
    expect(served).toBe(0)
  })

  it('say who they are where there are so many, and nobody asks twice at a time', async () => {
    const clock = virtualClock({ startAt: 0, flush: turns() })
    const asking = new Set<string>()
    const seen = new Set<string>()
    const brought: (string | null)[] = []
    const fetch: Fetch = async (_, { headers }) => {
      const user = headers?.get('x-user') ?? 'nobody'
      expect(asking).not.toContain(user)
      if (seen.has(user)) brought.push(headers?.get('x-session') ?? null)
      asking.add(user)
      seen.add(user)
      await new Promise<void>((wake) => clock.after(100, wake))
      asking.delete(user)
      return new Response(null, { headers: { 'x-session': `of ${user}` } })
    }
    const scenario = smallChain({ perSecond: 50 })
    const keyed = { ...scenario, users: { ...scenario.users, keys: 40 } }
    users(keyed, fetch, ledger(20, 1), clock, seeded(seed))
    await clock.advance(18_000)
    expect(seen).toEqual(new Set(Array.from({ length: 40 }, (_, index) => `user-${index}`)))
    // Each brings back what it was given.
    expect(brought.length).toBeGreaterThan(500)
    expect(new Set(brought)).toEqual(new Set([...seen].map((user) => `of ${user}`)))
  })

  it('leave when their time has passed, and are counted once', async () => {
    const { came, served, book } = await given(() => new Promise(() => {}))
    expect(came).toBeGreaterThan(620)
    expect(served).toBe(0)
    expect(book.waits.flat()).toHaveLength(came)
  })
})
