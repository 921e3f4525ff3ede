import { describe, expect, it } from 'vitest'
import { createTestMesh } from '../../../src/testing.ts'
import { failureOf } from '../../support/call.ts'
import { hang, quickClock, upstream } from '../../support/upstream.ts'
import { world } from '../../support/worlds.ts'
import { gone, never } from './behaving.ts'

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

  it('ends once: an answer that comes after all changes nothing', async () => {
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
