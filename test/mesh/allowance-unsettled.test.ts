/** Answers that do not say what was spent: the bound of 1 + allowance holds for them, too. */
import { expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../src/testing.ts'
import { connectionLost, hang, pause, quickClock } from '../support/upstream.ts'

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext
const clock = quickClock()

/** A mesh whose handler calls `next`, over a handler. */
function hopTo(
  next: TestHandler,
  handler?: (call: (init?: RequestInit) => Promise<Response>) => Promise<Response>,
): TestHandler {
  const record = { endpoints: [next], retry: { attempts: 5 }, retryConstraint: 'off' }
  const mesh = createTestMesh({ next: record }, { clock })
  const call = (init?: RequestInit) => mesh.fetch('http://next/', init)
  const served = mesh.serve({ fetch: () => handler?.(call) ?? call() }, { trust: () => true })
  return (request) => served.fetch(request, {}, ctx)
}

const ask = (hop: TestHandler, allowance: number) =>
  clock.run(
    Promise.resolve(hop(new Request('http://front/', { headers: { 'selvedge-retry-allowance': String(allowance) } }))),
  )

it('charges what it lent where something in front of a hop answers 503 in its place', async () => {
  let calls = 0
  let isMasked = false
  const inner = hopTo(() => new Response(null, { status: ++calls > 1 ? 503 : 200 }))
  const front = hopTo(async (request) => {
    const answer = await inner(request)
    // As a platform does for a Worker that has run out of memory or of time.
    return isMasked ? new Response(null, { status: 503 }) : answer
  })
  await ask(front, 3)
  expect(calls).toBe(1)
  // The hop has answered before, and settled.
  isMasked = true
  await ask(front, 3)
  expect(calls - 1).toBeLessThanOrEqual(1 + 3)
})

it('charges what it lent to a hop whose answer was lost, though another call met something that settles nothing', async () => {
  let calls = 0
  const inner = hopTo(async () => {
    calls += 1
    await pause(clock, 100)
    return new Response(null, { status: 503 })
  })
  let requests = 0
  const front = hopTo(async (request) => {
    requests += 1
    // The second request to come meets a gateway that says no, while the first is under way.
    if (requests === 2) return new Response(null, { status: 404 })
    await inner(request)
    throw connectionLost()
  })
  const send = async (allowance: number) =>
    front(new Request('http://front/', { headers: { 'selvedge-retry-allowance': String(allowance) } }))
  const first = send(3)
  await clock.advance(50)
  await clock.run(send(0))
  await clock.run(first)
  expect(calls).toBeLessThanOrEqual(1 + 3)
})

it('charges what a handler lent to a call that it did not wait for', async () => {
  let calls = 0
  const leaf: TestHandler = async (request) => {
    calls += 1
    // The first call of each attempt fails, and what follows is slow.
    if (calls % 2 === 1) return new Response(null, { status: 503 })
    return hang(request)
  }
  const middle = hopTo(hopTo(leaf), (call) => {
    const answer = call()
    answer.catch(() => {})
    const fallback = pause(clock, 300).then(() => new Response(null, { status: 503 }))
    return Promise.race([answer, fallback])
  })
  await ask(hopTo(middle), 3)
  await clock.advance(60_000)
  expect(calls).toBeLessThanOrEqual(1 + 3)
})

it('charges what a handler lent to a call that it gave a deadline of its own, and answered for', async () => {
  let calls = 0
  const leaf: TestHandler = async (request) => {
    calls += 1
    if (calls % 2 === 1) return new Response(null, { status: 503 })
    return hang(request)
  }
  const middle = hopTo(hopTo(leaf), async (call) => {
    try {
      return await call({ headers: { 'selvedge-timeout-ms': '300' } })
    } catch {
      return new Response(null, { status: 503 })
    }
  })
  await ask(hopTo(middle), 3)
  await clock.advance(60_000)
  expect(calls).toBeLessThanOrEqual(1 + 3)
})
