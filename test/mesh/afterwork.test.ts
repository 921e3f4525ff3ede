/** Work that outlives a call which nobody keeps alive. */
import { describe, expect, it } from 'vitest'
import { deadlineIn, never } from '../../src/core/deadline.ts'
import { sleep } from '../../src/core/time/clock.ts'
import { virtualClock } from '../../src/core/time/virtual-clock.ts'
import { hold } from '../../src/mesh/afterwork.ts'
import { createMesh } from '../../src/mesh/mesh.ts'
import { memoryRegistry } from '../../src/registry/memory.ts'
import { createTestMesh } from '../../src/testing.ts'
import { hang } from '../support/upstream.ts'

describe('hold', () => {
  async function heldFor(works: Promise<unknown>[], given: { leftMs?: number; signals?: AbortSignal[] } = {}) {
    const clock = virtualClock()
    const { leftMs, signals = [] } = given
    const since = clock.now()
    await clock.run(hold(works, clock, leftMs === undefined ? never : deadlineIn(leftMs, clock), signals))
    expect(clock.pending).toBe(0)
    return clock.now() - since
  }
  const hangs = new Promise(() => {})

  it('waits for all of it, and not at all for none', async () => {
    const clock = virtualClock()
    let done = 0
    const works = [30, 10, 20].map((ms) => sleep(clock, ms).then(() => (done += 1)))
    await clock.run(hold(works, clock, never, []))
    expect([done, clock.now()]).toEqual([3, 1_000_030])
    expect(await heldFor([])).toBe(0)
  })

  it('waits for what the work gives rise to', async () => {
    const clock = virtualClock()
    let done = false
    const works: Promise<unknown>[] = []
    works.push(sleep(clock, 10).then(() => void works.push(sleep(clock, 10).then(() => (done = true)))))
    await clock.run(hold(works, clock, never, []))
    expect(done).toBe(true)
  })

  it('waits a second at most, and no longer than the deadline', async () => {
    expect(await heldFor([hangs])).toBe(1000)
    expect(await heldFor([hangs], { leftMs: 300 })).toBe(300)
    expect(await heldFor([hangs], { leftMs: 0 })).toBe(0)
  })

  it('does not fail with the work', async () => {
    expect(await heldFor([Promise.reject(new Error('broken')), Promise.resolve()])).toBe(0)
  })

  it('waits no longer than the caller', async () => {
    expect(await heldFor([hangs], { signals: [AbortSignal.abort()] })).toBe(0)
    const clock = virtualClock()
    const controller = new AbortController()
    clock.after(70, () => controller.abort())
    await clock.run(hold([hangs], clock, never, [controller.signal]))
    expect(clock.now()).toBe(1_000_070)
  })
})

/** A registry that takes so long, and a `users` that answers at once. */
function given(readMs: () => number) {
  const clock = virtualClock()
  const registry = memoryRegistry({ users: { endpoints: [{ binding: 'USERS' }] } })
  const mesh = createMesh({
    registry: { read: (keys) => sleep(clock, readMs()).then(() => registry.read(keys)) },
    env: { USERS: { fetch: async () => new Response('ok') } },
    clock,
  })
  const timed = async (init?: RequestInit) => {
    const since = clock.now()
    const response = await mesh.fetch('http://users/', init)
    expect(await response.text()).toBe('ok')
    return clock.now() - since
  }
  return { clock, mesh, timed }
}

describe('the call that finds a record due', () => {
  it('waits for its refresh, and it alone of all that are made', async () => {
    const { clock, timed } = given(() => 40)
    expect(await clock.run(timed())).toBe(40)
    await clock.advance(5000)
    const all = await clock.run(Promise.all(Array.from({ length: 20 }, () => timed())))
    expect(all).toEqual([40, ...new Array(19).fill(0)])
    expect(await clock.run(timed())).toBe(0)
  })

  it('waits no longer than its deadline, or its signal, while the registry hangs', async () => {
    let readMs = 0
    const { clock, timed } = given(() => readMs)
    await clock.run(timed())
    readMs = 60_000
    await clock.advance(5000)
    expect(await clock.run(timed({ headers: { 'selvedge-timeout-ms': '200' } }))).toBe(200)
    await clock.advance(10_000)
    const controller = new AbortController()
    clock.after(70, () => controller.abort())
    expect(await clock.run(timed({ signal: controller.signal }))).toBe(70)
    await clock.advance(10_000)
    expect(await clock.run(timed())).toBe(1000)
  })

  it('fails as soon as it has failed, with its own error', async () => {
    let readMs = 0
    const { clock, mesh, timed } = given(() => readMs)
    await clock.run(timed())
    await clock.advance(5000)
    readMs = 60_000
    const since = clock.now()
    const reason = new Error('no longer wanted')
    const call = clock.run(mesh.fetch('http://users/', { signal: AbortSignal.abort(reason) }))
    await expect(call).rejects.toBe(reason)
    expect(clock.now()).toBe(since)
  })
})

describe('a copy of a request', () => {
  /** When the copy was answered, and when the call was over. */
  async function mirrored(shadow: (wait: (ms: number) => Promise<void>) => Promise<Response>, waitUntil?: () => void) {
    const times = { copy: -1, call: -1 }
    const mesh = createTestMesh(
      {
        users: {
          rules: [
            {
              filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'shadow' } } }],
              backendRefs: [{ name: 'real' }],
            },
          ],
        },
        real: () => new Response('ok'),
        shadow: async () => {
          const response = await shadow((ms) => sleep(mesh.clock, ms))
          times.copy = mesh.clock.now() - since
          return response
        },
      },
      waitUntil && { waitUntil },
    )
    const since = mesh.clock.now()
    expect(await (await mesh.clock.run(mesh.fetch('http://users/'))).text()).toBe('ok')
    times.call = mesh.clock.now() - since
    return times
  }
  const answering = (ms: number) => async (wait: (ms: number) => Promise<void>) => {
    await wait(ms)
    return new Response()
  }

  it('is waited for where nobody keeps it alive, a second at most', async () => {
    expect(await mirrored(answering(50))).toEqual({ copy: 50, call: 50 })
    expect(await mirrored(() => hang(new Request('http://shadow/')))).toEqual({ copy: -1, call: 1000 })
  })

  it('delays nothing where somebody does', async () => {
    expect(await mirrored(answering(50), () => {})).toEqual({ copy: -1, call: 0 })
  })
})
