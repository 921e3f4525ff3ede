import { describe, expect, it } from 'vitest'
import { type Allowance, allowance } from '../../../src/core/allowance.ts'
import type { Attempt } from '../../../src/core/attempt.ts'
import { uploadOf } from '../../../src/core/bytes/upload.ts'
import { deadlineIn } from '../../../src/core/deadline.ts'
import { cancellation } from '../../../src/core/engine/cancellation.ts'
import { subrequests } from '../../../src/core/engine/subrequests.ts'
import { MeshError } from '../../../src/core/errors.ts'
import type { RetryRefusal } from '../../../src/core/receipt.ts'
import { isIdempotent } from '../../../src/core/retryable.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { retryBudget } from '../../../src/features/retry/budget.ts'
import { retry } from '../../../src/features/retry/filter.ts'
import { budgetPolicy, type Retry, retryPolicy } from '../../../src/features/retry/policy.ts'
import { failureOf, givenCall, givenService } from '../../support/call.ts'
import { withHeaders } from '../../support/upstream.ts'

type Answer = number | Error | (() => Response)

interface Given {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: BodyInit
  readonly policy?: Retry
  /** What the caller granted. Default: as much as there is. */
  readonly granted?: number | undefined
  readonly trusted?: boolean
  readonly leftMs?: number
  readonly typicalMs?: number
  readonly subrequests?: number
  readonly budget?: Parameters<typeof budgetPolicy>[0]
}

const unreachable = new MeshError('endpoint_unreachable', 'It did not answer.')

/** A call that meets these answers, the last of them over and over. */
function given(answers: readonly Answer[], over: Given = {}) {
  const clock = virtualClock()
  const work = cancellation(false)
  const startedAt: number[] = []
  const attempts: Attempt[] = []
  let allowanceBeneath: Allowance | undefined
  const { method = 'GET', headers = {}, body } = over
  const request = new Request('http://users/', { method, headers, ...(body === undefined ? {} : { body }) })
  const upload = uploadOf(request, clock)
  const context = givenCall({
    clock,
    work,
    upload,
    trusted: over.trusted ?? true,
    allowance: 'granted' in over ? (over.granted === undefined ? undefined : allowance(over.granted)) : allowance(100),
    deadline: deadlineIn(over.leftMs ?? 15_000, clock),
    subrequests: subrequests(over.subrequests ?? 100),
    service: {
      ...givenService(),
      retry: retryPolicy(over.policy),
      budget: retryBudget(budgetPolicy(over.budget ?? 'off'), clock),
      typicalMs: () => over.typicalMs,
    },
  })
  const call = async () => {
    // As much of it as is kept has come.
    await upload?.whole()
    return clock.run(
      retry(request, context, async (_, gives) => {
        const answer = answers[Math.min(attempts.length, answers.length - 1)] as Answer
        startedAt.push(clock.now())
        attempts.push(gives.attempt)
        allowanceBeneath = gives.allowance
        if (answer instanceof Error) throw answer
        return typeof answer === 'number' ? new Response(null, { status: answer }) : answer()
      }),
    )
  }
  const waits = () => startedAt.slice(1).map((at, index) => at - (startedAt[index] as number))
  const refused = (): RetryRefusal | undefined => context.receipt.retryRefused
  return { call, attempts, waits, refused, context, work, clock, beneath: () => allowanceBeneath }
}

describe('retry', () => {
  it('makes a call once that succeeds', async () => {
    const { call, attempts, refused } = given([200])
    expect((await call()).status).toBe(200)
    expect(attempts.map(({ number }) => number)).toEqual([1])
    expect(refused()).toBeUndefined()
  })

  it.each([502, 503, 504])('makes a call again that was answered %i', async (status) => {
    const { call, attempts, context } = given([status, 200])
    expect((await call()).status).toBe(200)
    expect(attempts.map(({ number }) => number)).toEqual([1, 2])
    expect(context.receipt.retriesUsed).toBe(1)
  })

  it.each([400, 404, 409, 429, 500, 501, 505])('takes %i for an answer', async (status) => {
    const { call, attempts, refused } = given([status, 200])
    expect((await call()).status).toBe(status)
    expect(attempts).toHaveLength(1)
    expect(refused()).toBeUndefined()
  })

  it('obeys the codes of the rule, and only those', async () => {
    const policy = { codes: [500] }
    expect((await given([500, 200], { policy }).call()).status).toBe(200)
    expect((await given([503, 200], { policy }).call()).status).toBe(503)
  })

  it('makes a call again whose connection was lost, or whose attempt timed out', async () => {
    for (const error of [unreachable, new MeshError('attempt_timed_out', 'Too late.')]) {
      const { call, attempts } = given([error, 200])
      expect((await call()).status).toBe(200)
      expect(attempts).toHaveLength(2)
    }
  })

  it('does not make a call again that the mesh refused, or whose caller left', async () => {
    const errors = [
      new MeshError('no_endpoint', 'None.'),
      new MeshError('internal', 'It cannot be sent.'),
      new DOMException('Gone.', 'AbortError'),
    ]
    for (const error of errors) {
      const { call, attempts } = given([error, 200])
      expect(await failureOf(call())).toBe(error)
      expect(attempts).toHaveLength(1)
    }
  })

  it('returns the last response when the retries run out, with its body', async () => {
    let count = 0
    const busy = () => {
      count += 1
      return new Response(`no ${count}`, { status: 503, headers: { 'x-from': 'upstream' } })
    }
    const { call, attempts, refused } = given([busy])
    const response = await call()
    expect(attempts).toHaveLength(3)
    expect(response.status).toBe(503)
    expect(response.headers.get('x-from')).toBe('upstream')
    expect(await response.text()).toBe('no 3')
    expect(refused()).toBe('attempts')
  })

  it('throws the last error when the retries run out', async () => {
    const last = new MeshError('endpoint_unreachable', 'The third.')
    const { call, attempts } = given([unreachable, unreachable, last])
    expect(await failureOf(call())).toBe(last)
    expect(attempts).toHaveLength(3)
  })

  it('cancels the answers that nobody will read', async () => {
    let cancelled = 0
    const cancel = () => {
      cancelled += 1
    }
    const busy = () => new Response(new ReadableStream({ cancel }), { status: 503 })
    await given([busy, busy, 200]).call()
    expect(cancelled).toBe(2)
  })

  describe('of what may be repeated', () => {
    it.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('repeats %s', async (method) => {
      const { call, attempts } = given([503, 200], { method })
      await call()
      expect(attempts).toHaveLength(2)
      expect(isIdempotent(method)).toBe(true)
    })

    it.each(['POST', 'PATCH'])('does not repeat %s', async (method) => {
      const { call, attempts, refused } = given([503, 200], { method })
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('not-idempotent')
    })

    it('repeats a POST that has an idempotency key, with the same body', async () => {
      const { call, attempts } = given([503, unreachable, 200], {
        method: 'POST',
        headers: { 'idempotency-key': 'order-7' },
        body: 'one tea',
      })
      expect((await call()).status).toBe(200)
      expect(attempts).toHaveLength(3)
      for (const { body } of attempts) expect(await new Response(body).text()).toBe('one tea')
    })

    it.each(['', ' ', '""', '" "'])('does not repeat a POST whose idempotency key is empty: %j', async (key) => {
      const { call, attempts, refused } = given([503, 200], { method: 'POST', headers: { 'idempotency-key': key } })
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('not-idempotent')
    })

    it('does not repeat a body larger than 64 KiB', async () => {
      const { call, attempts, refused } = given([503, 200], { method: 'PUT', body: new Uint8Array(65_537) })
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('not-replayable')
    })

    it('repeats a body of 64 KiB', async () => {
      const { call, attempts } = given([503, 200], { method: 'PUT', body: new Uint8Array(65_536) })
      await call()
      expect(attempts).toHaveLength(2)
    })

    it('repeats a POST that was refused unread, with the same body', async () => {
      const { call, attempts } = given([withHeaders(503, { 'selvedge-retryable': 'true' }), 200], {
        method: 'POST',
        body: 'one tea',
      })
      expect((await call()).status).toBe(200)
      expect(attempts).toHaveLength(2)
      for (const { body } of attempts) expect(await new Response(body).text()).toBe('one tea')
    })

    it('repeats any method that was refused unread, at once, the first time', async () => {
      for (const headers of [
        { 'selvedge-retryable': 'true' },
        { 'l5d-retryable': 'true' },
        { 'finagle-http-nack': '' },
      ]) {
        const { call, attempts, waits } = given([withHeaders(503, headers), withHeaders(503, headers), 200], {
          method: 'POST',
        })
        expect((await call()).status).toBe(200)
        expect(attempts).toHaveLength(3)
        expect(waits()[0]).toBe(0)
        expect(waits()[1]).toBeGreaterThanOrEqual(25)
      }
    })
  })

  describe('of the wait', () => {
    it('draws it anew for each retry, between 25 ms and a ceiling that doubles', async () => {
      const { call, waits } = given([503], { policy: { attempts: 4 } })
      await call()
      expect(waits()).toHaveLength(4)
      for (const [index, ceiling] of [100, 200, 250, 250].entries()) {
        expect(waits()[index]).toBeGreaterThanOrEqual(25)
        expect(waits()[index]).toBeLessThanOrEqual(ceiling)
      }
      expect(new Set(waits()).size).toBe(4)
    })

    it('waits as long as the rule says at least', async () => {
      const { call, waits } = given([503, 200], { policy: { backoff: '400ms' } })
      await call()
      expect(waits()[0]).toBeGreaterThanOrEqual(400)
      expect(waits()[0]).toBeLessThanOrEqual(1600)
    })

    it.each([
      ['503 with Retry-After', 503, { 'retry-after': '3' }, 3000],
      ['429 with Retry-After', 429, { 'retry-after': '1' }, 1000],
      ['503 with Retry-After: 0', 503, { 'retry-after': '0' }, 0],
      ['gRPC pushback', 503, { 'grpc-retry-pushback-ms': '120' }, 120],
    ])('waits exactly as long as the answer says: %s', async (_, status, headers, ms) => {
      const { call, waits } = given([withHeaders(status, headers as Record<string, string>), 200])
      expect((await call()).status).toBe(200)
      expect(waits()).toEqual([ms])
    })

    it.each(['3600', '99999999999', 'soon'])(
      'waits 60 s at most where no deadline bounds the call, though the answer says %s',
      async (said) => {
        const { call, waits } = given([withHeaders(503, { 'retry-after': said }), 200], {
          leftMs: Number.POSITIVE_INFINITY,
        })
        expect((await call()).status).toBe(200)
        expect(waits()).toEqual([60_000])
      },
    )

    it('gives up where Retry-After does not fit the deadline, without waiting', async () => {
      const { call, attempts, refused, clock } = given([withHeaders(503, { 'retry-after': '20' }), 200])
      const before = clock.now()
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('deadline')
      expect(clock.now()).toBe(before)
    })

    it('ends with the reason of the deadline or of the caller that left meanwhile', async () => {
      const { call, attempts, work, clock } = given([withHeaders(503, { 'retry-after': '5' })])
      const reason = new DOMException('The client has gone.', 'AbortError')
      const cancel = clock.after(1000, () => work.cancel(reason))
      const before = clock.now()
      expect(await failureOf(call())).toBe(reason)
      cancel()
      expect(clock.now() - before).toBe(1000)
      expect(attempts).toHaveLength(1)
      expect(clock.pending).toBe(0)
    })
  })

  it.each([
    ['selvedge-retryable', 'false'],
    ['l5d-retryable', 'false'],
    ['x-envoy-overloaded', 'true'],
    ['x-envoy-ratelimited', 'true'],
    ['finagle-http-nonretryable-nack', ''],
    ['grpc-retry-pushback-ms', '-1'],
  ])('stops where the answer says so: %s', async (name, value) => {
    // A stop wins over a go that stands beside it.
    const { call, attempts, refused } = given([withHeaders(503, { [name]: value, 'finagle-http-nack': '' }), 200])
    expect((await call()).status).toBe(503)
    expect(attempts).toHaveLength(1)
    expect(refused()).toBe('pushback')
  })

  describe('of what is left', () => {
    it('does not start a retry when what is left is less than an answer typically takes', async () => {
      const { call, attempts, refused } = given([503, 200], { leftMs: 1000, typicalMs: 980 })
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('deadline')
    })

    it('starts one that fits', async () => {
      // The first wait is 100 ms at most.
      const { call, attempts } = given([503, 200], { leftMs: 1000, typicalMs: 899 })
      expect((await call()).status).toBe(200)
      expect(attempts).toHaveLength(2)
    })

    it('asks what is typical of the endpoints that are left: those tried are named', async () => {
      const { call, context } = given([503, 200])
      const note = {
        number: 1,
        endpoint: 'a',
        startedAt: 0,
        tookMs: 1,
        outcome: 'failure',
        blame: 'endpoint',
        status: 503,
        reason: undefined,
      } as const
      context.receipt.attempts.push(note)
      const asked: unknown[] = []
      Object.assign(context.service, { typicalMs: (...given: unknown[]) => void asked.push(given[1]) })
      await call()
      expect(asked).toEqual([[note]])
    })

    it('says so where the deadline ended the call', async () => {
      for (const code of ['deadline_exceeded', 'deadline_insufficient'] as const) {
        const { call, refused } = given([new MeshError(code, 'Too late.')])
        await failureOf(call())
        expect(refused()).toBe('deadline')
      }
    })
  })

  describe('of the allowance', () => {
    it('spends it, and not more', async () => {
      const { call, attempts, refused, context } = given([503], { granted: 1, policy: { attempts: 5 } })
      await call()
      expect(attempts).toHaveLength(2)
      expect(refused()).toBe('allowance')
      expect(context.allowance?.left).toBe(0)
      expect(context.receipt.retriesUsed).toBe(1)
    })

    it('makes no retry where none is granted', async () => {
      const { call, attempts, refused } = given([503], { granted: 0 })
      await call()
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('allowance')
    })

    it('grants the attempts of the rule where no caller grants one', async () => {
      const { call, attempts, beneath } = given([503], { granted: undefined, policy: { attempts: 4 } })
      await call()
      expect(attempts).toHaveLength(5)
      expect(beneath()?.granted).toBe(4)
    })

    it('lets a stranger lessen what the rule allows, and not raise it', async () => {
      const more = given([200], { granted: 50, trusted: false })
      await more.call()
      expect(more.beneath()?.left).toBe(2)
      const less = given([200], { granted: 1, trusted: false })
      await less.call()
      expect(less.beneath()?.left).toBe(1)
    })

    it('believes a caller of the mesh', async () => {
      const { call, beneath } = given([200], { granted: 50, trusted: true })
      await call()
      expect(beneath()?.left).toBe(50)
    })
  })

  describe('of the budget', () => {
    it('is asked for every retry: a newborn isolate has one', async () => {
      const { call, attempts, refused, context } = given([503], { budget: {} })
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(2)
      expect(refused()).toBe('budget')
      // What was refused was not charged to the caller either.
      expect(context.allowance?.used).toBe(1)
    })

    it('is paid by a success, also by one that came after a retry', async () => {
      const { call, context } = given([503, 200], { budget: {} })
      await call()
      expect(context.service.budget.balance).toBeCloseTo(2.2, 9)
    })

    it.each([
      ['an answer', 503 as Answer],
      ['a lost connection', unreachable as Answer],
      ['a time-out', new MeshError('attempt_timed_out', 'Too late.') as Answer],
    ])('hears of %s that failed', async (_, answer) => {
      const { call, context } = given([answer], { budget: {}, granted: 0 })
      for (let request = 0; request < 5; request++) await call().catch(() => {})
      expect(context.service.budget.balance).toBe(0)
    })

    it('hears nothing of a caller that left, nor of what was never sent', async () => {
      for (const error of [new DOMException('Gone.', 'AbortError'), new MeshError('no_endpoint', 'None.')]) {
        const { call, context } = given([error], { budget: {} })
        for (let request = 0; request < 5; request++) await call().catch(() => {})
        expect(context.service.budget.balance).toBe(1)
      }
    })

    it('uses the allowance up where it is empty and the hops above are to stop', async () => {
      const { call, attempts, refused, context } = given([503], {
        budget: { budget: { percent: 0 }, whenEmpty: 'stop' },
        granted: 5,
      })
      expect((await call()).status).toBe(503)
      expect(attempts).toHaveLength(1)
      expect(refused()).toBe('budget')
      expect(context.allowance?.isExhausted).toBe(true)
      expect(context.allowance?.left).toBe(0)
      expect(context.receipt.retriesUsed).toBe(5)
    })

    it('leaves the allowance alone where the hops above may retry, and where another reason speaks against a retry', async () => {
      for (const over of [
        { budget: { budget: { percent: 0 } } },
        { budget: { budget: { percent: 0 }, whenEmpty: 'stop' }, method: 'POST' },
      ] as const) {
        const { call, context } = given([503], { ...over, granted: 5 })
        await call()
        expect(context.allowance?.isExhausted).toBe(false)
        expect(context.allowance?.left).toBe(5)
      }
    })

    it('is not asked where there is another reason not to retry', async () => {
      const { call, context, refused } = given([503], { budget: {}, method: 'POST' })
      await call()
      expect(refused()).toBe('not-idempotent')
      expect(context.service.budget.balance).toBe(1)
    })
  })

  it('counts a hedge as one of the attempts of the rule', async () => {
    const { call, attempts, refused, context } = given([503], { policy: { attempts: 2 } })
    context.receipt.hedged = true
    await call()
    expect(attempts.map(({ number }) => number)).toEqual([1, 3])
    expect(refused()).toBe('attempts')
  })

  it('says whether another attempt could follow, so that one retry is kept back for it', async () => {
    const { call, attempts } = given([503])
    await call()
    expect(attempts.map(({ mayRepeat }) => mayRepeat)).toEqual([true, true, false])
    const post = given([503], { method: 'POST' })
    await post.call()
    expect(post.attempts.map(({ mayRepeat }) => mayRepeat)).toEqual([false])
  })

  it('has a reason on the receipt for every way to give up', async () => {
    const ways: Record<RetryRefusal, Given & { answer?: Answer }> = {
      attempts: { policy: { attempts: 1 } },
      allowance: { granted: 1 },
      budget: { budget: {} },
      deadline: { leftMs: 20 },
      'not-replayable': { method: 'PUT', body: new Uint8Array(70_000) },
      'not-idempotent': { method: 'POST' },
      pushback: { answer: withHeaders(503, { 'selvedge-retryable': 'false' }) },
      subrequests: { subrequests: 0 },
    }
    for (const [reason, { answer = 503, ...over }] of Object.entries(ways)) {
      const { call, refused } = given([answer], over)
      expect((await call()).status).toBe(503)
      expect(refused()).toBe(reason)
    }
  })
})
