import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../src/core/time/random.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { type Contender, selvedge } from '../../src/sim/contender.ts'
import type { Tier } from '../../src/sim/scenario.ts'
import { tier } from '../../src/sim/tier.ts'
import { turns } from '../../src/sim/turns.ts'

const seed = 6

/** A tier that calls `leaf`, and the isolate that served each call: its rules are made once, and number it. */
function given(over: Partial<Tier>, isEntrance = false) {
  const clock = virtualClock({ startAt: 0, flush: turns() })
  let born = 0
  const servedBy: number[] = []
  const headers: Headers[] = []
  const contender: Contender = {
    ...selvedge,
    rules() {
      const isolate = ++born
      return {
        attempt() {
          servedBy.push(isolate)
          return () => {}
        },
      }
    },
  }
  const registry = memoryRegistry({ leaf: { endpoints: ['http://leaf'] } })
  const random: Random = seeded(seed)
  const receive = tier({ isolates: 4, calls: ['leaf'], ...over }, isEntrance, {
    registry,
    contender,
    clock,
    random,
    areKeyed: false,
    async fetch(_, init) {
      if (init.headers) headers.push(init.headers)
      return new Response()
    },
  })
  const call = (said: Record<string, string> = {}) =>
    clock.run(
      new Promise<Response>((answer) =>
        receive({ url: 'http://tier/', headers: new Headers(said), signal: undefined, answer }),
      ),
    )
  return { clock, call, servedBy, headers }
}

describe(`a tier (seed ${seed})`, () => {
  it('shares calls evenly among its isolates', async () => {
    const { call, servedBy } = given({})
    for (let count = 0; count < 400; count++) expect((await call()).status).toBe(200)
    const shares = [1, 2, 3, 4].map((isolate) => servedBy.filter((served) => served === isolate).length)
    expect(Math.min(...shares)).toBeGreaterThan(70)
    expect(Math.max(...shares)).toBeLessThan(130)
  })

  it('shares them unevenly where it is asked to', async () => {
    const { call, servedBy } = given({ skew: 2 })
    for (let count = 0; count < 400; count++) await call()
    const shares = [1, 2, 3, 4].map((isolate) => servedBy.filter((served) => served === isolate).length)
    expect(Math.max(...shares)).toBeGreaterThan(150)
  })

  it('has another isolate in the place of one that has died', async () => {
    const { call, clock, servedBy } = given({ isolates: 1, lifeMs: 1000 })
    for (let count = 0; count < 100; count++) {
      await call()
      await clock.advance(100)
    }
    // 10 s, and 1 s a life.
    const born = new Set(servedBy).size
    expect(born).toBeGreaterThan(4)
    expect(born).toBeLessThan(20)
  })

  it('passes on what its caller tells: a deadline that shrinks, and what is left of the allowance', async () => {
    const { call, headers } = given({ work: 100 })
    await call({ 'selvedge-timeout-ms': '1000', 'selvedge-retry-allowance': '1' })
    // 1 s, less 100 ms of work and 5 ms of reserve.
    expect(headers[0]?.get('selvedge-timeout-ms')).toBe('895')
    expect(headers[0]?.get('selvedge-retry-allowance')).toBe('0')
  })

  it('is as good as its worst call', async () => {
    const { call } = given({ calls: ['leaf', 'nobody'] })
    expect((await call()).status).toBe(404)
  })
})
