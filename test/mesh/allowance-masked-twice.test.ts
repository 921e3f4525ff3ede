import { expect, it } from 'vitest'
import { createTestMesh, type TestHandler } from '../../src/testing.ts'
import { pause, quickClock } from '../support/upstream.ts'

const ctx = { waitUntil() {} } as unknown as ExecutionContext
const clock = quickClock()

function hopTo(next: TestHandler): TestHandler {
  const record = { endpoints: [next], retry: { attempts: 5 }, retryConstraint: 'off' }
  const mesh = createTestMesh({ next: record }, { clock })
  const served = mesh.serve({ fetch: () => mesh.fetch('http://next/') }, { trust: () => true })
  return (request) => served.fetch(request, {}, ctx)
}

const ask = async (hop: TestHandler) =>
  hop(new Request('http://front/', { headers: { 'selvedge-retry-allowance': '3' } }))

it('charges what it lent to each of two calls whose answers something in front of the hop spoke for', async () => {
  let calls = 0
  let isMasked = false
  const inner = hopTo(() => new Response(null, { status: ++calls > 1 ? 503 : 200 }))
  const front = hopTo(async (request) => {
    const answer = await inner(request)
    await pause(clock, 1000)
    return isMasked ? new Response(null, { status: 503 }) : answer
  })
  await clock.run(ask(front))
  isMasked = true
  await clock.run(Promise.all([ask(front), ask(front)]))
  expect(calls - 1).toBeLessThanOrEqual(2 * (1 + 3))
})
