import { describe, expect, it } from 'vitest'
import { failureOf } from '../../support/call.ts'
import { quickClock } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'
import { never } from './behaving.ts'

describe('balance × deadline', () => {
  const record = { endpoints: ['https://a.example.com'], timeouts: { request: '2s' } }

  it('gives a pick back at the deadline, though the endpoint never answers', async () => {
    const { call, inFlight, clock, users } = world(record, never)
    const failure = failureOf(call())
    await clock.advance(1999)
    expect(await inFlight()).toEqual([1])
    await clock.advance(1)
    expect(await inFlight()).toEqual([0])
    expect((await failure).code).toBe('deadline_exceeded')
    // A caller may say a short deadline: that it passed is no failure of the endpoint, which took at least this long.
    expect((await users()).candidates[0]?.load.cost(clock.now())).toBe(2000)
  })

  it('forgets a request a second after its deadline, where the handler died and no timer of it fires', async () => {
    const time = quickClock()
    const dead = { now: time.now, after: () => () => {} }
    const { call, inFlight } = world(record, never, { clock: dead })
    void call()
    await time.advance(3000)
    expect(await inFlight()).toEqual([1])
    await time.advance(1)
    expect(await inFlight()).toEqual([0])
  })
})
