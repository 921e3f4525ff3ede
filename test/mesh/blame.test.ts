/** Who is blamed for what goes wrong, through the whole stack and in virtual time. */
import { describe, expect, it } from 'vitest'
import { MeshError } from '../../src/core/errors.ts'
import { receipt } from '../../src/core/receipt.ts'
import { createTestMesh, type TestHandler } from '../../src/testing.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { failureOf } from '../support/call.ts'
import { answersIn, hang, quickClock, upstream, withHeaders } from '../support/upstream.ts'
import { world } from '../support/worlds.ts'

const ctx = { waitUntil() {}, passThroughOnException() {} } as unknown as ExecutionContext

/** A mesh of `users`, with so many endpoints that answer alike. */
function given(handler: (clock: ReturnType<typeof quickClock>) => TestHandler, record: object = {}, endpoints = 2) {
  const clock = quickClock()
  const users = upstream(handler(clock))
  const mesh = createTestMesh({ users: { endpoints: new Array(endpoints).fill(users), ...record } }, { clock })
  return { clock, users, mesh }
}

describe('a caller that leaves with a MeshError of another call', () => {
  const reasons = [
    new MeshError('endpoint_unreachable', 'Endpoint eu did not answer.'),
    new MeshError('attempt_timed_out', 'No answer came.'),
    new MeshError('deadline_exceeded', 'No answer came.'),
    new MeshError('overloaded', 'It has no room.', { verdict: 'go', retryAfterMs: 1 }),
    new MeshError('function_failed', 'It failed.'),
  ]
  const records: Record<string, object> = {
    'a plain record': {},
    'a record with backendRequest': { timeouts: { request: '5s', backendRequest: '1s' } },
    'a record that hedges': { hedge: { delay: '50ms' } },
    'a record that hedges, with backendRequest': { hedge: { delay: '5ms' }, timeouts: { backendRequest: '1s' } },
    'a rule with timeouts and retries': {
      rules: [{ timeouts: { request: '5s' }, retry: { codes: [503], attempts: 3 } }],
    },
  }

  describe.each(Object.entries(records))('of %s', (_, record) => {
    it.each(reasons)(
      'gets its own reason back, and nothing is tried again nor held against anyone: $code',
      async (reason) => {
        const sent: string[] = []
        const subject = world(
          { endpoints: ['https://a.example.com', 'https://b.example.com'], ...record },
          (_, { endpoint, work }) => {
            sent.push(endpoint.id)
            return new Promise((_, reject) => work.onCancel(reject))
          },
        )
        const { clock } = subject
        const { budget, candidates, throttle } = await subject.users()
        const balance = budget.balance
        for (let call = 0; call < 12; call++) {
          const caller = new AbortController()
          const told = receipt()
          const answer = failureOf(subject.call({ receipt: told, signals: () => [caller.signal] }))
          // Before a hedge is sent, and no budget is spent on one.
          await clock.advance(2)
          caller.abort(reason)
          expect(await answer).toBe(reason)
          expect(told.attempts.map(({ outcome, blame }) => [outcome, blame])).toEqual([['cancelled', 'caller']])
          expect(told.retryRefused).toBeUndefined()
        }
        await clock.advance(10_000)
        expect(sent).toHaveLength(12)
        expect(candidates.map(({ health }) => health)).toEqual([undefined, undefined])
        expect(budget.balance).toBe(balance)
        expect(throttle.isAlert(clock.now())).toBe(false)
      },
    )
  })

  it('is the caller while a hedge is under way, too', async () => {
    const [reason] = reasons as [MeshError]
    const subject = world(
      { endpoints: ['https://a.example.com', 'https://b.example.com'], hedge: { delay: '10ms', maxExtraLoad: 100 } },
      (_, { work }) => new Promise((_, reject) => work.onCancel(reject)),
    )
    const caller = new AbortController()
    const told = receipt()
    const answer = failureOf(subject.call({ receipt: told, signals: () => [caller.signal] }))
    await subject.clock.advance(50)
    expect(told.hedged).toBe(true)
    caller.abort(reason)
    expect(await answer).toBe(reason)
    expect(told.attempts.map(({ outcome, blame }) => [outcome, blame])).toEqual(
      new Array(2).fill(['cancelled', 'caller']),
    )
    expect((await subject.users()).candidates.map(({ health }) => health)).toEqual([undefined, undefined])
  })

  it('gets it back from the library, whose endpoints hear the signal', async () => {
    for (const reason of reasons) {
      const { clock, mesh, users } = given(() => hang)
      const caller = new AbortController()
      const answer = failureOf(mesh.fetch('http://users/', { signal: caller.signal }))
      await clock.advance(20)
      caller.abort(reason)
      expect(await answer).toBe(reason)
      await clock.advance(5000)
      expect(users.requests).toHaveLength(1)
    }
  })
})

describe('a handler behind serve', () => {
  const served = (fetch: () => Promise<Response>, signal?: AbortSignal) =>
    createTestMesh({})
      .serve({ fetch })
      .fetch(new Request('http://front/', signal ? { signal } : {}), {}, ctx)

  it('that fails with an AbortError of its own has failed: a problem, and no 499', async () => {
    const answer = await served(() => Promise.reject(new DOMException('I gave up.', 'AbortError')))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([500, 'application/problem+json'])
    expect(await answer.json()).toMatchObject({ code: 'internal' })
  })

  it('whose caller has left answers 499 to nobody', async () => {
    expect((await served(() => Promise.reject(new Error('No use.')), AbortSignal.abort())).status).toBe(499)
  })

  it('that answers 499 to a mesh above has neither failed nor served', async () => {
    const subject = world(
      { endpoints: ['https://a.example.com', 'https://b.example.com'] },
      async () => new Response(null, { status: 499 }),
    )
    const { budget, candidates } = await subject.users()
    const balance = budget.balance
    for (let call = 0; call < 30; call++) expect((await subject.clock.run(subject.call())).status).toBe(499)
    expect(candidates.map(({ health }) => health)).toEqual([undefined, undefined])
    expect(budget.balance).toBe(balance)
  })
})

describe('a mesh beneath that says that the time is over', () => {
  const late = () => withHeaders(504, { 'selvedge-error': 'deadline_exceeded', 'selvedge-retryable': 'false' })()
  const told = async (record: object, leftMs: number) => {
    const subject = world({ endpoints: ['https://a.example.com', 'https://b.example.com'], ...record }, async () =>
      late(),
    )
    const notes = receipt()
    await subject.clock.run(subject.call({ receipt: notes, deadline: { at: subject.clock.now() + leftMs } }))
    return notes.attempts.map(({ outcome, blame }) => [outcome, blame])
  }

  it('speaks of the caller’s deadline where that was the shorter', async () => {
    expect(await told({}, 50)).toEqual([['expired', 'nobody']])
    expect(await told({ timeouts: { backendRequest: '1s' } }, 50)).toEqual([['expired', 'nobody']])
  })

  it('speaks of the endpoint where the record gave the attempt less', async () => {
    expect(await told({ timeouts: { backendRequest: '1s' } }, 5000)).toEqual([['timeout', 'endpoint']])
  })
})

describe('a caller over its own rate', () => {
  /** Answers 429 to `greedy` beyond 10 a second. */
  const limited = (headers: Record<string, string>) => (clock: ReturnType<typeof quickClock>) => {
    let second = 0
    let taken = 0
    return async (request: Request) => {
      if (request.headers.get('x-caller') === 'greedy') {
        const now = Math.floor(clock.now() / 1000)
        if (now !== second) [second, taken] = [now, 0]
        taken += 1
        if (taken > 10) return new Response(null, { status: 429, headers })
      }
      return answersIn(clock, 20)(request)
    }
  }

  it.each([{}, { 'retry-after': '0' }, { 'retry-after': '1' }, { 'x-envoy-ratelimited': 'true' }])(
    'at 20 calls a second, told so by 429 with %j, costs one of 10 calls a second beside it nothing',
    async (headers) => {
      for (const endpoints of [1, 3]) {
        const { clock, mesh } = given(limited(headers), {}, endpoints)
        const statuses: Record<string, number[]> = { good: [], greedy: [] }
        const call = (caller: string) =>
          mesh.fetch('http://users/', { headers: { 'x-caller': caller } }).then(
            ({ status }) => statuses[caller]?.push(status),
            () => statuses[caller]?.push(0),
          )
        for (let tick = 0; tick < 60 * 20; tick++) {
          void call('greedy')
          if (tick % 2 === 0) void call('good')
          await clock.advance(50)
        }
        await clock.advance(5000)
        expect(new Set(statuses.good)).toEqual(new Set([200]))
        expect(statuses.good).toHaveLength(600)
        expect(statuses.greedy).toContain(429)
      }
    },
  )

  it('takes no retry out of the budget, and is tried again only while there is one', async () => {
    const subject = world({ endpoints: ['https://a.example.com'] }, async () =>
      withHeaders(429, { 'retry-after': '0' })(),
    )
    const { budget } = await subject.users()
    const called = async () => {
      const told = receipt()
      await subject.clock.run(subject.call({ receipt: told }))
      return [told.attempts.length, told.retryRefused]
    }
    for (let call = 0; call < 10; call++) expect(await called()).toEqual([3, 'attempts'])
    expect(budget.balance).toBe(1)
    expect(budget.tryWithdraw()).toBe(true)
    expect(await called()).toEqual([1, 'budget'])
  })
})

describe('a function of which Lambda runs as many as it may', () => {
  const throttled = new MeshError('overloaded', 'Lambda runs as many of the function as it may.', {
    verdict: 'go',
    retryable: true,
  })

  it('has no capacity: what goes there is throttled, and any method is sent again elsewhere at once', async () => {
    const sent: [string, number][] = []
    const subject = world(
      { endpoints: ['https://a.example.com', 'https://b.example.com'] },
      async (_, { endpoint }) => {
        sent.push([endpoint.id, subject.clock.now()])
        throw throttled
      },
    )
    const request = new Request('http://users/', { method: 'POST' })
    const told = receipt()
    const error = await failureOf(
      subject.clock.run(subject.call({ receipt: told, headers: pickHeaders(request.headers) }, request)),
    )
    expect(error).toBe(throttled)
    expect(told.attempts.map(({ outcome, blame }) => [outcome, blame])).toEqual(
      new Array(2).fill(['refused', 'endpoint']),
    )
    const [one, other] = sent
    expect(other?.[0]).not.toBe(one?.[0])
    expect(other?.[1]).toBe(one?.[1])
    for (let call = 0; call < 30; call++) await failureOf(subject.clock.run(subject.call()))
    const { throttle } = await subject.users()
    expect(throttle.refusalShare('default', subject.clock.now())).toBeGreaterThan(0.5)
  })

  it('has used no retry that it was lent', async () => {
    const answers = [throttled, throttled, undefined]
    const subject = world(
      { endpoints: ['https://a.example.com', 'https://b.example.com'], retryConstraint: 'off' },
      async () => {
        const error = answers.shift()
        if (error) throw error
        return new Response('ok')
      },
    )
    expect((await subject.clock.run(subject.call())).status).toBe(200)
  })
})

describe('codes that are no failures', () => {
  const record = { endpoints: ['https://a.example.com'], retry: { codes: [408, 409, 425] }, retryConstraint: 'off' }
  const called = async (...answers: Response[]) => {
    const at: number[] = []
    const subject = world(record, async () => {
      at.push(subject.clock.now())
      return answers.shift() as Response
    })
    const told = receipt()
    const { status } = await subject.clock.run(subject.call({ receipt: told }))
    return { status, waits: at.slice(1).map((time, index) => time - (at[index] as number)), refused: told.retryRefused }
  }

  it.each([408, 409, 425])('wait for as long as a %i says', async (status) => {
    expect(await called(withHeaders(status, { 'retry-after': '3' })(), new Response())).toMatchObject({
      status: 200,
      waits: [3000],
    })
  })

  it.each([408, 409, 425])('are not tried again where a %i says not to', async (status) => {
    for (const stop of [
      { 'selvedge-retryable': 'false' },
      { 'x-envoy-ratelimited': 'true' },
      { 'grpc-retry-pushback-ms': '-1' },
    ])
      expect(await called(withHeaders(status, { 'retry-after': '0', ...stop })(), new Response())).toMatchObject({
        status,
        waits: [],
        refused: 'pushback',
      })
  })
})

describe('one path that is answered with 500', () => {
  const handler = (clock: ReturnType<typeof quickClock>) => (request: Request) =>
    new URL(request.url).pathname.startsWith('/bad')
      ? new Response(null, { status: 500 })
      : answersIn(clock, 5)(request)
  /** Where the last four calls went. */
  const endpointsOf = (mesh: ReturnType<typeof createTestMesh>) =>
    new Set(
      mesh
        .spans()
        .slice(-4)
        .map(({ name }) => name),
    )

  it('takes no endpoint away, nor the retries of the others, however the query differs', async () => {
    const { clock, mesh } = given(handler, { loadBalancer: 'round-robin' }, 2)
    for (let call = 0; call < 16; call++) await clock.run(mesh.fetch(`http://users/bad/${call}?q=${call}`))
    for (let call = 0; call < 4; call++) expect((await clock.run(mesh.fetch('http://users/good'))).status).toBe(200)
    expect(endpointsOf(mesh).size).toBe(2)
  })

  it('asked for by one stranger under ever other names takes none away either', async () => {
    const { clock, mesh } = given(handler, { loadBalancer: 'round-robin' }, 2)
    const headers = { 'cf-connecting-ip': '203.0.113.7' }
    for (let call = 0; call < 16; call++) await clock.run(mesh.fetch(`http://users/bad${call}`, { headers }))
    for (let call = 0; call < 4; call++) await clock.run(mesh.fetch('http://users/good'))
    expect(
      new Set(
        mesh
          .spans()
          .slice(-4)
          .map(({ name }) => name),
      ).size,
    ).toBe(2)
  })
})
