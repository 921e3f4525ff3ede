/** Two filters together: what none of them shows alone. */
import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { answersIn, connectionLost, hang, quickClock, upstream, withHeaders } from '../support/upstream.ts'
import { world } from '../support/worlds.ts'

const never = () => new Promise<never>(() => {})
const gone = () => new DOMException('The client has gone.', 'AbortError')

describe('retry × deadline', () => {
  it('starts no retry that could not be answered in time', async () => {
    const clock = quickClock()
    const users = upstream(
      answersIn(clock, 400),
      answersIn(clock, 400),
      answersIn(clock, 400),
      answersIn(clock, 100, 503),
      200,
    )
    const record = { endpoints: [users], timeouts: { request: '10s' } }
    const mesh = createTestMesh({ users: record }, { clock })
    for (let call = 0; call < 3; call++) await clock.run(mesh.fetch('http://users/'))
    // 400 ms are typical: after 100 ms and the wait, 380 ms are too few.
    const response = await clock.run(mesh.fetch('http://users/', { headers: { 'selvedge-timeout-ms': '500' } }))
    expect(response.status).toBe(503)
    expect(users.requests).toHaveLength(4)
  })

  it('shares one deadline among all attempts', async () => {
    const clock = quickClock()
    const users = upstream(200, hang)
    const timeouts = { request: '500ms', backendRequest: '200ms' }
    const record = { endpoints: [users], timeouts, retry: { attempts: 10, backoff: '1ms' }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record }, { clock })
    // It answers as an application does: from now on it is lent nothing, and a lost answer costs nothing.
    await clock.run(mesh.fetch('http://users/'))
    const before = clock.now()
    await failureOf(clock.run(mesh.fetch('http://users/')))
    expect(clock.now() - before).toBeLessThanOrEqual(500)
    expect(users.requests).toHaveLength(1 + 3)
  })

  it('returns the answer that there is, rather than wait for Retry-After beyond the deadline', async () => {
    const clock = quickClock()
    const users = upstream(withHeaders(429, { 'retry-after': '30' }))
    const mesh = createTestMesh({ users }, { clock })
    const before = clock.now()
    const response = await clock.run(mesh.fetch('http://users/'))
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('30')
    expect(clock.now()).toBe(before)
  })
})

describe('retry × balance', () => {
  it('hides a dead endpoint: the retry goes to the other', async () => {
    const clock = quickClock()
    for (let seed = 0; seed < 20; seed++) {
      const dead = upstream(connectionLost())
      const alive = upstream(200)
      const mesh = createTestMesh({ users: [dead, alive] }, { clock, seed })
      for (let call = 0; call < 20; call++) {
        expect((await clock.run(mesh.fetch('http://users/'))).status).toBe(200)
      }
      // Found out once, and left alone: its cost keeps the first attempts away, too.
      expect(dead.requests.length).toBeLessThanOrEqual(1)
    }
  })

  it('tells the load of every attempt', async () => {
    const { call, users, clock } = world(
      {
        endpoints: ['https://a.example.com', 'https://b.example.com', 'https://c.example.com'],
        retryConstraint: 'off',
      },
      async () => new Response(null, { status: 503 }),
    )
    await clock.run(call())
    for (const { load } of (await users()).candidates) {
      expect(load.inFlight(clock.now())).toBe(0)
      // Less what has decayed since the first of them.
      expect(load.cost(clock.now())).toBeGreaterThan(4500)
    }
  })
})

describe('a caller that leaves', () => {
  const record = { endpoints: ['https://a.example.com'], retryConstraint: 'off' }

  it('aborts what is under way upstream, and gets its own reason back', async () => {
    const clock = quickClock()
    const users = upstream(hang)
    const mesh = createTestMesh({ users }, { clock })
    const controller = new AbortController()
    const call = failureOf(mesh.fetch('http://users/', { signal: controller.signal }))
    await clock.advance(100)
    expect(users.requests[0]?.signal.aborted).toBe(false)
    const reason = gone()
    controller.abort(reason)
    expect(await call).toBe(reason)
    expect(users.requests[0]?.signal.aborted).toBe(true)
    expect(users.requests).toHaveLength(1)
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('gives the pick back at once, though nothing of the handler is run any more', async () => {
    const { call, inFlight, clock, users } = world(record, never)
    const controller = new AbortController()
    call({ signals: () => [controller.signal] }).catch(() => {})
    await clock.advance(200)
    expect(await inFlight()).toEqual([1])
    controller.abort(gone())
    expect(await inFlight()).toEqual([0])
    // It took at least that long; what the endpoint would have answered nobody knows.
    expect((await users()).candidates[0]?.load.cost(clock.now())).toBe(200)
  })

  it('settles once: an answer that comes after all changes nothing', async () => {
    let answer = (_response: Response) => {}
    const { call, inFlight, clock, users } = world(
      record,
      () =>
        new Promise((resolve) => {
          answer = resolve
        }),
    )
    const controller = new AbortController()
    const late = failureOf(call({ signals: () => [controller.signal] }))
    const other = call()
    await clock.advance(200)
    controller.abort(gone())
    const cost = (await users()).candidates[0]?.load.cost(clock.now())
    answer(new Response())
    await other
    expect(await inFlight()).toEqual([0])
    expect(cost).toBe(2 * 200)
    expect((await late).name).toBe('AbortError')
  })

  it('ends the wait between two attempts, and no other attempt is made', async () => {
    let calls = 0
    const { call, inFlight, clock } = world(record, async () => {
      calls += 1
      return new Response(null, { status: 503, headers: { 'retry-after': '5' } })
    })
    const controller = new AbortController()
    const failure = failureOf(call({ signals: () => [controller.signal] }))
    await clock.advance(100)
    const reason = gone()
    controller.abort(reason)
    expect(await failure).toBe(reason)
    await clock.advance(60_000)
    expect(calls).toBe(1)
    expect(await inFlight()).toEqual([0])
    expect(clock.pending).toBe(0)
  })

  it('ends the wait for a body, before anybody is asked', async () => {
    let calls = 0
    const { call, clock } = world(record, async () => {
      calls += 1
      return new Response()
    })
    const body = new ReadableStream({ pull: never })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const controller = new AbortController()
    const failure = failureOf(call({ signals: () => [controller.signal] }, request))
    await clock.advance(100)
    const reason = gone()
    controller.abort(reason)
    expect(await failure).toBe(reason)
    expect(calls).toBe(0)
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })

  it('cancels a stream that runs, after the answer', async () => {
    const clock = quickClock()
    const users = upstream(() => new Response(new ReadableStream({})))
    const mesh = createTestMesh({ users }, { clock })
    const controller = new AbortController()
    await clock.run(mesh.fetch('http://users/', { signal: controller.signal }))
    expect(users.requests[0]?.signal.aborted).toBe(false)
    controller.abort(gone())
    expect(users.requests[0]?.signal.aborted).toBe(true)
  })

  it('does not count against the budget, nor against the endpoint as a failure', async () => {
    const { call, clock, users } = world({ endpoints: ['https://a.example.com'] }, never)
    for (let request = 0; request < 10; request++) {
      const controller = new AbortController()
      call({ signals: () => [controller.signal] }).catch(() => {})
      await clock.advance(1)
      controller.abort(gone())
    }
    const { budget, candidates } = await users()
    expect(budget.balance).toBe(1)
    expect(candidates[0]?.load.cost(clock.now())).toBeLessThan(100)
  })

  it('that has left before the call is not served', async () => {
    const clock = quickClock()
    const users = upstream(hang)
    const mesh = createTestMesh({ users }, { clock })
    const signal = AbortSignal.abort(gone())
    expect((await failureOf(clock.run(mesh.fetch('http://users/', { signal })))).name).toBe('AbortError')
  })
})

describe('balance × deadline', () => {
  const record = { endpoints: ['https://a.example.com'], timeouts: { request: '2s' } }

  it('gives a pick back at the deadline, though the endpoint never answers', async () => {
    const { call, inFlight, clock, users } = world(record, never)
    const failure = failureOf(call())
    await clock.advance(1999)
    expect(await inFlight()).toEqual([1])
    await clock.advance(1)
    expect(await inFlight()).toEqual([0])
    expect((await failure).code).toBe('deadline_exceeded')
    // A caller may say a short deadline: that it passed is no failure of the endpoint, which took at least this long.
    expect((await users()).candidates[0]?.load.cost(clock.now())).toBe(2000)
  })

  it('forgets a request a second after its deadline, where the handler died and no timer of it fires', async () => {
    const time = quickClock()
    const dead = { now: time.now, after: () => () => {} }
    const { call, inFlight } = world(record, never, { clock: dead })
    void call()
    await time.advance(3000)
    expect(await inFlight()).toEqual([1])
    await time.advance(1)
    expect(await inFlight()).toEqual([0])
  })
})
