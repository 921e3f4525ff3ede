import { describe, expect, it } from 'vitest'
import { type Definition, saga } from '../../src/saga/saga.ts'
import { type TestHandler, testParticipant, testSaga } from '../../src/testing.ts'
import { exploredSagas } from '../support/random-sagas.ts'

const post = { method: 'POST', body: '{}' }

const placeOrder = saga('place-order')
  .step(
    'reserve',
    ({ call }) => call('http://credit/', post),
    ({ call }) => call('http://credit/', { method: 'DELETE' }),
  )
  .step(
    'pack',
    ({ call }) => call('http://stock/', post),
    ({ call }) => call('http://stock/', { method: 'DELETE' }),
  )
  .pivot('charge', ({ call }) => call('http://payments/', post))
  .step('ship', ({ call }) => call('http://shipping/', post))

const services = (more: Record<string, TestHandler> = {}) => ({
  credit: testParticipant(),
  stock: testParticipant(),
  payments: testParticipant(),
  shipping: testParticipant(),
  ...more,
})

describe('explore', () => {
  it('finds no violation in a saga whose services keep to the rules', async () => {
    const { runs, crashes, outcomes } = await testSaga(placeOrder, { services: services() }).explore({ runs: 200 })
    expect(runs).toBeGreaterThan(250)
    expect(crashes).toBeGreaterThan(200)
    expect(outcomes.completed).toBeGreaterThan(20)
    expect(outcomes.compensated).toBeGreaterThan(20)
  })

  it('refuses each step in turn, and crashes on the way back, too, before any random run', async () => {
    const { outcomes } = await testSaga(placeOrder, { services: services() }).explore({ runs: 0 })
    expect(outcomes.completed).toBeGreaterThan(10)
    expect(outcomes.compensated).toBeGreaterThan(10)
  })

  it('gives the same for the same seed', async () => {
    const explored = (seed: number) => testSaga(placeOrder, { services: services() }).explore({ runs: 30, seed })
    expect(await explored(7)).toEqual(await explored(7))
    expect(await explored(7)).not.toEqual(await explored(8))
  })

  it.each<[string, Record<string, TestHandler>, Definition]>([
    ['a service without tombstones', { stock: keeping({ tombstones: false }) }, placeOrder],
    ['a service that does a key again', { stock: keeping({ keys: false }) }, placeOrder],
    [
      'an undo that does nothing',
      {},
      saga('a')
        .step(
          'reserve',
          ({ call }) => call('http://credit/', post),
          () => undefined,
        )
        .pivot('charge', ({ call }) => call('http://payments/', post)),
    ],
    [
      'an undo that leaves alone what it knows nothing of',
      {},
      saga('a')
        .step(
          'reserve',
          ({ call }) => call('http://credit/', post),
          ({ call, output }) => output && call('http://credit/', { method: 'DELETE' }),
        )
        .pivot('charge', ({ call }) => call('http://payments/', post)),
    ],
  ])('finds %s, and says by which seed', async (_, odd, definition) => {
    await expect(testSaga(definition, { services: services(odd) }).explore({ runs: 400 })).rejects.toThrow(
      /^Seed 1, run \d+: .*(still done|times)/,
    )
  })
})

describe('random sagas', () => {
  it('are done or undone, whatever befalls them: 800 of 160 shapes (npm run sagas has 10,000)', async () => {
    const { sagas, crashes, outcomes } = await exploredSagas({ sagas: 800, each: 5, seed: 1 })
    expect(sagas).toBe(800)
    expect(crashes).toBeGreaterThan(500)
    expect(outcomes.completed).toBeGreaterThan(50)
    expect(outcomes.compensated).toBeGreaterThan(200)
  })
})

/** A service that breaks one of the rules. */
function keeping({ tombstones = true, keys = true }: { tombstones?: boolean; keys?: boolean }): TestHandler {
  const effects = new Set<string>()
  const counts = new Map<string, number>()
  const undone = new Set<string>()
  const handler: TestHandler = (request) => {
    const key = request.headers.get('idempotency-key') ?? ''
    if (key.endsWith('~undo')) {
      effects.delete(key.slice(0, -5))
      undone.add(key.slice(0, -5))
      return new Response()
    }
    if (tombstones && undone.has(key)) return new Response('', { status: 410 })
    if (keys && counts.has(key)) return Response.json({})
    effects.add(key)
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return Response.json({})
  }
  return Object.assign(handler, { effects, counts })
}
