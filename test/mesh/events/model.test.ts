/**
 * Events under random faults: what was confirmed reaches each subscriber that wants it, or stands among its dead letters; with a
 * receiver that remembers, once; and nobody else hears of it.
 */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { publish } from '../../../src/events.ts'
import { memoryRegistry } from '../../../src/registry/memory.ts'
import type { Registry } from '../../../src/registry/registry.ts'
import { givenEvents } from '../../support/given-events.ts'
import { givenMessage } from '../../support/given-queue.ts'

const TYPES = ['com.example.a', 'com.example.b', 'org.other']
const SUBJECTS = ['eu', 'us']
const PATIENT = { attempts: 30, backoff: '1s', maxBackoff: '2s' }

/** Who wants what, said twice: as subscriptions, and as the model has it. */
const SUBSCRIBERS: { id: string; key: string; filters?: unknown; wants: (type: string, subject: string) => boolean }[] =
  [
    { id: 'a', key: 'events/com.example.a', wants: (type) => type === 'com.example.a' },
    {
      id: 'eu',
      key: 'events/com.example.*',
      filters: [{ exact: { subject: 'eu' } }],
      wants: (type, subject) => type.startsWith('com.') && subject === 'eu',
    },
    { id: 'com', key: 'events/com.*', wants: (type) => type.startsWith('com.') },
    {
      id: 'us',
      key: 'events/*',
      filters: [{ not: { exact: { subject: 'eu' } } }],
      wants: (_, subject) => subject === 'us',
    },
  ]
const KEYS = [...new Set(SUBSCRIBERS.map(({ key }) => key))]
const EVENTS = Object.fromEntries(
  KEYS.map((key) => [
    key,
    {
      subscriptions: SUBSCRIBERS.filter((one) => one.key === key).map(({ id, filters }) => ({
        id,
        sink: `http://${id}/`,
        ...(filters !== undefined && { filters }),
        delivery: PATIENT,
      })),
    },
  ]),
)
const BROKEN = { subscriptions: [{ id: 'x', sink: 'nowhere' }] }

interface Published {
  readonly type: string
  readonly subject: string
}

async function run(seed: number, events: readonly Published[]) {
  const random = seeded(seed)
  const isOne = (share: number) => random.next() < share
  /** Effects of each receiver that remembers what it has taken, by subscriber and event. */
  const effects = new Map<string, number>()
  const seen = new Set<string>()
  const receiver = (name: string) => async (request: Request) => {
    if (isOne(0.2)) return new Response(null, { status: 503 })
    const key = `${name} ${request.headers.get('ce-id')}`
    if (!seen.has(key)) effects.set(key, (effects.get(key) ?? 0) + 1)
    seen.add(key)
    // The answer is lost on its way.
    if (isOne(0.1)) throw new Error('Network connection lost.')
    return new Response(null, { status: 204 })
  }
  const services = Object.fromEntries(SUBSCRIBERS.map(({ id }) => [id, receiver(id)]))
  const records = memoryRegistry({
    events: { endpoints: [{ topic: { binding: 'EVENTS' } }], retry: { attempts: 5 }, retryConstraint: 'off' },
    ...Object.fromEntries(SUBSCRIBERS.map(({ id }, index) => [id, { endpoints: [{ binding: `SERVICE_${index}` }] }])),
    ...EVENTS,
  })
  let isDown = false
  const registry: Registry = {
    read: (keys) => (isDown ? Promise.reject(new Error('KV GET failed: 503')) : records.read(keys)),
  }
  const queue = {
    async send(body: unknown) {
      if (isOne(0.2)) throw new Error('Queue is overloaded.')
      given.put(body)
      if (isOne(0.2)) throw new Error('Network connection lost.')
    },
    async sendBatch(messages: readonly { body: unknown }[]) {
      const taken = isOne(0.3) ? Math.floor(random.next() * (messages.length + 1)) : messages.length
      for (const { body } of messages.slice(0, taken)) given.put(body)
      if (taken < messages.length || isOne(0.1)) throw new Error('Network connection lost.')
    },
  }
  const given = givenEvents({ services, env: { EVENTS: queue }, options: { registry, random: seeded(seed + 1) } })
  const confirmed: (Published & { id: string })[] = []
  for (const event of events) {
    const id = await given.clock.run(publish(given.mesh, { ...event, data: 1 }, { random })).catch(() => undefined)
    if (id !== undefined) confirmed.push({ ...event, id })
  }
  const waiting = [...given.waiting]
  given.waiting.length = 0
  // The first that this isolate reads of a key may be what nobody understands.
  const mendedAt = Math.floor(random.next() * 12)
  for (let turn = 0; waiting.length > 0; turn++) {
    if (turn > 20_000) throw new Error('It does not end.')
    // Any of them may be brought next: a queue keeps no order.
    const [{ body, attempts } = { body: {}, attempts: 1 }] = waiting.splice(
      Math.floor(random.next() * waiting.length),
      1,
    )
    isDown = isOne(0.05)
    const [key = ''] = KEYS
    if (turn < mendedAt || isOne(0.1)) records.set(key, BROKEN)
    else records.set(key, EVENTS[key] as object)
    const message = givenMessage(body, attempts)
    await given.bring(message)
    await given.clock.advance(1_000)
    const isAcked = message.calls.some((call) => 'acked' in call)
    // Its consumer may end before the queue hears of it.
    if (!isAcked || isOne(0.1)) waiting.push({ body, attempts: attempts + 1, at: 0 })
    waiting.push(...given.waiting)
    given.waiting.length = 0
  }
  return { confirmed, effects, letters: given.letters }
}

it('reaches each that wants it once or is dead for it, and nobody else, whatever is lost, comes twice or late', async () => {
  const event = fc.record({ type: fc.constantFrom(...TYPES), subject: fc.constantFrom(...SUBJECTS) })
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.array(event, { minLength: 1, maxLength: 6 }), async (seed, events) => {
      const { confirmed, effects, letters } = await run(seed, events)
      const deadFor = letters.map(({ id, data }) => ({ id, ...(data.message as { subscriber?: string }) }))
      for (const { id, type, subject } of confirmed) {
        for (const subscriber of SUBSCRIBERS) {
          const many = effects.get(`${subscriber.id} ${id}`) ?? 0
          if (!subscriber.wants(type, subject)) {
            expect(many, `${subscriber.id} does not want ${type} of ${subject}`).toBe(0)
            continue
          }
          const isDead = deadFor.some((one) => one.id === id && (one.subscriber ?? subscriber.id) === subscriber.id)
          expect(many, `${subscriber.id} wants ${type} of ${subject}`).toBeLessThanOrEqual(1)
          if (!isDead) expect(many, `${subscriber.id} wants ${type} of ${subject}`).toBe(1)
        }
      }
    }),
    { numRuns: 12, seed: 17 },
  )
})
