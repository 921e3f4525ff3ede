import { describe, expect, it } from 'vitest'
import { failureOf } from '../../support/call.ts'
import { world } from '../../support/worlds.ts'
import { never } from './behaving.ts'

describe('retry × limit', () => {
  const tooMany = () => new Response(null, { status: 503, headers: { 'x-envoy-overloaded': 'true' } })

  it('does not try again what its own limit refuses, and takes nothing from the budget for it', async () => {
    const record = { endpoints: ['https://a.example.com'], limits: { maxInFlight: 1 } }
    let calls = 0
    const { call, clock, users, inFlight } = world(record, () => {
      calls += 1
      return never()
    })
    void call()
    await clock.advance(10)
    const before = (await users()).budget.balance
    for (let refusal = 0; refusal < 10; refusal++) expect((await failureOf(call())).code).toBe('overloaded')
    expect(calls).toBe(1)
    expect((await users()).budget.balance).toBe(before)
    expect(await inFlight()).toEqual([1])
  })

  it('holds retries back, too: they are requests like any other', async () => {
    let calls = 0
    const { call, clock, users } = world({ endpoints: ['https://a.example.com'], retryConstraint: 'off' }, async () => {
      calls += 1
      return new Response(null, { status: 503, headers: { 'x-envoy-overloaded': 'true' } })
    })
    const { throttle } = await users()
    for (let request = 0; request < 200; request++) await clock.run(call()).catch(() => {})
    expect(throttle.refusalShare('default', clock.now())).toBe(0.9)
    expect(calls).toBeLessThan(60)
  })

  it('throttles the retries of a service that answers 503 with Retry-After', async () => {
    const retryAfter = () => new Response(null, { status: 503, headers: { 'retry-after': '0' } })
    let calls = 0
    const { call, clock } = world({ endpoints: ['https://a.example.com'], retryConstraint: 'off' }, async () => {
      calls += 1
      return retryAfter()
    })
    for (let request = 0; request < 100; request++) await clock.run(call()).catch(() => {})
    // Three for each, if nothing held them back.
    expect(calls).toBeLessThan(100)
  })

  it('does not take its own refusals for failures of the endpoint, nor for five in a row', async () => {
    const { call, clock, users } = world({ endpoints: ['https://a.example.com'] }, async () => tooMany())
    const { budget, candidates } = await users()
    const learned = () => [budget.balance, candidates[0]?.load.cost(clock.now())]
    let refusals = 0
    for (let request = 0; request < 60; request++) {
      const before = learned()
      const { code } = await clock.run(call()).then(
        () => ({ code: undefined }),
        (error) => error,
      )
      if (code !== 'overloaded') continue
      refusals += 1
      expect(learned()).toEqual(before)
    }
    expect(refusals).toBeGreaterThan(30)
  })
})
