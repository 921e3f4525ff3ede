/** Hedges are paid for by the allowance: with them, too, the calls at the end of a chain are at most 1 + allowance. */
import { describe, expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../src/testing.ts'
import { hang, pause, quickClock } from '../support/upstream.ts'

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext
const policy = { retry: { attempts: 5 }, retryConstraint: 'off', hedge: { delay: '30ms', maxExtraLoad: 100 } }

/** As a fetch gets to it: one that is called off fails at once, whatever the other end still says. */
function fetched(handler: TestHandler): TestHandler {
  return (request) => Promise.race([handler(request), hang(request)])
}

/** Hops that all hedge, over a leaf. */
function chainOf(length: number, leaf: TestHandler) {
  const clock = quickClock()
  let first = leaf
  for (let hop = 0; hop < length; hop++) {
    const next = fetched(first)
    const mesh = createTestMesh({ next: { endpoints: [next, next], ...policy } }, { clock, seed: hop })
    const served = mesh.serve({ fetch: () => mesh.fetch('http://next/') }, { trust: () => true })
    first = (request) => served.fetch(request, {}, ctx)
  }
  const ask = async (allowance: number) =>
    first(new Request('http://front/', { headers: { 'selvedge-retry-allowance': String(allowance) } }))
  return { clock, ask }
}

describe('a chain that hedges at each hop', () => {
  it.each([1, 2, 4])(
    'of %i hops above a leaf that never answers calls it at most 1 + allowance times',
    async (length) => {
      for (const allowance of [0, 1, 2, 5]) {
        let calls = 0
        const { clock, ask } = chainOf(length, (request) => {
          calls += 1
          return hang(request)
        })
        for (let request = 0; request < 3; request++) {
          const before = calls
          const answer = ask(allowance)
          await clock.advance(60_000)
          expect((await answer).status).toBe(504)
          expect(calls - before).toBeLessThanOrEqual(1 + allowance)
          if (allowance > 0) expect(calls - before).toBeGreaterThan(1)
        }
      }
    },
  )

  it('above a leaf that is slow and fails calls it at most 1 + allowance times', async () => {
    let calls = 0
    const { clock, ask } = chainOf(3, async () => {
      calls += 1
      await pause(clock, 50)
      return new Response(null, { status: 503 })
    })
    for (const allowance of [0, 1, 2, 5]) {
      const before = calls
      await clock.run(ask(allowance))
      await clock.advance(60_000)
      expect(calls - before).toBeLessThanOrEqual(1 + allowance)
    }
  })

  it('charges the caller for a hedge', async () => {
    let calls = 0
    const slowOnce: TestHandler = async (request) => {
      calls += 1
      return calls === 3 ? hang(request) : new Response()
    }
    const { clock, ask } = chainOf(1, slowOnce)
    await clock.run(ask(5))
    await clock.run(ask(5))
    const answer = await clock.run(ask(5))
    expect(answer.status).toBe(200)
    // Both endpoints are known to settle nothing, and were lent nothing: the hedge is all that was spent.
    expect(answer.headers.get('selvedge-retries-used')).toBe('1')
    expect(calls).toBe(4)
  })

  it('charges all that was lent to the attempt that was called off: it may have spent it', async () => {
    let calls = 0
    const slowOnce: TestHandler = async (request) => {
      calls += 1
      return calls === 3 ? hang(request) : new Response()
    }
    const { clock, ask } = chainOf(2, slowOnce)
    await clock.run(ask(5))
    await clock.run(ask(5))
    const answer = await clock.run(ask(5))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('selvedge-retries-used')).toBe('5')
    expect(calls).toBeLessThanOrEqual(3 + 5)
  })
})
