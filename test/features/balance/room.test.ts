/** Endpoints at their cap: they are not chosen while another has room, and no call goes beyond. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import type { Priority } from '../../../src/core/priority.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { balance } from '../../../src/features/balance/filter.ts'
import { localities } from '../../../src/features/balance/locality.ts'
import { p2c } from '../../../src/features/balance/p2c.ts'
import { limiter } from '../../../src/features/limit/limiter.ts'
import { failureOf, givenCall, givenCandidate, givenService } from '../../support/call.ts'

const request = new Request('http://users/')
const seed = 13

/** Endpoints that answer when they are told to. */
function given(maxInFlight: number, names: readonly string[], chance = seed) {
  const clock = virtualClock()
  const candidates = names.map(givenCandidate)
  const balancer = p2c(seeded(chance))
  const service = { ...givenService(...candidates), balancer, limiter: limiter({ maxInFlight }) }
  const ends: { answer(response: Response): void; fail(error: Error): void; leave(): void }[] = []
  const call = (priority: Priority = 'default', over: object = {}) => {
    const work = cancellation(false)
    const context = givenCall({ clock, service, priority, work, ...over })
    return balance(
      request,
      context,
      () =>
        new Promise((answer, fail) => {
          ends.push({ answer, fail, leave: () => work.cancel(new DOMException('Gone.', 'AbortError')) })
        }),
    )
  }
  return { clock, call, ends, inFlight: () => candidates.map(({ load }) => load.inFlight(clock.now())) }
}

describe('an endpoint at its cap', () => {
  it('is not chosen while another has room', async () => {
    const { call, inFlight } = given(3, ['a', 'b', 'c'])
    for (let count = 0; count < 9; count++) call().catch(() => {})
    expect(inFlight()).toEqual([3, 3, 3])
  })

  it('is no longer chosen when all are: the call is refused, and no endpoint hears of it', async () => {
    const { call, inFlight, clock } = given(1, ['a', 'b'])
    for (let count = 0; count < 2; count++) call().catch(() => {})
    const notes = receipt()
    const before = clock.pending
    const error = await failureOf(call('default', { receipt: notes }))
    expect(error.code).toBe('overloaded')
    expect(notes.attempts).toEqual([])
    expect(inFlight()).toEqual([1, 1])
    expect(clock.pending).toBe(before)
  })

  it('has room again with the response headers, however long the body streams on', async () => {
    const { call, ends, inFlight } = given(1, ['a'])
    const first = call()
    expect((await failureOf(call())).code).toBe('overloaded')
    ends[0]?.answer(new Response(new ReadableStream({})))
    await first
    expect(inFlight()).toEqual([0])
    call().catch(() => {})
    expect(inFlight()).toEqual([1])
  })

  it('is tried again by a retry where those not tried yet are full', async () => {
    const { call, inFlight } = given(2, ['a', 'b'])
    for (let count = 0; count < 3; count++) call().catch(() => {})
    const free = inFlight()[0] === 1 ? 'a' : 'b'
    const note = { number: 1, startedAt: 0, tookMs: 1, outcome: 'failure', status: 503 } as const
    const tried = { ...receipt(), attempts: [{ ...note, endpoint: `https://${free}.example.com` }] }
    call('default', { receipt: tried, attempt: { number: 2, body: null, mayRepeat: true } }).catch(() => {})
    expect(inFlight()).toEqual([2, 2])
  })

  it('leaves its share to one further away, though the near ones are preferred', () => {
    const random = seeded(seed)
    const at = (name: string, locality: string) => {
      const candidate = givenCandidate(name)
      return { ...candidate, endpoint: { ...candidate.endpoint, locality } }
    }
    const candidates = [at('here', 'AMS'), at('also', 'AMS'), at('there', 'SIN')]
    const { call } = given(2, [])
    const service = {
      ...givenService(...candidates),
      limiter: limiter({ maxInFlight: 2 }),
      localities: localities(candidates, random),
    }
    const place = () => ({ colo: 'AMS', continent: 'EU' }) as const
    const inFlight: number[][] = []
    for (let count = 0; count < 6; count++) {
      call('default', { service, place }).catch(() => {})
      inFlight.push(candidates.map(({ load }) => load.inFlight(1_000_000)))
    }
    expect(inFlight[3]).toEqual([2, 2, 0])
    expect(inFlight[5]).toEqual([2, 2, 2])
  })

  it('refuses what is sheddable first, then what is not, and last what is critical', async () => {
    const { call, inFlight } = given(20, ['a'])
    const admitted = async (priority: Priority) => {
      const [before = 0] = inFlight()
      for (let count = 0; count < 30; count++) call(priority).catch(() => {})
      return (inFlight()[0] ?? 0) - before
    }
    expect(await admitted('sheddable')).toBe(10)
    call('critical').catch(() => {})
    expect(await admitted('default')).toBe(7)
    expect(await admitted('sheddable')).toBe(0)
    expect(await admitted('critical')).toBe(2)
    expect(inFlight()).toEqual([20])
  })

  it(`has never more in flight than its cap, and never fewer than none (seed ${seed})`, async () => {
    const step = fc.record({
      does: fc.constantFrom('call', 'call', 'call', 'answer', 'fail', 'leave', 'wait'),
      priority: fc.constantFrom<Priority>('critical', 'default', 'sheddable'),
      which: fc.nat(),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        fc.array(step, { maxLength: 80 }),
        async (maxInFlight, endpoints, chance, steps) => {
          const names = ['a', 'b', 'c', 'd'].slice(0, endpoints)
          const { clock, call, ends, inFlight } = given(maxInFlight, names, chance)
          for (const { does, priority, which } of steps) {
            const end = ends[which % Math.max(1, ends.length)]
            if (does === 'call') {
              const hadRoom = inFlight().some((count) => count < maxInFlight)
              const sent = ends.length
              call(priority).catch(() => {})
              if (priority === 'critical') expect(ends.length - sent).toBe(hadRoom ? 1 : 0)
            }
            // An end that has ended before changes nothing.
            if (does === 'answer') end?.answer(new Response())
            if (does === 'fail') end?.fail(new MeshError('endpoint_unreachable', '…'))
            if (does === 'leave') end?.leave()
            await clock.advance(does === 'wait' ? which % 20_000 : 0)
            for (const count of inFlight()) {
              expect(count).toBeGreaterThanOrEqual(0)
              expect(count).toBeLessThanOrEqual(maxInFlight)
            }
          }
        },
      ),
      { seed, numRuns: 60 },
    )
  })
})
