import { describe, expect, it } from 'vitest'
import { deadlineIn } from '../../../src/core/deadline.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { balance } from '../../../src/features/balance/filter.ts'
import { warmth } from '../../../src/features/balance/warmth.ts'
import { outlierDetector } from '../../../src/features/outlier/detector.ts'
import { detect } from '../../../src/features/outlier/filter.ts'
import { outlierPolicy } from '../../../src/features/outlier/policy.ts'
import { failureOf, givenCall, givenCandidate, givenService } from '../../support/call.ts'

const MINUTE_MS = 60_000
const request = new Request('http://users/')

describe('warmth', () => {
  it('is cold at first, until a call has ended, and after a pause of five minutes', () => {
    const one = warmth()
    expect([one.isCold(0), one.isCold(20)]).toEqual([true, true])
    one.end(30)
    expect(one.isCold(31)).toBe(false)
    expect(one.isCold(30 + 5 * MINUTE_MS - 1)).toBe(false)
    expect(one.isCold(30 + 5 * MINUTE_MS)).toBe(true)
  })

  it('does not excuse for longer than a function may take to wake', () => {
    const one = warmth()
    expect([one.isCold(0), one.isCold(9999), one.isCold(10_000)]).toEqual([true, true, false])
    expect(one.isCold(5 * MINUTE_MS)).toBe(true)
  })
})

describe('a cold attempt', () => {
  function given() {
    const clock = virtualClock()
    const one = { ...givenCandidate('a'), warmth: warmth() }
    const candidates = [one, givenCandidate('b')]
    const detector = outlierDetector(outlierPolicy({ consecutive: 1 }), seeded(7))
    detector.watch(candidates, outlierPolicy({ consecutive: 1 }))
    const service = { ...givenService(...candidates), balancer: () => one as never, detector }
    const work = cancellation(false)
    async function attempt(ms: number, ended: () => Response) {
      const call = givenCall({ clock, service, receipt: receipt(), deadline: deadlineIn(60_000, clock), work })
      const answer = balance(request, call, (request, gives) =>
        detect(request, { ...call, ...gives }, async () => {
          await clock.advance(ms)
          return ended()
        }),
      )
      await answer.catch(() => {})
      return { answer, note: call.receipt.attempts[0] }
    }
    return { clock, one, detector, candidates, attempt, work }
  }

  const ok = () => new Response()
  const late = () => {
    throw new MeshError('attempt_timed_out', 'No answer within 2s.')
  }

  it('is no sample of how long an answer takes, and is marked on the receipt', async () => {
    const { clock, one, attempt } = given()
    const { note } = await attempt(4000, ok)
    expect(note).toMatchObject({ outcome: 'success', tookMs: 4000, isCold: true })
    expect([one.load.cost(clock.now()), one.load.inFlight(clock.now())]).toEqual([0, 0])
    for (let call = 0; call < 2; call++) expect((await attempt(40, ok)).note).not.toHaveProperty('isCold')
    // Three samples are needed.
    expect(one.latency.value(clock.now())).toBeUndefined()
    await attempt(40, ok)
    expect(one.load.cost(clock.now())).toBeCloseTo(40)
    expect(one.latency.value(clock.now())).toBe(40)

    await clock.advance(5 * MINUTE_MS)
    await attempt(4000, ok)
    expect(one.load.cost(clock.now())).toBeLessThan(40)
  })

  it('does not count as a fault; the next one does', async () => {
    const { clock, detector, candidates, one, attempt } = given()
    const { answer } = await attempt(2000, late)
    expect(await failureOf(answer)).toMatchObject({ code: 'attempt_timed_out' })
    expect(detector.available(candidates, clock.now())).toHaveLength(2)
    expect(one.load.cost(clock.now())).toBe(0)

    await attempt(2000, late)
    expect(detector.available(candidates, clock.now())).toEqual([candidates[1]])
    expect(one.load.cost(clock.now())).toBeGreaterThan(4000)
  })

  it('that was not sent, or that its caller left, wakes nobody', async () => {
    const { attempt } = given()
    const unsent = () => {
      throw new MeshError('deadline_insufficient', 'Too little time is left.')
    }
    const left = () => {
      throw new DOMException('The client has gone.', 'AbortError')
    }
    for (const ended of [unsent, left, ok]) expect((await attempt(1, ended)).note?.isCold).toBe(true)
    expect((await attempt(1, ok)).note).not.toHaveProperty('isCold')
  })
})
