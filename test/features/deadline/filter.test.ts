import { describe, expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../../src/testing.ts'
import { failureOf } from '../../support/call.ts'
import { answersIn, hang, quickClock, upstream, withHeaders } from '../../support/upstream.ts'

const ctx = { waitUntil() {} } as unknown as ExecutionContext

/** A mesh in which `users` is answered by these endpoints, under this policy. */
function given(policy: object, ...endpoints: TestHandler[]) {
  const clock = quickClock()
  const mesh = createTestMesh({ users: { endpoints, ...policy } }, { clock })
  const call = (init?: RequestInit) => clock.run(mesh.fetch('http://users/', init))
  return { clock, mesh, call }
}

const timeoutOf = (request: Request | undefined) => Number(request?.headers.get('selvedge-timeout-ms'))

describe('the deadline of a call', () => {
  it('is 15 s where nobody says one', async () => {
    const users = upstream(hang)
    const { clock, call } = given({}, users)
    const before = clock.now()
    expect((await failureOf(call())).code).toBe('deadline_exceeded')
    expect(clock.now() - before).toBe(15_000)
  })

  it('aborts what is under way upstream', async () => {
    const users = upstream(hang)
    const { call } = given({ timeouts: { request: '300ms' } }, users)
    const error = await failureOf(call())
    expect(error.code).toBe('deadline_exceeded')
    expect(error.message).toContain('300 ms')
    expect(users.requests).toHaveLength(1)
    expect(users.requests[0]?.signal.aborted).toBe(true)
  })

  it.each([
    ['the rule', '300ms', undefined, undefined, 300],
    ['the call', '10s', '200', undefined, 200],
    ['the caller', '10s', '200', '100', 100],
    ['the rule, though the caller would wait', '50ms', '200', '100000', 50],
  ])('is the least of all that are given: %s', async (_, rule, ofCall, ofCaller, ms) => {
    const clock = quickClock()
    const users = { endpoints: [hang], timeouts: { request: rule } }
    const mesh = createTestMesh({ users }, { clock })
    let failedAfter = 0
    const served = mesh.serve({
      async fetch() {
        const before = clock.now()
        await failureOf(mesh.fetch('http://users/', { headers: ofCall ? { 'selvedge-timeout-ms': ofCall } : {} }))
        failedAfter = clock.now() - before
        return new Response()
      },
    })
    const headers: Record<string, string> = ofCaller ? { 'selvedge-timeout-ms': ofCaller } : {}
    await clock.run(Promise.resolve(served.fetch(new Request('http://front/', { headers }), {}, ctx)))
    // The caller is answered first; then the handler hears of it.
    await clock.advance(1)
    expect(failedAfter).toBe(ms)
  })

  it('is not waited for where it has passed: nobody is asked', async () => {
    const users = upstream(200)
    const { call, clock } = given({}, users)
    const before = clock.now()
    expect((await failureOf(call({ headers: { 'selvedge-timeout-ms': '0' } }))).code).toBe('deadline_exceeded')
    expect(users.requests).toHaveLength(0)
    expect(clock.now()).toBe(before)
  })

  it('is told upstream, less 5 ms for the way', async () => {
    const users = upstream(200)
    const { call } = given({ timeouts: { request: '2s' } }, users)
    await call()
    expect(timeoutOf(users.requests[0])).toBe(1995)
  })

  it('is told anew for each attempt: what is left shrinks', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 300, 503), withHeaders(503, { 'retry-after': '1' }), 200)
    const record = { endpoints: [users], timeouts: { request: '5s' }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record }, { clock })
    const startedAt: number[] = []
    const before = clock.now()
    await clock.run(mesh.fetch('http://users/'))
    startedAt.push(...mesh.spans().map((span) => span.startedAt - before))
    const told = users.requests.map(timeoutOf)
    expect(told).toEqual(startedAt.map((ms) => Math.floor(5000 - ms - 5)))
    expect(told[0]).toBe(4995)
    expect(told[1]).toBeLessThanOrEqual(4995 - 325)
    expect(told[2]).toBe((told[1] as number) - 1000)
  })

  it('ends what waits between two attempts', async () => {
    const users = upstream(503)
    const { call, clock } = given({ timeouts: { request: '100ms' }, retry: { backoff: '90ms' } }, users)
    const before = clock.now()
    // The wait of 90 ms or more may fit, or not; either way nobody waits longer than 100 ms.
    await call().catch(() => {})
    expect(clock.now() - before).toBeLessThanOrEqual(100)
  })

  it('can be switched off', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 3_600_000))
    const record = { endpoints: [users], timeouts: { request: '0s' } }
    const mesh = createTestMesh({ users: record }, { clock })
    expect((await clock.run(mesh.fetch('http://users/'))).status).toBe(200)
    expect(users.requests[0]?.headers.has('selvedge-timeout-ms')).toBe(false)
  })

  it('leaves no timer behind an answer', async () => {
    const { call, clock } = given({ timeouts: { request: '5s', backendRequest: '1s' } }, upstream(200))
    await call()
    expect(clock.pending).toBe(0)
  })

  it('no longer counts once the headers are out: a stream outlives it', async () => {
    const clock = quickClock()
    let stream: ReadableStreamDefaultController<Uint8Array> | undefined
    const users = upstream(
      () =>
        new Response(
          new ReadableStream({
            start(controller) {
              stream = controller
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        ),
    )
    const record = { endpoints: [users], timeouts: { request: '1s', backendRequest: '500ms' } }
    const mesh = createTestMesh({ users: record }, { clock })
    const response = await clock.run(mesh.fetch('http://users/'))
    const text = response.text()
    await clock.advance(5000)
    stream?.enqueue(new TextEncoder().encode('still here'))
    await clock.advance(10)
    stream?.close()
    expect(await text).toBe('still here')
    expect(users.requests[0]?.signal.aborted).toBe(false)
  })

  it('gives way to idleness: a stream that falls silent is ended', async () => {
    const clock = quickClock()
    const events = { 'content-type': 'text/event-stream' }
    const users = upstream(() => new Response(new ReadableStream({}), { headers: events }))
    const mesh = createTestMesh({ users }, { clock, idleMs: 60_000 })
    const response = await clock.run(mesh.fetch('http://users/'))
    const read = failureOf(response.text())
    await clock.advance(60_000)
    expect((await read).code).toBe('deadline_exceeded')
  })
})

describe('the deadline of an attempt', () => {
  it('leaves time for another', async () => {
    const users = upstream(hang, 200)
    const { call, clock, mesh } = given({ timeouts: { request: '10s', backendRequest: '200ms' } }, users)
    const before = clock.now()
    expect((await call()).status).toBe(200)
    expect(users.requests).toHaveLength(2)
    expect(users.requests[0]?.signal.aborted).toBe(true)
    expect(users.requests[1]?.signal.aborted).toBe(false)
    expect(clock.now() - before).toBeLessThanOrEqual(200 + 100)
    expect(mesh.spans().map(({ outcome }) => outcome)).toEqual(['timeout', 'success'])
  })

  it('is told upstream where it comes first', async () => {
    const users = upstream(200)
    await given({ timeouts: { request: '10s', backendRequest: '200ms' } }, users).call()
    expect(timeoutOf(users.requests[0])).toBe(195)
    const late = upstream(200)
    const { call } = given({ timeouts: { request: '10s', backendRequest: '200ms' } }, late)
    await call({ headers: { 'selvedge-timeout-ms': '100' } })
    expect(timeoutOf(late.requests[0])).toBe(95)
  })

  it('is what failed the call, when no retry is left', async () => {
    const policy = { timeouts: { request: '10s', backendRequest: '200ms' }, retry: { attempts: 1 } }
    const users = upstream(hang)
    const { call } = given(policy, users)
    const error = await failureOf(call())
    expect(error.code).toBe('attempt_timed_out')
    expect(error.message).toContain('200 ms')
    expect(users.requests).toHaveLength(2)
  })

  it('gives way to the deadline of the call where that comes first', async () => {
    const { call, clock } = given({ timeouts: { request: '10s', backendRequest: '200ms' } }, upstream(hang))
    const before = clock.now()
    expect((await failureOf(call({ headers: { 'selvedge-timeout-ms': '150' } }))).code).toBe('deadline_exceeded')
    expect(clock.now() - before).toBe(150)
  })
})

describe('a call that cannot be answered in time', () => {
  it('is refused before anybody is asked, when less is left than an answer usually takes', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 200))
    const mesh = createTestMesh({ users }, { clock })
    for (let call = 0; call < 3; call++) await clock.run(mesh.fetch('http://users/'))
    const headers = { 'selvedge-timeout-ms': '150' }
    const error = await failureOf(clock.run(mesh.fetch('http://users/', { headers })))
    expect(error.code).toBe('deadline_insufficient')
    expect(users.requests).toHaveLength(3)
  })

  it('is made where the endpoint has been quick enough', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 100))
    const mesh = createTestMesh({ users }, { clock })
    for (let call = 0; call < 3; call++) await clock.run(mesh.fetch('http://users/'))
    const headers = { 'selvedge-timeout-ms': '150' }
    expect((await clock.run(mesh.fetch('http://users/', { headers }))).status).toBe(200)
  })
})
