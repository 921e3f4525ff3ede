import { describe, expect, it } from 'vitest'
import { deadlineIn, never } from '../../../src/core/deadline.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { admission } from '../../../src/features/admission/filter.ts'
import { failureOf, givenCall, givenCandidate, givenService } from '../../support/call.ts'

const request = new Request('http://users/')
const admitted = new Response('admitted')

/** A call with `leftMs` left, to an endpoint whose recent successes took `tookMs`, of a service with 1000 ms. */
function given(leftMs: number, tookMs: readonly number[], requestMs = 1000) {
  const clock = virtualClock()
  const candidate = givenCandidate()
  for (const ms of tookMs) candidate.latency.add(ms, clock.now())
  const service = { ...givenService(), timeouts: { requestMs, attemptMs: Number.POSITIVE_INFINITY } }
  const deadline = leftMs === Number.POSITIVE_INFINITY ? never : deadlineIn(leftMs, clock)
  const context = givenCall({ clock, candidate, service, deadline })
  return { clock, context, ask: () => admission(request, context, async () => admitted) }
}

describe('admission', () => {
  it('refuses what has less time left than an answer usually takes', async () => {
    const { ask } = given(99, [100, 100, 100])
    const error = await failureOf(ask())
    expect(error.code).toBe('deadline_insufficient')
    expect(error.message).toContain('99 ms')
    expect(error.message).toContain('100 ms')
  })

  it('admits what has just enough', async () => {
    expect(await given(100, [100, 100, 100]).ask()).toBe(admitted)
  })

  it('goes by the median: one slow answer refuses nothing', async () => {
    expect(await given(50, [10, 10, 190]).ask()).toBe(admitted)
  })

  it('says nothing of an endpoint that it knows too little of', async () => {
    expect(await given(3, [100, 100]).ask()).toBe(admitted)
    expect(await given(3, []).ask()).toBe(admitted)
  })

  it('refuses what has less than 2 ms left, whoever is asked', async () => {
    expect((await failureOf(given(1, []).ask())).code).toBe('deadline_insufficient')
    expect(await given(2, []).ask()).toBe(admitted)
  })

  it('asks an endpoint slower than a fifth of the time limit for no more than that fifth', async () => {
    const slow = [900, 900, 900]
    expect(await given(200, slow).ask()).toBe(admitted)
    expect((await failureOf(given(199, slow).ask())).code).toBe('deadline_insufficient')
  })

  it('asks an endpoint again that was slow, when that is more than ten seconds ago', async () => {
    const { clock, context } = given(20_000, [100, 100, 100])
    await clock.advance(10_001)
    const call = { ...context, deadline: deadlineIn(50, clock) }
    expect(await admission(request, call, async () => admitted)).toBe(admitted)
  })

  it('knows what to do where there is no time limit', async () => {
    const never = Number.POSITIVE_INFINITY
    expect(await given(never, [100, 100, 100], never).ask()).toBe(admitted)
    expect((await failureOf(given(50, [100, 100, 100], never).ask())).code).toBe('deadline_insufficient')
  })
})
