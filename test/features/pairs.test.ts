/** Two filters together: what none of them shows alone. */
import { describe, expect, it } from 'vitest'
import { allowance } from '../../src/core/allowance.ts'
import type { Endpoint } from '../../src/core/endpoint.ts'
import { MeshError } from '../../src/core/errors.ts'
import { receipt } from '../../src/core/receipt.ts'
import { sleep } from '../../src/core/time/clock.ts'
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

describe('retry × limit', () => {
  const tooMany = () => new Response(null, { status: 503, headers: { 'x-envoy-overloaded': 'true' } })

  it('does not try again what its own limit refuses, and takes nothing from the budget for it', async () => {
    const record = { endpoints: ['https://a.example.com'], limits: { maxInFlight: 1 } }
    let calls = 0
    const { call, clock, users, inFlight } = world(record, () => {
      calls += 1
      return never()
    })
    void call()
    await clock.advance(10)
    const before = (await users()).budget.balance
    for (let refusal = 0; refusal < 10; refusal++) expect((await failureOf(call())).code).toBe('overloaded')
    expect(calls).toBe(1)
    expect((await users()).budget.balance).toBe(before)
    expect(await inFlight()).toEqual([1])
  })

  it('holds retries back, too: they are requests like any other', async () => {
    let calls = 0
    const { call, clock, users } = world({ endpoints: ['https://a.example.com'], retryConstraint: 'off' }, async () => {
      calls += 1
      return new Response(null, { status: 503, headers: { 'x-envoy-overloaded': 'true' } })
    })
    const { throttle } = await users()
    for (let request = 0; request < 200; request++) await clock.run(call()).catch(() => {})
    expect(throttle.refusalShare('default', clock.now())).toBe(0.9)
    expect(calls).toBeLessThan(60)
  })

  it('throttles the retries of a service that answers 503 with Retry-After', async () => {
    const retryAfter = () => new Response(null, { status: 503, headers: { 'retry-after': '0' } })
    let calls = 0
    const { call, clock } = world({ endpoints: ['https://a.example.com'], retryConstraint: 'off' }, async () => {
      calls += 1
      return retryAfter()
    })
    for (let request = 0; request < 100; request++) await clock.run(call()).catch(() => {})
    // Three for each, if nothing held them back.
    expect(calls).toBeLessThan(100)
  })

  it('does not take its own refusals for failures of the endpoint, nor for five in a row', async () => {
    const { call, clock, users } = world({ endpoints: ['https://a.example.com'] }, async () => tooMany())
    const { budget, candidates } = await users()
    const learned = () => [budget.balance, candidates[0]?.load.cost(clock.now())]
    let refusals = 0
    for (let request = 0; request < 60; request++) {
      const before = learned()
      const { code } = await clock.run(call()).then(
        () => ({ code: undefined }),
        (error) => error,
      )
      if (code !== 'overloaded') continue
      refusals += 1
      expect(learned()).toEqual(before)
    }
    expect(refusals).toBeGreaterThan(30)
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

  it('ends the wait for a body, which is nobody else’s doing', async () => {
    let calls = 0
    const { call, clock, inFlight, users } = world(record, () => {
      calls += 1
      return never()
    })
    const body = new ReadableStream({ pull: never })
    const request = new Request('http://users/', { method: 'PUT', body, duplex: 'half' } as RequestInit)
    const controller = new AbortController()
    const failure = failureOf(call({ signals: () => [controller.signal] }, request))
    await clock.advance(100)
    const reason = gone()
    controller.abort(reason)
    expect(await failure).toBe(reason)
    expect(calls).toBe(1)
    await clock.advance(0)
    expect(clock.pending).toBe(0)
    expect(await inFlight()).toEqual([0])
    expect((await users()).candidates[0]?.health).toBeUndefined()
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

/** Endpoints by their letter; what each does may be changed while they are called. */
function behaving(policy: object, ...letters: string[]) {
  const does: Record<string, () => Promise<Response>> = {}
  const calls: Record<string, number> = Object.fromEntries(letters.map((letter) => [letter, 0]))
  const record = { endpoints: letters.map((letter) => `https://${letter}.example.com`), ...policy }
  const clock = quickClock()
  const send = (_: Request, { endpoint }: { readonly endpoint: Endpoint }) => {
    const letter = endpoint.id.charAt('https://'.length)
    calls[letter] = (calls[letter] ?? 0) + 1
    return does[letter]?.() ?? Promise.resolve(new Response())
  }
  const { call, users } = world(record, send, { clock })
  /** Calls until this endpoint has been asked `times` more. */
  const callUntil = async (letter: string, times = 1) => {
    const wanted = (calls[letter] ?? 0) + times
    for (let tries = 0; (calls[letter] ?? 0) < wanted; tries++) {
      if (tries > 1000) throw new Error(`${letter} is never asked.`)
      await clock.run(call().catch(() => {}))
      await clock.advance(5000)
    }
  }
  const isOut = async (letter: string) => {
    const { candidates } = await users()
    const health = candidates.find(({ endpoint }) => endpoint.id === `https://${letter}.example.com`)?.health
    return (health?.ejections ?? 0) > 0
  }
  return { clock, call, users, does, calls, callUntil, isOut }
}

const unavailable = async () => new Response(null, { status: 503 })
const reset = async () => {
  throw new MeshError('endpoint_unreachable', 'It did not answer.', { cause: connectionLost() })
}

describe('balance × outlier', () => {
  it('leaves one of three that resets within three calls, however busy it is, and comes back when it recovers', async () => {
    const { clock, call, does, calls } = behaving({ retry: { attempts: 0 } }, 'a', 'b', 'c')
    // So long are the queues of the healthy that five seconds, which a fault costs, are cheap.
    const slow = async () => {
      await sleep(clock, 1000)
      return new Response()
    }
    let failed = 0
    const busy = async (forMs: number) => {
      for (let ms = 0; ms < forMs; ms += 10) {
        call().catch(() => {
          failed += 1
        })
        await clock.advance(10)
      }
    }
    Object.assign(does, { a: slow, b: slow, c: slow })
    await busy(2000)
    await clock.advance(1000)
    does.b = reset
    const before = calls.b ?? 0
    await busy(4500)
    expect((calls.b ?? 0) - before).toBe(3)
    expect(failed).toBe(3)
    does.b = slow
    await busy(5000)
    expect((calls.b ?? 0) - before).toBeGreaterThan(50)
    expect(failed).toBe(3)
  })

  it('goes on failing where it is switched off: the load alone does not keep a busy mesh away', async () => {
    const policy = { retry: { attempts: 0 }, outlierDetection: { maxEjectionPercent: 0 } }
    const { clock, call, does, calls } = behaving(policy, 'a', 'b')
    does.a = async () => {
      await sleep(clock, 1000)
      return new Response()
    }
    does.b = reset
    for (let ms = 0; ms < 3000; ms += 10) {
      call().catch(() => {})
      await clock.advance(10)
    }
    expect(calls.b).toBeGreaterThan(20)
  })

  it('ejects for what times out, and not for a deadline that a caller said', async () => {
    const policy = { timeouts: { backendRequest: '100ms' }, retry: { attempts: 0 } }
    const { clock, call, does, calls, callUntil, isOut } = behaving(policy, 'a', 'b')
    does.a = never
    await callUntil('a', 2)
    while ((calls.a ?? 0) < 6) {
      const deadline = { at: clock.now() + 50 }
      await clock.run(call({ deadline }).catch(() => {}))
      await clock.advance(10_000)
    }
    expect(await isOut('a')).toBe(false)
    await callUntil('a')
    expect(await isOut('a')).toBe(true)
  })
})

describe('retry × outlier', () => {
  const eager = { retryConstraint: 'off', outlierDetection: { consecutive: 1, baseEjection: '1m' } }

  it('goes back to an endpoint that failed rather than to one that is ejected', async () => {
    const { clock, call, does, calls, callUntil, isOut } = behaving(eager, 'a', 'b')
    does.a = reset
    await callUntil('a')
    expect(await isOut('a')).toBe(true)
    does.b = unavailable
    const told = receipt()
    const before = calls.a
    expect((await clock.run(call({ receipt: told }))).status).toBe(503)
    expect(told.attempts.map(({ endpoint }) => endpoint)).toEqual(new Array(3).fill('https://b.example.com'))
    expect(told.ejected).toEqual(['https://a.example.com'])
    expect(calls.a).toBe(before)
  })

  it('counts a call once for each endpoint, however often it is tried there', async () => {
    const { clock, call, does, isOut } = behaving({ retryConstraint: 'off', retry: { attempts: 10 } }, 'a', 'b')
    Object.assign(does, { a: unavailable, b: unavailable })
    const out = async () => [await isOut('a'), await isOut('b')].filter(Boolean).length
    for (let made = 0; made < 2; made++) await clock.run(call({ allowance: allowance(10) }))
    expect(await out()).toBe(0)
    await clock.run(call({ allowance: allowance(10) }))
    expect(await out()).toBe(1)
  })
})

describe('a caller that leaves × outlier', () => {
  it('gives the probe back at once, though nothing of the handler is run any more', async () => {
    const { clock, call, does, calls, callUntil, isOut, users } = behaving(
      { outlierDetection: { consecutive: 1 } },
      'a',
      'b',
    )
    does.a = reset
    await callUntil('a')
    does.a = never
    await clock.advance(100_000)
    const controller = new AbortController()
    const before = calls.a ?? 0
    for (let tries = 0; calls.a === before; tries++) {
      expect(tries).toBeLessThan(100)
      call({ signals: () => [controller.signal] }).catch(() => {})
      await clock.advance(1)
    }
    const able = async () => {
      const { candidates, detector } = await users()
      return detector.available(candidates, clock.now()).length
    }
    expect(await able()).toBe(1)
    controller.abort(gone())
    expect(await able()).toBe(2)
    expect(await isOut('a')).toBe(true)
    does.a = async () => new Response()
    await callUntil('a')
    expect(await isOut('a')).toBe(false)
  })

  it('is no fault of the endpoint, however often it happens', async () => {
    const { clock, call, does, users } = behaving({}, 'a', 'b')
    Object.assign(does, { a: never, b: never })
    for (let request = 0; request < 20; request++) {
      const controller = new AbortController()
      call({ signals: () => [controller.signal] }).catch(() => {})
      await clock.advance(1)
      controller.abort(gone())
      await clock.advance(1)
    }
    for (const { health } of (await users()).candidates) expect(health).toBeUndefined()
  })
})

describe('a thousand callers that leave', () => {
  const record = { endpoints: ['https://a.example.com', 'https://b.example.com'], limits: { maxInFlight: 2 } }

  function given(of: object, options: object = {}) {
    const clock = quickClock()
    return { ...world(of, never, { clock, ...options }), clock }
  }

  /** Calls that are left before they are answered, two at a time and nothing of their handlers resumed. */
  async function leave({ call, clock }: ReturnType<typeof given>): Promise<void> {
    for (let pair = 0; pair < 500; pair++) {
      const controllers = [new AbortController(), new AbortController()]
      for (const { signal } of controllers) call({ signals: () => [signal] }).catch(() => {})
      await clock.advance(1)
      for (const controller of controllers) controller.abort(gone())
    }
  }

  it('hold no slot: as many calls as before find room', async () => {
    const mesh = given(record)
    await leave(mesh)
    expect(await mesh.inFlight()).toEqual([0, 0])
    for (let call = 0; call < 4; call++) mesh.call().catch(() => {})
    await mesh.clock.advance(1)
    expect(await mesh.inFlight()).toEqual([2, 2])
    expect((await failureOf(mesh.call())).code).toBe('overloaded')
  })

  it('count for nothing in the throttle that had become alert', async () => {
    const mesh = given(record)
    const { throttle } = await mesh.users()
    throttle.answer('refused', false, 'default', mesh.clock.now())
    await leave(mesh)
    expect(throttle.refusalShare('sheddable', mesh.clock.now())).toBe(0)
  })

  it('spend nothing of the budget, and no loan of the allowance', async () => {
    const mesh = given(record)
    const before = (await mesh.users()).budget.balance
    await leave(mesh)
    expect((await mesh.users()).budget.balance).toBe(before)
  })

  it('are heard of where the platform cancels: with one endpoint all but the one of them that is in flight alone', async () => {
    const one = { ...record, endpoints: ['https://a.example.com'], limits: { maxInFlight: 64 } }
    const mesh = given(one, { platformCancels: true })
    await leave(mesh)
    // The first of each pair is alone when it comes. One such slot of 64 may be held until a second after its deadline.
    expect(await mesh.inFlight()).toEqual([1])
    await mesh.clock.advance(16_001)
    expect(await mesh.inFlight()).toEqual([0])
  })

  it('are all heard of where there are few slots', async () => {
    const one = { ...record, endpoints: ['https://a.example.com'] }
    const mesh = given(one, { platformCancels: true })
    await leave(mesh)
    expect(await mesh.inFlight()).toEqual([0])
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
