import { describe, expect, it } from 'vitest'
import { allowance } from '../../../src/core/allowance.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { behaving, reset, unavailable } from './behaving.ts'

describe('retry × outlier', () => {
  const eager = { retryConstraint: 'off', outlierDetection: { consecutive: 1, baseEjection: '1m' } }

  it('goes back to an endpoint that failed rather than to one that is ejected', async () => {
    const { clock, call, does, calls, callUntil, isOut } = behaving(eager, 'a', 'b')
    does.a = reset
    await callUntil('a')
    expect(await isOut('a')).toBe(true)
    does.b = unavailable
    const told = receipt()
    const before = calls.a
    expect((await clock.run(call({ receipt: told }))).status).toBe(503)
    expect(told.attempts.map(({ endpoint }) => endpoint)).toEqual(new Array(3).fill('https://b.example.com'))
    expect(told.ejected).toEqual(['https://a.example.com'])
    expect(calls.a).toBe(before)
  })

  it('counts a call once for each endpoint, however often it is tried there', async () => {
    const { clock, call, does, isOut } = behaving({ retryConstraint: 'off', retry: { attempts: 10 } }, 'a', 'b')
    Object.assign(does, { a: unavailable, b: unavailable })
    const out = async () => [await isOut('a'), await isOut('b')].filter(Boolean).length
    for (let made = 0; made < 2; made++) await clock.run(call({ allowance: allowance(10) }))
    expect(await out()).toBe(0)
    await clock.run(call({ allowance: allowance(10) }))
    expect(await out()).toBe(1)
  })
})
