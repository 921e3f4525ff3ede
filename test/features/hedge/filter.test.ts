import { describe, expect, it } from 'vitest'
import { type Allowance, allowance } from '../../../src/core/allowance.ts'
import { type Attempt, attempt as attemptOf } from '../../../src/core/attempt.ts'
import { deadlineIn } from '../../../src/core/deadline.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { type Subrequests, subrequests } from '../../../src/core/engine/subrequests.ts'
import { MeshError } from '../../../src/core/errors.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { hedge } from '../../../src/features/hedge/filter.ts'
import { hedging } from '../../../src/features/hedge/hedging.ts'
import { type Hedge, hedgePolicy } from '../../../src/features/hedge/policy.ts'
import { retryBudget } from '../../../src/features/retry/budget.ts'
import { budgetPolicy, type Retry, retryPolicy } from '../../../src/features/retry/policy.ts'
import { pickHeaders } from '../../../src/wire/picked.ts'
import { failureOf, givenCall, givenCandidate, givenService } from '../../support/call.ts'

/** What an attempt comes to, and after how many milliseconds. */
interface Fate {
  readonly afterMs: number
  readonly answer: number | Error | Response
}

interface Given {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly hedge?: Hedge | undefined
  readonly retry?: Retry
  readonly budget?: Parameters<typeof budgetPolicy>[0]
  readonly allowance?: Allowance
  readonly subrequests?: Subrequests
  readonly leftMs?: number
  readonly typicalMs?: number
  readonly endpoints?: number
  readonly untried?: number
  readonly isPanicking?: boolean
  readonly number?: number
  readonly mayRepeat?: boolean
  readonly body?: BodyInit
}

const HUNDRED = { delay: '50ms', maxExtraLoad: 100 }
const unreachable = new MeshError('endpoint_unreachable', 'It did not answer.')
const answered = (status: number, afterMs: number): Fate => ({ afterMs, answer: status })
const never: Fate = { afterMs: Number.POSITIVE_INFINITY, answer: 200 }

/** A call whose attempts meet these fates, in order. */
function given(fates: readonly Fate[], over: Given = {}) {
  const clock = virtualClock()
  const work = cancellation(false)
  const policy = hedgePolicy('hedge' in over ? over.hedge : HUNDRED)
  const sent: { at: number; number: number; mayRepeat: boolean; isHedge: boolean; signal: AbortSignal | undefined }[] =
    []
  const learned = policy && hedging(policy)
  const endpoints = over.endpoints ?? 2
  const candidates = Array.from({ length: endpoints }, (_, index) => givenCandidate(`e${index}`))
  const context = givenCall({
    clock,
    work,
    headers: pickHeaders(new Headers(over.headers)),
    deadline: deadlineIn(over.leftMs ?? 15_000, clock),
    allowance: over.allowance ?? allowance(2),
    subrequests: over.subrequests ?? subrequests(100),
    attempt: attemptOf(over.number ?? 1, over.body ?? null, over.mayRepeat ?? true),
    service: {
      ...givenService(...candidates),
      retry: retryPolicy(over.retry),
      budget: retryBudget(budgetPolicy(over.budget ?? 'off'), clock),
      hedging: learned,
      detector: { isPanicking: over.isPanicking ?? false },
      untried: () => candidates.slice(0, over.untried ?? endpoints - 1),
      typicalMs: () => over.typicalMs,
    },
  })
  const request = new Request('http://users/', { method: over.method ?? 'GET' })
  const start = clock.now()
  const call = () =>
    hedge(request, context, (_, { attempt = context.attempt, work: own = work }) => {
      const { afterMs, answer } = fates[sent.length] ?? never
      const { number, mayRepeat, isHedge }: Attempt = attempt
      sent.push({ at: clock.now() - start, number, mayRepeat, isHedge: isHedge === true, signal: own.signal })
      return new Promise((resolve, reject) => {
        const stop = clock.after(afterMs, () => {
          if (answer instanceof Error) reject(answer)
          else resolve(typeof answer === 'number' ? new Response(null, { status: answer }) : answer)
        })
        own.onCancel((reason) => {
          stop()
          reject(reason)
        })
      })
    })
  const run = () => clock.run(call())
  return { run, call, sent, context, clock, work, learned, took: () => clock.now() - start }
}

describe('hedge', () => {
  it('sends a call once that is answered in time, and leaves no timer behind', async () => {
    const { run, sent, context, clock } = given([answered(200, 49)])
    expect((await run()).status).toBe(200)
    expect(sent).toHaveLength(1)
    expect(context.receipt.hedged).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('sends it a second time where it is slow, takes the answer that comes first and calls the other off', async () => {
    const { run, sent, context, took, clock } = given([answered(200, 1000), answered(201, 30)])
    expect((await run()).status).toBe(201)
    expect(took()).toBe(80)
    expect(sent.map(({ at, number, isHedge }) => [at, number, isHedge])).toEqual([
      [0, 1, false],
      [50, 2, true],
    ])
    expect(context.receipt.hedged).toBe(true)
    expect(sent[0]?.signal?.aborted).toBe(true)
    expect(sent[1]?.signal?.aborted).toBe(false)
    expect(clock.pending).toBe(0)
  })

  it('calls the hedge off where the first answers after all', async () => {
    const { run, sent, took } = given([answered(200, 60), answered(201, 30)])
    expect((await run()).status).toBe(200)
    expect(took()).toBe(60)
    expect(sent.map(({ signal }) => signal?.aborted)).toEqual([false, true])
  })

  it('sends no third, however long both take', async () => {
    const { run, sent } = given([answered(200, 5000), answered(200, 5000)])
    await run()
    expect(sent).toHaveLength(2)
  })

  it('gives a hedge no more attempts to follow it than the rule has', async () => {
    for (const [attempts, mayRepeat] of [
      [1, false],
      [2, true],
    ] as const) {
      const { run, sent } = given([answered(200, 100)], { retry: { attempts } })
      await run()
      expect(sent[1]?.mayRepeat).toBe(mayRepeat)
    }
  })

  describe('where an attempt fails', () => {
    it('before a hedge was sent: the failure goes to retry at once, and no hedge is sent', async () => {
      for (const answer of [503, unreachable]) {
        const { call, sent, clock, took } = given([{ afterMs: 20, answer }])
        const ended = call().then(
          ({ status }) => status,
          (error: unknown) => error,
        )
        expect(await clock.run(ended)).toBe(answer)
        expect(took()).toBe(20)
        await clock.advance(1000)
        expect(sent).toHaveLength(1)
      }
    })

    it.each([
      ['the first', [answered(503, 60), answered(200, 100)], 150],
      ['the hedge', [answered(200, 150), answered(503, 20)], 150],
      ['the first, unreachable,', [{ afterMs: 60, answer: unreachable }, answered(200, 100)], 150],
      ['the hedge, unreachable,', [answered(200, 150), { afterMs: 20, answer: unreachable }], 150],
    ])('%s while the other is under way: the other is waited for', async (_, fates, ms) => {
      const { run, took } = given(fates as Fate[])
      expect((await run()).status).toBe(200)
      expect(took()).toBe(ms)
    })

    it('with an answer that retry would not try again: that is the answer, and the other is called off', async () => {
      const { run, sent, took } = given([answered(200, 1000), answered(500, 20)])
      expect((await run()).status).toBe(500)
      expect(took()).toBe(70)
      expect(sent[0]?.signal?.aborted).toBe(true)
    })

    it('as the other has: the later failure is passed on', async () => {
      const { run } = given([answered(502, 60), answered(504, 100)])
      expect((await run()).status).toBe(504)
    })

    it('as the other has: an answer says more than an error', async () => {
      const { run } = given([answered(503, 60), { afterMs: 100, answer: unreachable }])
      expect((await run()).status).toBe(503)
    })

    it('as the other has: a stop wins, whoever said it', async () => {
      const stop = () => new Response(null, { status: 503, headers: { 'x-envoy-overloaded': 'true' } })
      const early = given([{ afterMs: 60, answer: stop() }, answered(503, 100)])
      expect((await early.run()).headers.has('x-envoy-overloaded')).toBe(true)
      const late = given([answered(503, 60), { afterMs: 100, answer: stop() }])
      expect((await late.run()).headers.has('x-envoy-overloaded')).toBe(true)
    })

    it('without being sent: it is as if there were no hedge', async () => {
      const refused = new MeshError('no_endpoint', 'There is none.')
      const well = given([answered(200, 100), { afterMs: 0, answer: refused }])
      expect((await well.run()).status).toBe(200)
      const ill = given([
        { afterMs: 100, answer: unreachable },
        { afterMs: 0, answer: refused },
      ])
      expect(await failureOf(ill.run())).toBe(unreachable)
    })

    it('the answers that nobody reads are cancelled', async () => {
      let cancelled = 0
      const answer = () =>
        new Response(
          new ReadableStream({
            cancel() {
              cancelled += 1
            },
          }),
          { status: 503 },
        )
      await given([{ afterMs: 60, answer: answer() }, answered(200, 100)]).run()
      expect(cancelled).toBe(1)
    })
  })

  describe('where the call is called off', () => {
    it('ends both attempts with the reason, and sends none', async () => {
      const { call, sent, work, clock } = given([never, never])
      const ended = failureOf(call())
      await clock.advance(60)
      const reason = new DOMException('The client has gone.', 'AbortError')
      work.cancel(reason)
      expect(await ended).toBe(reason)
      expect(sent.map(({ signal }) => signal?.reason)).toEqual([reason, reason])
      expect(clock.pending).toBe(0)
    })

    it('before the hedge: none is sent any more', async () => {
      const { call, sent, work, clock } = given([never, never])
      const ended = failureOf(call())
      await clock.advance(40)
      work.cancel(new DOMException('The client has gone.', 'AbortError'))
      await ended
      await clock.advance(1000)
      expect(sent).toHaveLength(1)
    })

    it('after the answer: what still streams is cancelled, and was not before', async () => {
      const { run, sent, work } = given([never, answered(200, 10)])
      await run()
      expect(sent[1]?.signal?.aborted).toBe(false)
      work.cancel(new DOMException('The client has gone.', 'AbortError'))
      expect(sent[1]?.signal?.aborted).toBe(true)
    })
  })

  // Each of them would be hedged, were it not for the reason.
  it.each<[string, Given]>([
    ['the service has no such policy', { hedge: undefined }],
    ['it is not idempotent, though a key makes it repeatable', { method: 'POST', mayRepeat: true }],
    ['it has a body', { method: 'PUT', body: 'tea' }],
    ['it opens a WebSocket', { headers: { upgrade: 'websocket' } }],
    ['it may not be repeated', { mayRepeat: false }],
    ['it is a retry', { number: 2 }],
    ['there is one endpoint', { endpoints: 1 }],
    ['all endpoints that are not ejected have been tried', { endpoints: 3, untried: 0 }],
    ['so many are ejected that nobody counts as ejected', { isPanicking: true }],
    ['the deadline comes before the hedge', { leftMs: 50 }],
    ['what is left then is no more than an answer takes', { leftMs: 150, typicalMs: 100 }],
    ['the allowance is spent', { allowance: allowance(0) }],
    ['the budget is empty', { budget: { budget: { percent: 0 } } }],
    ['too few calls have paid for it', { hedge: { delay: '50ms' } }],
    ['too few samples say how long to wait', { hedge: { maxExtraLoad: 100 } }],
    ['no subrequest is left', { subrequests: subrequests(0) }],
    ['connections are short', { subrequests: busy(6) }],
  ])('is not made where %s', async (_, over) => {
    const { run, sent, context } = given([answered(200, 120), answered(200, 1)], over)
    expect((await run()).status).toBe(200)
    expect(sent).toHaveLength(1)
    expect(context.receipt.hedged).toBe(false)
  })

  it('is made where there is no such reason', async () => {
    for (const over of [
      {},
      { method: 'HEAD' },
      { method: 'OPTIONS' },
      { leftMs: 151, typicalMs: 100 },
      { allowance: allowance(1) },
      { budget: {} },
      { subrequests: busy(5) },
    ]) {
      const { run, sent } = given([answered(200, 120), answered(200, 1)], over)
      await run()
      expect(sent).toHaveLength(2)
    }
  })

  it('is paid from the allowance, the budget and its own account, once', async () => {
    const { run, context, learned, clock } = given([answered(200, 200)], { budget: {}, allowance: allowance(5) })
    await run()
    expect(context.allowance.used).toBe(1)
    expect(context.service.budget.balance).toBe(0)
    expect(learned?.isPaid(clock.now())).toBe(false)
  })

  it('takes nothing where one of them has nothing', async () => {
    const { run, context, learned, clock } = given([answered(200, 200)], { budget: {}, allowance: allowance(0) })
    await run()
    expect(context.service.budget.balance).toBe(1)
    expect(learned?.isPaid(clock.now())).toBe(true)
  })

  it('tells the budget of a failure that retry does not hear of', async () => {
    const { run, context } = given([answered(503, 60), answered(200, 20)], { budget: { budget: { percent: 100 } } })
    const { budget } = context.service
    for (let time = 0; time < 4; time++) budget.fail()
    expect(budget.balance).toBe(1)
    await run()
    budget.deposit()
    for (let time = 0; time < 4; time++) budget.fail()
    expect(budget.balance).toBeGreaterThan(0)
    budget.fail()
    expect(budget.balance).toBe(0)
  })

  describe('of what it learns', () => {
    const timedOut = new MeshError('attempt_timed_out', 'Too late.')
    const gone = new DOMException('The client has gone.', 'AbortError')
    const expired = new MeshError('deadline_exceeded', 'Too late.')

    /** The wait after calls of these fates, one each. */
    async function waitAfter(fates: readonly Fate[], over: Given = {}): Promise<number | undefined> {
      const { run, learned, clock } = given(fates, { hedge: { maxExtraLoad: 100 }, ...over })
      for (const _ of fates) await run().catch(() => {})
      return learned?.delayMs(clock.now())
    }
    const twenty = (fate: Fate) => Array.from({ length: 20 }, () => fate)

    it('an answer takes as long as those lately', async () => {
      expect(await waitAfter(twenty(answered(200, 70)))).toBe(70)
    })

    it('an attempt that timed out takes at least as long', async () => {
      expect(await waitAfter(twenty({ afterMs: 300, answer: timedOut }))).toBe(300)
    })

    it.each([
      ['a failure', answered(503, 2)],
      ['a lost connection', { afterMs: 2, answer: unreachable }],
      ['a caller that left', { afterMs: 2, answer: gone }],
      ['a deadline that a caller may have said', { afterMs: 2, answer: expired }],
    ])('%s says nothing', async (_, fate) => {
      expect(await waitAfter(twenty(fate))).toBeUndefined()
    })

    it('a request that is never hedged says nothing', async () => {
      expect(await waitAfter(twenty(answered(200, 70)), { method: 'POST' })).toBeUndefined()
    })

    it('an attempt that was called off took at least so long: hedges do not make the wait ever shorter', async () => {
      const pair = [answered(200, 5000), answered(200, 10)]
      const { run, learned, clock, sent } = given([...twenty(answered(200, 400)), ...pair, ...pair], {
        hedge: { maxExtraLoad: 100 },
      })
      for (let call = 0; call < 22; call++) await run()
      expect(sent).toHaveLength(24)
      await clock.advance(1000)
      // Of 22 samples the 21st: 400 ms of waiting and the 10 ms of the hedge.
      expect(learned?.delayMs(clock.now())).toBe(410)
    })
  })
})

/** So many connections wait for an answer. */
function busy(connections: number): Subrequests {
  const counted = subrequests(100)
  for (let connection = 0; connection < connections; connection++) counted.connect()
  return counted
}
