import { describe, expect, it } from 'vitest'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { MeshError } from '../../../src/core/errors.ts'
import type { Priority } from '../../../src/core/priority.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { shed } from '../../../src/features/limit/filter.ts'
import { throttle } from '../../../src/features/limit/throttle.ts'
import { failureOf, givenCall, givenService } from '../../support/call.ts'

const request = new Request('http://users/')
const refused = () => new Response(null, { status: 503, headers: { 'retry-after': '1' } })

/** Calls to one service, and what its throttle would hold back now. */
function given() {
  const clock = virtualClock()
  const service = { ...givenService(), throttle: throttle() }
  const random = seeded(5)
  const context = (priority: Priority = 'default') =>
    givenCall({ clock, random, service, priority, work: cancellation(false) })
  return {
    clock,
    context,
    call: (answer: () => Response | Promise<Response>, over = context()) => shed(request, over, async () => answer()),
    share: (priority: Priority = 'default') => service.throttle.refusalShare(priority, clock.now()),
    isAlert: () => service.throttle.isAlert(clock.now()),
  }
}

/** So many calls that are refused, as far as they are sent. */
async function refuse(call: (answer: () => Response) => Promise<Response>, times: number): Promise<number> {
  let sent = 0
  const answer = () => {
    sent += 1
    return refused()
  }
  for (let count = 0; count < times; count++) await call(answer).catch(() => {})
  return sent
}

describe('shed', () => {
  it('passes an answer on as it is', async () => {
    const { call } = given()
    const answer = refused()
    expect(await call(() => answer)).toBe(answer)
  })

  it('does not send most of what would be refused, and says so', async () => {
    const { call } = given()
    expect(await refuse(call, 200)).toBeLessThan(50)
    let sent = 0
    const refusals: MeshError[] = []
    for (let count = 0; count < 100; count++) {
      const answer = async () => {
        sent += 1
        return refused()
      }
      await call(answer).catch((error) => refusals.push(error))
    }
    expect(sent + refusals.length).toBe(100)
    expect(sent).toBeLessThan(25)
    const [error] = refusals
    expect(error?.code).toBe('overloaded')
    expect(error?.message).toContain('90 %')
    // Whoever sends it again adds to the overload.
    expect(error?.meaning.retryable).toBe(false)
    expect(error?.retryAfterMs).toBeGreaterThanOrEqual(1000)
    expect(error?.retryAfterMs).toBeLessThanOrEqual(3000)
  })

  it.each([
    ['an ordinary 500', () => new Response(null, { status: 500 })],
    ['a bare 503', () => new Response(null, { status: 503 })],
    ['a timeout', () => Promise.reject(new MeshError('attempt_timed_out', '…'))],
    ['a reset', () => Promise.reject(new MeshError('endpoint_unreachable', '…'))],
    ['a deadline that passes', () => Promise.reject(new MeshError('deadline_exceeded', '…'))],
  ])('takes %s for a failure, not for an overload', async (_, answer) => {
    const { call, share, isAlert } = given()
    for (let count = 0; count < 30; count++) await call(answer).catch(() => {})
    expect(isAlert()).toBe(false)
    await refuse(call, 1)
    // Alert, it counts them as accepted.
    for (let count = 0; count < 30; count++) await call(answer).catch(() => {})
    expect(isAlert()).toBe(true)
    expect(share()).toBe(0)
  })

  it('learns nothing of what was not sent', async () => {
    const { call, share } = given()
    await refuse(call, 9)
    const unsent = () => Promise.reject(new MeshError('overloaded', '…'))
    for (let count = 0; count < 30; count++) expect((await failureOf(call(unsent))).code).toBe('overloaded')
    expect(share()).toBe(0)
    await refuse(call, 1)
    expect(share()).toBe(0.9)
  })

  it('learns nothing of a call whose caller left, though nothing of its handler is run any more', async () => {
    const { call, context, share } = given()
    await refuse(call, 1)
    for (let count = 0; count < 30; count++) {
      const over = context()
      call(() => new Promise(() => {}), over).catch(() => {})
      over.work.cancel(new DOMException('The client has gone.', 'AbortError'))
    }
    expect(share('sheddable')).toBe(0)
  })

  it('counts an answer once, though the call was called off before', async () => {
    const { call, context, share } = given()
    await refuse(call, 12)
    const before = share()
    const over = context('critical')
    let answer = (_response: Response) => {}
    const late = call(() => new Promise((resolve) => (answer = resolve)), over)
    over.work.cancel(new DOMException('The client has gone.', 'AbortError'))
    answer(refused())
    await late.catch(() => {})
    expect(share()).toBe(before)
  })

  it('sends calls that were begun in calm, and counts what became of them', async () => {
    const { call, share } = given()
    const answers: (() => void)[] = []
    const begun = Array.from({ length: 30 }, () =>
      call(() => new Promise((resolve) => answers.push(() => resolve(new Response())))),
    )
    await refuse(call, 12)
    expect(share()).toBeGreaterThan(0.8)
    for (const answer of answers) answer()
    await Promise.all(begun)
    expect(share()).toBe(0)
  })

  it('lets go of an overload that has passed', async () => {
    const { call, share, clock, isAlert } = given()
    await refuse(call, 100)
    await clock.advance(600_000)
    expect(await (await call(() => new Response('well'))).text()).toBe('well')
    expect(isAlert()).toBe(false)
    expect(share()).toBe(0)
  })
})
