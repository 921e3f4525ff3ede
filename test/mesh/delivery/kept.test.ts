/** Where dead letters are kept in an object, and where the mesh remembers what was taken: the engines are those of the control plane. */
import { describe, expect, it } from 'vitest'
import { inboxEngine } from '../../../src/durable/inbox/inbox-engine.ts'
import { type LettersCaps, lettersEngine } from '../../../src/durable/letters/letters-engine.ts'
import { objectOf } from '../../support/given-admin.ts'
import { type GivenQueue, givenEnvelope, givenMessage, givenQueue } from '../../support/given-queue.ts'
import { nodeStore } from '../../support/node-store.ts'

const refusing = { answer: () => new Response('no such picture', { status: 422 }) }

function givenKept({ caps, ...given }: GivenQueue & { caps?: LettersCaps } = {}) {
  const queue = givenQueue({ ...given, env: { DEAD_LETTERS: undefined, ...given.env } })
  const { clock, env } = queue
  const kept = lettersEngine({ store: nodeStore(), clock, ...(caps && { caps }) })
  const inboxes = new Map<string, ReturnType<typeof inboxEngine>>()
  const inboxOf = (name: string) => {
    const inbox = inboxes.get(name) ?? inboxEngine({ store: nodeStore(), clock })
    inboxes.set(name, inbox)
    return objectOf(inbox)
  }
  Object.assign(env, {
    DEAD_LETTERS: { getByName: () => objectOf(kept) },
    INBOX_OBJECT: { getByName: inboxOf },
    ...given.env,
  })
  const bringOf = (queueName: string, ...messages: ReturnType<typeof givenMessage>[]) =>
    clock.run(queue.deliver({ queue: queueName, messages }, env, queue.ctx))
  return { ...queue, kept, inboxes, bringOf }
}

describe('a dead letter in the object', () => {
  it('is kept before the message is settled, with its reason', async () => {
    const { bring, kept } = givenKept(refusing)
    const message = givenMessage(givenEnvelope(), 2)
    await bring(message)
    expect(message.calls).toEqual([{ acked: true }])
    expect(kept.list().items).toMatchObject([
      { messageId: 'order-42', queue: 'jobs', subject: 'jobs', to: 'resizer', reason: 'status 422', attempts: 2 },
    ])
    const { id = '' } = kept.list().items[0] ?? {}
    expect(JSON.parse(kept.read(id)?.letter ?? '').data).toMatchObject({
      message: givenEnvelope(),
      binding: 'JOBS',
      status: 422,
    })
  })

  it('has the first thousand characters of the answer; in a queue, where there is no room beside the message, fewer', async () => {
    const answer = () => new Response('x'.repeat(5000), { status: 422 })
    const { bring, kept } = givenKept({ answer })
    const long = givenEnvelope({}, { body: 'y'.repeat(126_300) })
    await bring(givenMessage(long))
    const { id = '' } = kept.list().items[0] ?? {}
    expect(JSON.parse(kept.read(id)?.letter ?? '').data.answer).toHaveLength(1000)
    const { bring: bringToQueue, letters } = givenQueue({ answer })
    await bringToQueue(givenMessage(long))
    await bringToQueue(givenMessage())
    expect(letters.map(({ data }) => data.answer?.length)).toEqual([300, 1000])
  })

  it('is there once, where its consumer ended before the message was settled', async () => {
    const { bring, kept } = givenKept(refusing)
    await bring(givenMessage(givenEnvelope(), 1))
    await bring(givenMessage(givenEnvelope(), 2))
    expect(kept.list().items).toMatchObject([{ times: 2, attempts: 2 }])
  })

  it('goes to the queue that the record names, where it names one', async () => {
    const sent: unknown[] = []
    const env = { JOBS_DLQ: { send: async (letter: unknown) => void sent.push(letter) } }
    const { bring, kept } = givenKept({ ...refusing, env, queue: { delivery: { deadLetter: 'JOBS_DLQ' } } })
    await bring(givenMessage())
    expect(sent).toHaveLength(1)
    expect(kept.list().items).toEqual([])
  })

  it.each([
    ['is full', { caps: { rows: 0, bytes: 0 } }, givenEnvelope(), 'no room'],
    ['keeps JSON', {}, { specversion: '1.0', huge: 1n }, 'JSON'],
  ])('is not lost where the object %s: the message comes again', async (_, given, body, why) => {
    const { bring, log } = givenKept({ ...refusing, ...given })
    const message = givenMessage(body)
    await bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(log).toMatchObject([{ level: 'error', event: 'dead_letter', message: expect.stringContaining(why) }])
  })
})

describe('a queue whose name ends in -dlq', () => {
  it('is not delivered, but kept: undelivered', async () => {
    const { bringOf, kept, called, log } = givenKept()
    const messages = [givenMessage(givenEnvelope({ id: 'killer' })), givenMessage('what is this', 1, 'm-2')]
    await bringOf('jobs-dlq', ...messages)
    expect(called).toEqual([])
    expect(messages.map(({ calls }) => calls)).toEqual([[{ acked: true }], [{ acked: true }]])
    expect(kept.list().items).toMatchObject([
      expect.objectContaining({ queue: 'jobs', reason: 'undelivered' }),
      expect.objectContaining({ queue: 'jobs', reason: 'undelivered' }),
    ])
    const names = new Map(kept.list().items.map(({ messageId, subject }) => [messageId, subject]))
    expect(Object.fromEntries(names)).toEqual({ killer: 'jobs', 'm-2': null })
    // Equal lines are told once a second.
    expect(log).toMatchObject([{ level: 'warn', code: 'undelivered', message: expect.stringContaining('out of jobs') }])
  })

  it('keeps what was a dead letter already, with its own reason', async () => {
    const { bring, letters } = givenQueue(refusing)
    await bring(givenMessage())
    const { bringOf, kept } = givenKept()
    await bringOf('jobs-dlq', givenMessage(letters[0]))
    expect(kept.list().items).toMatchObject([{ messageId: 'order-42', reason: 'status 422', to: 'resizer' }])
  })

  it('stays where there is no object: into a queue it might go round', async () => {
    const { bringOf, letters, log } = givenKept({ env: { DEAD_LETTERS: { send: async () => {} } } })
    const message = givenMessage()
    await bringOf('jobs-dlq', message)
    expect(letters).toEqual([])
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(log).toMatchObject([{ level: 'error', message: expect.stringContaining('no object DEAD_LETTERS') }])
  })
})

describe('deduplicate', () => {
  const deduplicating = { queue: { delivery: { deduplicate: '24h' } } }

  it('delivers a message once, though it is brought twice', async () => {
    const { bring, called } = givenKept(deduplicating)
    const [first, second] = [givenMessage(), givenMessage(givenEnvelope(), 2)]
    await bring(first)
    await bring(second)
    expect(called).toHaveLength(1)
    expect([first.calls, second.calls]).toEqual([[{ acked: true }], [{ acked: true }]])
  })

  it('delivers it again, once it was forgotten', async () => {
    const { bring, called, clock } = givenKept(deduplicating)
    await bring(givenMessage())
    await clock.advance(24 * 3_600_000)
    await bring(givenMessage())
    expect(called).toHaveLength(2)
  })

  it('delivers again what was not taken', async () => {
    let status = 503
    const { bring, called } = givenKept({ ...deduplicating, answer: () => new Response(null, { status }) })
    const [first, second] = [givenMessage(), givenMessage(givenEnvelope(), 2)]
    await bring(first)
    status = 204
    await bring(second)
    expect(called).toHaveLength(2)
    expect(first.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(second.calls).toEqual([{ acked: true }])
  })

  it('has one wait while another delivery of it is under way, until that claim is over', async () => {
    const { bring, called, inboxes, clock, env } = givenKept(deduplicating)
    // As a consumer that was killed after its claim leaves it.
    const { INBOX_OBJECT: shards } = env as object as {
      INBOX_OBJECT: { getByName(name: string): { claim(id: string, ms: number): Promise<unknown> } }
    }
    for (const digit of '0123456789abcdef') await shards.getByName(`resizer/${digit}`).claim('jobs order-42', 60_000)
    expect(inboxes.size).toBe(16)
    const waiting = givenMessage()
    await bring(waiting)
    expect(called).toEqual([])
    expect(waiting.calls).toEqual([{ retriedIn: 60 }])
    await clock.advance(60_000)
    await bring(givenMessage(givenEnvelope(), 2))
    expect(called).toHaveLength(1)
  })

  it('tells messages of two names apart, though their ids are the same', async () => {
    const { bring, called } = givenKept(deduplicating)
    await bring(givenMessage(), givenMessage(givenEnvelope({ subject: 'other' })))
    expect(called).toHaveLength(2)
  })

  it('has it come again where there is no inbox, and says so where it dies', async () => {
    const { bring, called, kept } = givenKept({ ...deduplicating, env: { INBOX_OBJECT: undefined } })
    const message = givenMessage()
    await bring(message)
    expect(called).toEqual([])
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    await bring(givenMessage(givenEnvelope(), 8))
    expect(kept.list().items).toMatchObject([{ detail: expect.stringContaining('INBOX_OBJECT') }])
  })
})

it('hands on the place of a message among those of its source', async () => {
  const { bring, called } = givenKept()
  await bring(givenMessage(givenEnvelope({ source: 'http://orders/42', sequence: '0000000007' })), givenMessage())
  const told = called.map(({ headers }) => [headers.get('ce-source'), headers.get('ce-sequence')])
  expect(told).toEqual([
    ['http://orders/42', '0000000007'],
    [null, null],
  ])
})
