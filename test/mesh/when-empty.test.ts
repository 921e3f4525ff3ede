/** `whenEmpty`: whether the hops above retry what a hop has no budget for. */
import { describe, expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../src/testing.ts'
import { quickClock } from '../support/upstream.ts'

const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as unknown as ExecutionContext
const NONE = { budget: { percent: 0 } }

type Handle = (call: () => Promise<Response>) => Promise<Response>

/** Two hops above a leaf that is dead; the lower one has no budget for retries, the upper one as much as it wants. */
function given(whenEmpty: object, handle: Handle = (call) => call(), leaf: TestHandler = dead) {
  const clock = quickClock()
  let calls = 0
  const counted: TestHandler = (request) => {
    calls += 1
    return leaf(request)
  }
  function hopTo(next: TestHandler, retryConstraint: object | 'off', handle: Handle): TestHandler {
    // Two endpoints: one retry is kept back by the upper hop, however much the lower one says it used.
    const mesh = createTestMesh({ next: { endpoints: [next, next], retryConstraint } }, { clock })
    const served = mesh.serve({ fetch: () => handle(() => mesh.fetch('http://next/')) }, { trust: () => true })
    return (request) => served.fetch(request, {}, ctx)
  }
  const lower = hopTo(counted, { ...NONE, ...whenEmpty }, handle)
  const upper = hopTo(lower, 'off', (call) => call())
  const ask = (hop: TestHandler, headers: Record<string, string> = {}) =>
    clock.run((async () => hop(new Request('http://front/', { headers })))())
  return { ask, lower, upper, calls: () => calls }
}

const dead: TestHandler = () => new Response('busy', { status: 503 })
const unreachable: TestHandler = () => {
  throw new Error('Network connection lost.')
}

describe('where a hop has no budget left', () => {
  it('the hops above retry by default', async () => {
    for (const whenEmpty of [{}, { whenEmpty: 'allow-upstream' }]) {
      const { ask, upper, calls } = given(whenEmpty)
      const response = await ask(upper)
      expect(response.status).toBe(503)
      expect(calls()).toBe(3)
    }
  })

  it.each([
    ['passes the answer on', dead, undefined],
    ['could not reach anybody', unreachable, undefined],
    [
      'makes an answer of its own',
      dead,
      async (call: () => Promise<Response>) => new Response(null, { status: (await call()).status }),
    ],
  ])('and says "stop", they do not, where it %s', async (_, leaf, handle) => {
    const { ask, upper, calls } = given({ whenEmpty: 'stop' }, handle, leaf)
    const response = await ask(upper)
    expect(response.status).toBe(503)
    expect(calls()).toBe(1)
  })

  it('and says "stop", the failed answer says that it is not to be tried again, and that all is used', async () => {
    const { ask, lower } = given({ whenEmpty: 'stop' })
    const response = await ask(lower, { 'selvedge-retry-allowance': '4' })
    expect(response.headers.get('selvedge-retryable')).toBe('false')
    expect(response.headers.get('selvedge-retries-used')).toBe('4')
    expect(await response.text()).toBe('busy')
  })

  it('and says "stop", an answer that the handler found elsewhere goes up as it is', async () => {
    const { ask, upper, calls } = given({ whenEmpty: 'stop' }, async (call) => {
      await call()
      return new Response('from the cache')
    })
    const response = await ask(upper)
    expect(await response.text()).toBe('from the cache')
    expect(response.headers.has('selvedge-retryable')).toBe(false)
    expect(calls()).toBe(1)
  })
})
