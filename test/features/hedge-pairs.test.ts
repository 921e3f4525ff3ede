/** Hedging together with what stands above and beneath it. */
import { describe, expect, it } from 'vitest'
import { receipt } from '../../src/core/receipt.ts'
import type { Sent } from '../../src/targets/sent.ts'
import { createTestMesh, type TestHandler } from '../../src/testing.ts'
import { failureOf } from '../support/call.ts'
import { answersIn, hang, pause, quickClock, upstream } from '../support/upstream.ts'
import { world } from '../support/worlds.ts'

const HEDGED = { delay: '50ms', maxExtraLoad: 100 }
const endpoints = ['https://a.example.com', 'https://b.example.com']

/** Two endpoints, one slow and one quick, of which nothing is known yet; and what was sent to either. */
function slowAndQuick(policy: object = {}, slowMs = 1000, quickMs = 10) {
  const sent: { id: string; at: number; signal: AbortSignal | undefined }[] = []
  const record = { endpoints, hedge: HEDGED, retryConstraint: 'off', ...policy }
  const subject = world(record, async (_, { endpoint, work }: Sent) => {
    const isFirst = sent.length === 0
    sent.push({ id: endpoint.id, at: subject.clock.now(), signal: work.signal })
    await pause(subject.clock, isFirst ? slowMs : quickMs, work.signal)
    return new Response()
  })
  return { ...subject, sent }
}

describe('hedge × budget', () => {
  it('a hedge is paid for as a retry is: a newborn isolate makes one, and earns the next', async () => {
    const clock = quickClock()
    let calls = 0
    const slow: TestHandler = async (request) => {
      calls += 1
      await pause(clock, 100, request.signal)
      return new Response()
    }
    const record = { endpoints: [slow, slow], hedge: HEDGED, retryConstraint: { budget: { percent: 50 } } }
    const mesh = createTestMesh({ users: record }, { clock })
    const extra: number[] = []
    for (let call = 0; call < 8; call++) {
      const before = calls
      await clock.run(mesh.fetch('http://users/'))
      extra.push(calls - before - 1)
    }
    // One at birth; two at the first success and a half at each; then every other call.
    expect(extra.slice(0, 3)).toEqual([1, 1, 1])
    expect(extra.slice(4).reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(3)
  })

  it('what hedges have spent is not there for retries', async () => {
    const clock = quickClock()
    const busy = answersIn(clock, 100, 503)
    const users = upstream(busy)
    const record = { endpoints: [users, users, users], hedge: HEDGED, retry: { attempts: 5 } }
    const mesh = createTestMesh({ users: record }, { clock })
    const response = await clock.run(mesh.fetch('http://users/'))
    expect(response.status).toBe(503)
    // The one retry that an isolate is born with has been the hedge.
    expect(users.requests).toHaveLength(2)
  })

  it('five failures in a row end hedging, too', async () => {
    for (const [failures, hedges] of [
      [4, 1],
      [5, 0],
    ] as const) {
      const clock = quickClock()
      const users = upstream(...new Array<number>(failures).fill(503), answersIn(clock, 100))
      // Nothing is ejected: that would be another reason.
      const record = {
        endpoints: [users, users],
        hedge: HEDGED,
        outlierDetection: { maxEjectionPercent: 0 },
        retry: { codes: [] },
      }
      const mesh = createTestMesh({ users: record }, { clock })
      for (let call = 0; call <= failures; call++) await clock.run(mesh.fetch('http://users/'))
      expect(users.requests).toHaveLength(failures + 1 + hedges)
    }
  })
})

describe('hedge × deadline', () => {
  it('no hedge is sent that could not be answered in time', async () => {
    const { call, sent, clock, users } = slowAndQuick({}, 140)
    for (const { latency } of (await users()).candidates) {
      for (let sample = 0; sample < 3; sample++) latency.add(100, clock.now())
    }
    await clock.run(call({ deadline: { at: clock.now() + 150 } }))
    expect(sent).toHaveLength(1)
  })

  it('a hedge that fits is sent, with what is left', async () => {
    const clock = quickClock()
    const users = upstream(hang, 200)
    const mesh = createTestMesh({ users: { endpoints: [users, users], hedge: HEDGED } }, { clock })
    await clock.run(mesh.fetch('http://users/', { headers: { 'selvedge-timeout-ms': '1000' } }))
    const left = users.requests.map(({ headers }) => Number(headers.get('selvedge-timeout-ms')))
    expect((left[0] as number) - (left[1] as number)).toBe(50)
  })

  it('the deadline ends both, and neither is held against an endpoint', async () => {
    const record = { endpoints, hedge: HEDGED, retryConstraint: 'off', timeouts: { request: '2s' } }
    const { call, inFlight, clock, users } = world(record, () => new Promise<never>(() => {}))
    const failure = failureOf(call())
    await clock.advance(1999)
    expect(await inFlight()).toEqual([1, 1])
    await clock.advance(1)
    expect((await failure).code).toBe('deadline_exceeded')
    expect(await inFlight()).toEqual([0, 0])
    // What they took at least, and no penalty.
    for (const { load } of (await users()).candidates) expect(load.cost(clock.now())).toBeLessThanOrEqual(2000)
    expect(clock.pending).toBe(0)
  })

  it('an attempt that times out waits for the hedge that is under way', async () => {
    const { call, sent, clock } = slowAndQuick({ timeouts: { backendRequest: '80ms' } }, 1000, 60)
    const before = clock.now()
    expect((await clock.run(call())).status).toBe(200)
    expect(clock.now() - before).toBe(110)
    expect(sent).toHaveLength(2)
  })
})

describe('hedge × balance', () => {
  it('goes to another endpoint, takes its answer, and tells the load how long the other took so far: no failure', async () => {
    const { call, sent, inFlight, clock, users } = slowAndQuick()
    const told = receipt()
    await clock.run(call({ receipt: told }))
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set(endpoints))
    expect(told.attempts.map(({ number, outcome, tookMs }) => [number, outcome, tookMs])).toEqual([
      [1, 'cancelled', 60],
      [2, 'success', 10],
    ])
    expect(told.hedged).toBe(true)
    expect(sent[0]?.signal?.aborted).toBe(true)
    expect(await inFlight()).toEqual([0, 0])
    const { candidates, detector } = await users()
    const slow = candidates.find(({ endpoint }) => endpoint.id === sent[0]?.id)
    expect(slow?.load.cost(clock.now())).toBe(60)
    expect(slow?.health?.faults ?? 0).toBe(0)
    expect(detector.available(candidates, clock.now())).toHaveLength(2)
    expect(clock.pending).toBe(0)
  })

  it('is not sent to an endpoint that is ejected', async () => {
    const { call, sent, clock, users } = slowAndQuick({}, 200)
    const { candidates, detector } = await users()
    const [out] = candidates
    if (out) for (let fault = 0; fault < 3; fault++) detector.record(out, 'fault', clock.now(), clock.now())
    await clock.run(call())
    expect(sent.map(({ id }) => id)).toEqual([endpoints[1]])
  })
})

describe('hedge × retry', () => {
  it('both fail: a retry follows, numbered after them, while the rule has an attempt left', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 100, 503), answersIn(clock, 100, 503), 200)
    const policy = { hedge: HEDGED, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: { endpoints: [users, users, users], ...policy } }, { clock })
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' }
    expect((await clock.run(mesh.fetch('http://users/', { headers }))).status).toBe(200)
    expect(users.requests.map(({ headers }) => headers.get('selvedge-attempt'))).toEqual(['1', '2', '3'])
    const spans = users.requests.map(({ headers }) => headers.get('traceparent')?.split('-'))
    expect(new Set(spans.map((parts) => parts?.[1])).size).toBe(1)
    expect(new Set(spans.map((parts) => parts?.[2])).size).toBe(3)
    expect(mesh.spans().map(({ attempt }) => attempt)).toEqual([1, 2, 3])
  })

  it('a rule with one retry has none left after the hedge', async () => {
    const clock = quickClock()
    const users = upstream(answersIn(clock, 100, 503))
    const policy = { hedge: HEDGED, retryConstraint: 'off', retry: { attempts: 1 } }
    const mesh = createTestMesh({ users: { endpoints: [users, users, users], ...policy } }, { clock })
    expect((await clock.run(mesh.fetch('http://users/'))).status).toBe(503)
    expect(users.requests).toHaveLength(2)
  })

  it('a rule without retries is not hedged', async () => {
    const { call, sent, clock } = slowAndQuick({ retry: { attempts: 0 } })
    await clock.run(call())
    expect(sent).toHaveLength(1)
  })
})

describe('hedge × a caller that leaves', () => {
  it('gives both picks back at once, though nothing of the handler is run any more', async () => {
    const record = { endpoints, hedge: HEDGED, retryConstraint: 'off' }
    const { call, inFlight, clock } = world(record, () => new Promise<never>(() => {}))
    const controller = new AbortController()
    call({ signals: () => [controller.signal] }).catch(() => {})
    await clock.advance(100)
    expect(await inFlight()).toEqual([1, 1])
    controller.abort(new DOMException('The client has gone.', 'AbortError'))
    expect(await inFlight()).toEqual([0, 0])
    await clock.advance(0)
    expect(clock.pending).toBe(0)
  })
})

describe('over ten thousand calls', () => {
  it('a slow endpoint costs at most 5 % more, and its callers wait for it no longer', async () => {
    const clock = quickClock()
    let calls = 0
    const times = new Map<number, number>()
    // One request in fifty meets a pause of two seconds, wherever it goes.
    const users: TestHandler = async ({ signal, headers }) => {
      calls += 1
      const isFirst = headers.get('selvedge-attempt') === '1'
      const at = Number(headers.get('x-call'))
      await pause(clock, isFirst && at % 50 === 7 ? 2000 : 20 + (at % 10), signal)
      return new Response()
    }
    const record = { endpoints: [users, users, users], hedge: {} }
    const mesh = createTestMesh({ users: record }, { clock })
    const COUNT = 10_000
    const BATCH = 25
    for (let first = 0; first < COUNT; first += BATCH) {
      const batch = Array.from({ length: BATCH }, async (_, index) => {
        const before = clock.now()
        await mesh.fetch('http://users/', { headers: { 'x-call': String(first + index) } })
        times.set(first + index, clock.now() - before)
      })
      await clock.run(Promise.all(batch))
      await clock.advance(100)
    }
    expect(calls - COUNT).toBeGreaterThan(COUNT * 0.015)
    expect(calls - COUNT).toBeLessThanOrEqual(COUNT * 0.05)
    const slow = [...times].filter(([at, ms]) => at > 1000 && ms >= 2000)
    // Of 180 that would have waited.
    expect(slow.length).toBeLessThanOrEqual(9)
  }, 120_000)

  it('an endpoint that always is slow costs at most 5 % more', async () => {
    const clock = quickClock()
    let calls = 0
    const slow: TestHandler = async ({ signal }) => {
      calls += 1
      await pause(clock, 500, signal)
      return new Response()
    }
    const record = { endpoints: [slow, slow], hedge: { delay: '1ms' }, retryConstraint: 'off' }
    const mesh = createTestMesh({ users: record }, { clock })
    const COUNT = 10_000
    for (let first = 0; first < COUNT; first += 50) {
      await clock.run(Promise.all(Array.from({ length: 50 }, () => mesh.fetch('http://users/'))))
    }
    expect(calls - COUNT).toBeGreaterThan(COUNT * 0.04)
    expect(calls - COUNT).toBeLessThanOrEqual(COUNT * 0.05)
  }, 120_000)
})

describe('hedge × limit', () => {
  it('a service that refuses for want of capacity is not hedged', async () => {
    for (const [refusals, hedges] of [
      [0, 1],
      [40, 0],
    ] as const) {
      const { call, sent, clock, users } = slowAndQuick()
      const { throttle } = await users()
      for (let count = 0; count < refusals; count++) throttle.answer('refused', false, 'sheddable', clock.now())
      await clock.run(call({ priority: 'critical' }))
      expect(sent).toHaveLength(1 + hedges)
    }
  })

  it('a hedge finds room only where half of the slots are free', async () => {
    for (const [busy, hedges] of [
      [1, 1],
      [2, 0],
    ] as const) {
      const { call, sent, clock, users } = slowAndQuick({ limits: { maxInFlight: 4 } })
      for (const { load } of (await users()).candidates) {
        for (let count = 0; count < busy; count++) load.start(clock.now(), clock.now() + 60_000)
      }
      await clock.run(call())
      expect(sent).toHaveLength(1 + hedges)
    }
  })
})

describe('hedge × cold starts', () => {
  const lambda = (name: string) => ({ lambda: { function: name, region: 'eu-west-1', secret: 'AWS' } })

  /** Two functions, of which the first attempts, so many of them, find theirs asleep for 2 s; all others take 30 ms. */
  function given(asleep: number, hedge: object) {
    let sent = 0
    const record = { endpoints: [lambda('a'), lambda('b')], hedge, retryConstraint: 'off' }
    const subject = world(record, async (_, { work }: Sent) => {
      sent += 1
      await pause(subject.clock, sent <= asleep ? 2000 : 30, work.signal)
      return new Response()
    })
    const call = async () => {
      const told = receipt()
      const from = subject.clock.now()
      await subject.clock.run(subject.call({ receipt: told }))
      return { tookMs: subject.clock.now() - from, told }
    }
    return { ...subject, call }
  }

  it('the wait before a hedge is that of attempts which found their function awake', async () => {
    const { call, users, clock } = given(2, { maxExtraLoad: 100 })
    const took: number[] = []
    for (let made = 0; made < 24; made++) took.push((await call()).tookMs)
    expect(took.filter((ms) => ms === 2000)).toHaveLength(2)
    expect((await users()).hedging?.delayMs(clock.now())).toBe(30)
  })

  it('a function that has to wake is hedged as one that is slow, and the other one answers', async () => {
    const { call } = given(1, { delay: '50ms', maxExtraLoad: 100 })
    const { tookMs, told } = await call()
    expect(tookMs).toBe(80)
    expect(told.attempts.map(({ isCold, outcome }) => [isCold, outcome])).toEqual([
      [true, 'cancelled'],
      [true, 'success'],
    ])
  })
})
