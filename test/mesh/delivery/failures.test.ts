/** What may fail on the way of a message, row by row: its effect is once, in order, and nothing that was confirmed is lost. */
import { describe, expect, it } from 'vitest'
import { type Random, seeded } from '../../../src/core/time/random.ts'
import type { QueuedRequest } from '../../../src/targets/queue/envelope.ts'
import { inOrder } from '../../../src/transactional/in-order.ts'
import { once } from '../../../src/transactional/once.ts'
import { type GivenQueue, givenEnvelope, givenMessage, givenQueue, NOW } from '../../support/given-queue.ts'
import { nodeStore } from '../../support/node-store.ts'

/** A receiver that remembers keys in its own transaction. */
function receiver() {
  const store = nodeStore()
  const effects: string[] = []
  const answer = (request: Request) => {
    once(store, request.headers.get('idempotency-key') ?? '', () => void effects.push(new URL(request.url).pathname))
    return new Response(null, { status: 204 })
  }
  return { effects, answer }
}

/** A queue whose answers may be lost. */
function givenSending(send: (message: QueuedRequest) => Promise<unknown>, given: GivenQueue = {}) {
  const sent: QueuedRequest[] = []
  const JOBS = {
    async send(message: QueuedRequest) {
      sent.push(structuredClone(message))
      await send(message)
    },
  }
  return { sent, ...givenQueue({ ...given, env: { JOBS } }) }
}

const lost = async () => {
  throw new Error('Network connection lost.')
}

describe('an enqueue', () => {
  it('whose answer is lost has the same id when its caller repeats it: one effect', async () => {
    const { effects, answer } = receiver()
    let isLost = true
    const { mesh, clock, sent, bring } = givenSending(() => (isLost ? lost() : Promise.resolve()), { answer })
    const put = () =>
      clock.run(mesh.fetch('http://jobs/charge', { method: 'POST', headers: { 'idempotency-key': 'order-7' } }))
    await expect(put()).rejects.toMatchObject({ code: 'endpoint_unreachable' })
    isLost = false
    expect((await put()).status).toBe(202)
    expect(sent.length).toBeGreaterThanOrEqual(2)
    expect(new Set(sent.map(({ id }) => id))).toEqual(new Set(['order-7']))
    for (const message of sent) await bring(givenMessage(message))
    expect(effects).toEqual(['/charge'])
  })

  it('goes elsewhere where the queue is down, or hangs', async () => {
    for (const send of [lost, () => new Promise(() => {})]) {
      const jobs = {
        endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }, { queue: { binding: 'MORE' } }],
        timeouts: { request: '10s', backendRequest: '1s' },
        loadBalancer: 'round-robin',
      }
      const taken: unknown[] = []
      const MORE = { send: async (message: unknown) => void taken.push(message) }
      const JOBS = { send }
      const { mesh, clock } = givenQueue({ records: { jobs }, env: { JOBS, MORE } })
      const headers = { 'idempotency-key': 'order-7' }
      for (let at = 0; at < 3; at++) {
        const answer = await clock.run(mesh.fetch('http://jobs/', { method: 'POST', headers }))
        expect(answer.status).toBe(202)
      }
      expect(taken).toHaveLength(3)
    }
  })
})

describe('a delivery', () => {
  it('that ends before it is settled comes again with the same key: one effect', async () => {
    const { effects, answer } = receiver()
    const { bring, called } = givenQueue({ answer })
    // Taken, and its consumer was killed before it said so.
    await bring(givenMessage(givenEnvelope({}, { path: '/a' }), 1))
    await bring(givenMessage(givenEnvelope({}, { path: '/a' }), 2))
    expect(called.map(({ headers }) => headers.get('selvedge-delivery-attempt'))).toEqual(['1', '2'])
    expect(effects).toEqual(['/a'])
  })

  it('is made of each message once, though every seventh is brought twice', async () => {
    const { effects, answer } = receiver()
    const { bring, called } = givenQueue({ answer })
    const paths = Array.from({ length: 100 }, (_, at) => `/${at}`)
    const messages = paths.flatMap((path, at) => {
      const message = () => givenMessage(givenEnvelope({ id: `order-${at}` }, { path }))
      return at % 7 === 0 ? [message(), message()] : [message()]
    })
    for (let at = 0; at < messages.length; at += 10) await bring(...messages.slice(at, at + 10))
    expect(called.length).toBeGreaterThan(100)
    expect(effects.toSorted()).toEqual(paths.toSorted())
  })

  it.each([1, 2, 3])(
    'applies 300 messages of a source in order, in windows of 12 in any order: seed %i',
    async (seed) => {
      const random = seeded(seed)
      const store = nodeStore()
      const applied: number[] = []
      const answer = (request: Request) => {
        const sequence = request.headers.get('ce-sequence') ?? ''
        const event = { source: request.headers.get('ce-source') ?? '', sequence }
        const { outcome } = inOrder(store, event, ({ sequence }) => void applied.push(Number(sequence)))
        return new Response(null, { status: outcome === 'full' ? 425 : 204 })
      }
      const { bring, called } = givenQueue({ answer })
      const messages = Array.from({ length: 300 }, (_, at) =>
        givenMessage(
          givenEnvelope({ id: `e-${at}`, source: 'http://orders/1', sequence: String(at + 1).padStart(10, '0') }),
        ),
      )
      const twice = messages.flatMap((message, at) => (at % 7 === 0 ? [message, message] : [message]))
      const shuffled = inWindows(twice, 12, random)
      for (let at = 0; at < shuffled.length; at += 10) await bring(...shuffled.slice(at, at + 10))
      expect(applied).toEqual(Array.from({ length: 300 }, (_, at) => at + 1))
      // What is early is held, not refused: nothing comes again for it.
      expect(called).toHaveLength(343)
    },
  )

  it.each([
    ['reset', Object.assign(new Error('The object was reset.'), { durableObjectReset: true })],
    ['overloaded', Object.assign(new Error('The object is overloaded.'), { overloaded: true, retryable: false })],
  ])('to an object that is %s comes again, later', async (_, error) => {
    const answer = () => {
      throw error
    }
    const { bring, letters } = givenQueue({ answer })
    const message = givenMessage()
    await bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.toSatisfy((seconds) => seconds >= 3) }])
    expect(letters).toEqual([])
  })

  it.each([-3_600_000, -5000, 5000, 3_600_000])(
    'is made whatever the clock of the sender says: %i ms off',
    async (offMs) => {
      const { bring, called } = givenQueue()
      await bring(givenMessage(givenEnvelope({ time: new Date(NOW + offMs).toISOString() })))
      expect(called).toHaveLength(1)
    },
  )

  it.each([
    [-4999, 1],
    [-5000, 0],
  ])('is made until 5 s after it expired, since clocks differ: %i ms', async (offMs, times) => {
    const { bring, called } = givenQueue()
    await bring(givenMessage(givenEnvelope({ expirytime: new Date(NOW + offMs).toISOString() })))
    expect(called).toHaveLength(times)
  })
})

/** Each window of so many in an order drawn by chance. */
function inWindows<Of>(all: readonly Of[], size: number, random: Random): Of[] {
  const windows: Of[] = []
  for (let at = 0; at < all.length; at += size) {
    const window = all.slice(at, at + size).map((one) => ({ one, key: random.next() }))
    windows.push(...window.toSorted((one, other) => one.key - other.key).map(({ one }) => one))
  }
  return windows
}
