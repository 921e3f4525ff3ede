/** The table of docs/queues.md, row by row: what came, and what becomes of the message. */
import { describe, expect, it } from 'vitest'
import { dispositionOf, dispositionOfError } from '../../../src/core/disposition.ts'
import { MEANINGS, type MeshErrorCode } from '../../../src/core/errors.ts'
import { type GivenQueue, givenEnvelope, givenMessage, givenQueue, NOW } from '../../support/given-queue.ts'

const at = (ms: number) => new Date(NOW + ms).toISOString()
const answers = (status: number, headers: Record<string, string> = {}) => ({
  answer: () => new Response(status === 204 ? null : 'why not', { status, headers }),
})

/** Brings one message, once. */
async function once(given: GivenQueue, envelope: unknown = givenEnvelope(), attempts = 1) {
  const mesh = givenQueue(given)
  const message = givenMessage(envelope, attempts)
  await mesh.bring(message)
  return { ...mesh, message, settled: message.calls }
}

describe('a message whose receiver answers', () => {
  it.each([200, 201, 202, 204, 206])('%i is done', async (status) => {
    const { settled, letters, called } = await once(answers(status))
    expect(settled).toEqual([{ acked: true }])
    expect(letters).toEqual([])
    expect(called).toHaveLength(1)
  })

  it.each([408, 409, 423, 425, 429, 500, 502, 503, 504, 507, 508, 529])(
    '%i is brought again, later',
    async (status) => {
      const { settled, letters, called } = await once(answers(status))
      // 5 s, half of it at least.
      expect(settled).toEqual([{ retriedIn: expect.toSatisfy((seconds) => seconds >= 3 && seconds <= 5) }])
      expect(letters).toEqual([])
      expect(called).toHaveLength(1)
    },
  )

  it.each([301, 302, 304, 400, 401, 403, 404, 405, 412, 413, 415, 422, 451, 501])(
    '%i is dead at once',
    async (status) => {
      const answer = () => new Response(status === 304 ? null : 'why not', { status })
      const { settled, letters, called } = await once({ answer })
      expect(settled).toEqual([{ acked: true }])
      expect(letters).toMatchObject([
        { id: 'order-42', data: { reason: `status ${status}`, status, attempts: 1, to: 'resizer' } },
      ])
      expect(called).toHaveLength(1)
    },
  )

  it('410 is dead at once, and the receiver counts as gone', async () => {
    const { settled, letters } = await once(answers(410))
    expect(settled).toEqual([{ acked: true }])
    expect(letters).toMatchObject([{ data: { reason: 'gone', status: 410, answer: 'why not' } }])
  })

  it('with the status of gRPC, which counts as that of HTTP', async () => {
    const grpc = givenEnvelope({}, { headers: [['content-type', 'application/grpc-web+proto']] })
    const busy = await once(answers(200, { 'grpc-status': '14' }), grpc)
    expect(busy.settled).toMatchObject([{ retriedIn: expect.any(Number) }])
    const wrong = await once(answers(200, { 'grpc-status': '3' }), grpc)
    expect(wrong.letters).toMatchObject([{ data: { reason: 'status 400' } }])
  })
})

describe('the wait before the next delivery', () => {
  it.each([
    ['1', 1],
    ['0', 1],
    ['120', 120],
    ['43200', 43_200],
    ['86400', 43_200],
    [new Date(NOW + 90_000).toUTCString(), 90],
  ])('is what Retry-After says: %s', async (said, seconds) => {
    const { settled } = await once(answers(503, { 'retry-after': said }))
    expect(settled).toEqual([{ retriedIn: seconds }])
  })

  it.each([
    [1, 3, 5],
    [2, 5, 10],
    [3, 10, 20],
    [4, 20, 40],
    [5, 40, 80],
    [6, 80, 160],
    [7, 160, 320],
  ])('doubles: after delivery %i it is %i to %i s', async (attempts, least, most) => {
    for (let seed = 1; seed <= 10; seed++) {
      const { settled } = await once({ ...answers(503), seed }, givenEnvelope(), attempts)
      expect(settled).toEqual([{ retriedIn: expect.toSatisfy((seconds) => seconds >= least && seconds <= most) }])
    }
  })

  it('is no longer than the record allows', async () => {
    const queue = { delivery: { attempts: 100, backoff: '10s', maxBackoff: '1m' } }
    const { settled } = await once({ ...answers(503), queue }, givenEnvelope(), 50)
    expect(settled).toEqual([{ retriedIn: expect.toSatisfy((seconds) => seconds >= 30 && seconds <= 60) }])
  })
})

describe('a message that is not taken in the last of its deliveries', () => {
  it('is dead, with what came of it', async () => {
    const { settled, letters } = await once(answers(503), givenEnvelope(), 8)
    expect(settled).toEqual([{ acked: true }])
    expect(letters).toMatchObject([
      { data: { reason: 'attempts_used_up', attempts: 8, status: 503, answer: 'why not' } },
    ])
    expect(letters[0]?.data.detail).toBe('Delivery 8 was the last: status 503. resizer answered 503.')
  })

  it('as many as the record says', async () => {
    const queue = { delivery: { attempts: 2 } }
    expect((await once({ ...answers(503), queue }, givenEnvelope(), 1)).letters).toEqual([])
    expect((await once({ ...answers(503), queue }, givenEnvelope(), 2)).letters).toHaveLength(1)
  })

  it('is not delivered once more, where it comes again all the same', async () => {
    const { settled, letters, called } = await once(answers(204), givenEnvelope(), 9)
    expect(called).toEqual([])
    expect(settled).toEqual([{ acked: true }])
    expect(letters).toMatchObject([{ data: { reason: 'attempts_used_up', attempts: 9 } }])
  })
})

describe('a message that the mesh cannot deliver', () => {
  const retried = [{ retriedIn: expect.any(Number) }]

  it('comes again where its receiver has no record', async () => {
    const { settled } = await once({ queue: { deliverTo: 'nobody' } })
    expect(settled).toEqual(retried)
  })

  it('comes again where no endpoint of its receiver can be reached', async () => {
    const { settled } = await once({ records: { resizer: { endpoints: [{ binding: 'NOT_BOUND' }] } } })
    expect(settled).toEqual(retried)
  })

  it('comes again where its receiver throws, and is called once', async () => {
    const { settled, called, log } = await once({
      answer() {
        throw new Error('It broke.')
      },
    })
    expect(settled).toEqual(retried)
    expect(called).toHaveLength(1)
    expect(log).toMatchObject([{ event: 'error', code: 'endpoint_unreachable', service: 'resizer' }])
  })

  it('comes again where no answer is ready in time', async () => {
    const queue = { delivery: { timeout: '2s' } }
    const { settled, clock } = await once({ queue, answer: () => new Promise<Response>(() => {}) })
    expect(settled).toEqual(retried)
    expect(clock.now() - NOW).toBe(2000)
  })

  it('has no longer than its receiver allows', async () => {
    const hangs = { answer: () => new Promise<Response>(() => {}), receiver: { timeouts: { request: '1s' } } }
    const { clock } = await once({ ...hangs, queue: { delivery: { timeout: '5m' } } })
    expect(clock.now() - NOW).toBe(1000)
  })

  it('comes again where its receiver is busy, not as soon as a caller might that waits', async () => {
    const mesh = givenQueue({ answer: () => new Promise<Response>(() => {}), receiver: { limits: { maxInFlight: 1 } } })
    const messages = [1, 2, 3].map((number) => givenMessage(givenEnvelope({ id: `id-${number}` })))
    await mesh.bring(...messages)
    expect(mesh.called).toHaveLength(1)
    expect(mesh.log.map(({ code }) => code)).toContain('overloaded')
    for (const { calls } of messages) {
      expect(calls).toEqual([{ retriedIn: expect.toSatisfy((seconds) => seconds >= 3 && seconds <= 5) }])
    }
  })

  it('comes again where the registry does not answer', async () => {
    const read = async () => {
      throw new Error('KV is away.')
    }
    const { settled, called } = await once({ options: { registry: { read } } })
    expect(settled).toEqual(retried)
    expect(called).toEqual([])
  })

  it('comes again while the record of its queue delivers to nobody', async () => {
    const jobs = { endpoints: [{ queue: { binding: 'JOBS' } }] }
    expect((await once({ records: { jobs } })).settled).toEqual(retried)
    const { letters } = await once({ records: { jobs } }, givenEnvelope(), 8)
    expect(letters).toMatchObject([
      { data: { reason: 'attempts_used_up', detail: expect.stringContaining('"deliverTo"') } },
    ])
  })

  it('is dead at once where it goes round in a loop', async () => {
    const rounds = givenEnvelope({}, { headers: [['cdn-loop', Array(16).fill('selvedge').join(', ')]] })
    const { letters, called } = await once({}, rounds)
    expect(called).toEqual([])
    expect(letters).toMatchObject([{ data: { reason: 'loop_detected' } }])
  })

  it('comes again in a second where this invocation may ask no more of the platform', async () => {
    const mesh = givenQueue({ options: { maxSubrequests: 4 } })
    const messages = [1, 2, 3, 4, 5].map((number) => givenMessage(givenEnvelope({ id: `id-${number}` }), 8))
    await mesh.bring(...messages)
    const settled = messages.flatMap(({ calls }) => calls)
    expect(settled).toHaveLength(5)
    expect(settled.filter((one) => 'acked' in one).length).toBe(mesh.called.length)
    expect(settled).toContainEqual({ retriedIn: 1 })
    expect(mesh.letters).toEqual([])
  })

  it('is dead, or comes again, as the status says that the mesh would answer', () => {
    const dead = Object.keys(MEANINGS).filter((code) => dispositionOfError(code as MeshErrorCode) === 'dead')
    expect(dead).toEqual([
      'service_not_named',
      'object_not_named',
      'body_broken',
      'caller_unknown',
      'caller_denied',
      'route_not_found',
      'request_too_large',
      'uri_too_long',
      'header_too_large',
      'protocol_unsupported',
      'loop_detected',
    ])
    for (const code of [
      'attempt_timed_out',
      'endpoint_unreachable',
      'overloaded',
      'no_endpoint',
      'registry_unavailable',
      'service_not_found',
      'credential_failed',
      'record_invalid',
      'deadline_exceeded',
      'backend_not_found',
    ] as const) {
      expect(dispositionOfError(code), code).toBe('again')
    }
  })
})

describe('a message that is too old', () => {
  it('is not delivered, 5 s after it expired: clocks differ', async () => {
    const { letters, called, settled } = await once({}, givenEnvelope({ expirytime: at(-5000) }))
    expect(called).toEqual([])
    expect(settled).toEqual([{ acked: true }])
    expect(letters).toMatchObject([
      { data: { reason: 'expired', detail: `It was worth delivering until ${at(-5000)}.` } },
    ])
    expect((await once({}, givenEnvelope({ expirytime: at(-4999) }))).called).toHaveLength(1)
  })

  it('is not delivered where its caller waits no more', async () => {
    const { letters, called } = await once({}, givenEnvelope({ deadline: at(0) }))
    expect(called).toEqual([])
    expect(letters).toMatchObject([{ data: { reason: 'expired' } }])
  })

  it('has what is left of the deadline that its caller said', async () => {
    const { called } = await once({}, givenEnvelope({ deadline: at(1000) }))
    expect(called[0]?.headers.get('selvedge-timeout-ms')).toBe('995')
  })
})

describe('a message that is no request', () => {
  it.each([
    ['a text', 'hello', 'not_an_event'],
    ['null', null, 'not_an_event'],
    ['a list', [givenEnvelope()], 'not_an_event'],
    ['an object of somebody else', { job: 42 }, 'not_an_event'],
    ['of a version to come', { ...givenEnvelope(), specversion: '2.0' }, 'unknown_version'],
    ['another event', { ...givenEnvelope(), type: 'com.example.order.placed' }, 'unknown_type'],
    ['without data', { ...givenEnvelope(), data: undefined }, 'malformed'],
    ['without an id', { ...givenEnvelope(), id: '' }, 'malformed'],
    ['of nobody', { ...givenEnvelope(), subject: 'No Name' }, 'malformed'],
    ['of a caller that has no name', { ...givenEnvelope(), caller: 'a b' }, 'malformed'],
    ['of a record that is no key', { ...givenEnvelope(), record: '../jobs' }, 'malformed'],
    ['that expires never', { ...givenEnvelope(), expirytime: 'never' }, 'malformed'],
    ['with a path that leads elsewhere', givenEnvelope({}, { path: '.evil.example/' }), 'malformed'],
    ['with a method that is none', givenEnvelope({}, { method: 'A B' }), 'malformed'],
    ['with a header that is none', givenEnvelope({}, { headers: [['a b', 'c']] }), 'malformed'],
    ['with base64 that is none', givenEnvelope({}, { body: '!', isBase64Encoded: true }), 'malformed'],
  ])('is dead at once: %s', async (_, body, reason) => {
    const { letters, called, settled } = await once({}, body)
    expect(called).toEqual([])
    expect(settled).toEqual([{ acked: true }])
    expect(letters).toMatchObject([{ type: 'selvedge.dead-letter', data: { reason, queue: 'jobs', messageId: 'm-1' } }])
    expect(letters[0]?.data.message).toEqual(body)
  })
})

it('knows nothing but the five outcomes', () => {
  for (let status = 100; status < 600; status++) {
    expect(['done', 'again', 'dead', 'gone']).toContain(dispositionOf(status))
  }
})
