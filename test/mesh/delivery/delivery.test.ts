import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMesh } from '../../../src/mesh/mesh.ts'
import type { QueuedRequest } from '../../../src/targets/queue/envelope.ts'
import { access } from '../../../src/trust.ts'
import { givenEnvelope, givenMessage, givenQueue, NOW } from '../../support/given-queue.ts'

const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

describe('what is delivered', () => {
  it('is the request as it was, with its body', async () => {
    const { bring, called } = givenQueue()
    const headers: [string, string][] = [['content-type', 'application/json']]
    const data = { method: 'PUT', path: '/images/42?w=80', headers, body: '{"a":1}' }
    await bring(givenMessage(givenEnvelope({}, data)))
    expect(called).toMatchObject([{ method: 'PUT', url: 'http://resizer/images/42?w=80' }])
    expect(called[0]?.headers.get('content-type')).toBe('application/json')
    expect(await called[0]?.json()).toEqual({ a: 1 })
  })

  it('is bytes where they were in base64', async () => {
    const { bring, called } = givenQueue()
    await bring(givenMessage(givenEnvelope({}, { body: 'AP+A', isBase64Encoded: true })))
    expect(new Uint8Array((await called[0]?.arrayBuffer()) as ArrayBuffer)).toEqual(Uint8Array.of(0, 255, 128))
  })

  it('says which delivery it is, which message, and how long there is', async () => {
    const { bring, called } = givenQueue()
    await bring(givenMessage(givenEnvelope(), 3))
    expect(Object.fromEntries(called[0]?.headers ?? [])).toMatchObject({
      'selvedge-delivery-attempt': '3',
      'selvedge-attempt': '1',
      'idempotency-key': 'order-42',
      'ce-id': 'order-42',
      'ce-time': new Date(NOW).toISOString(),
      // The receiver's own 15 s, less what the network takes.
      'selvedge-timeout-ms': '14995',
      'selvedge-retry-allowance': '0',
      'selvedge-priority': 'sheddable',
    })
  })

  it('has its own idempotency key and event headers, where the request had them', async () => {
    const { bring, called } = givenQueue()
    const headers: [string, string][] = [
      ['idempotency-key', '"k-1"'],
      ['ce-id', 'event-1'],
    ]
    await bring(givenMessage(givenEnvelope({ id: '"k-1"' }, { headers })))
    expect(called[0]?.headers.get('idempotency-key')).toBe('"k-1"')
    expect(called[0]?.headers.get('ce-id')).toBe('event-1')
  })

  it('has the priority that the message says', async () => {
    const { bring, called } = givenQueue()
    await bring(givenMessage(givenEnvelope({ caller: 'shop' }, { headers: [['selvedge-priority', 'critical']] })))
    expect(called[0]?.headers.get('selvedge-priority')).toBe('critical')
  })

  it('goes on with the trace of whoever put it there, a span a delivery', async () => {
    const { bring, called } = givenQueue()
    await bring(givenMessage(givenEnvelope({ traceparent })), givenMessage(givenEnvelope({ traceparent }), 2))
    const spans = called.map(({ headers }) => headers.get('traceparent') ?? '')
    for (const span of spans)
      expect(span).toMatch(/^00-4bf92f3577b34da6a3ce929d0e0e4736-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$/)
    expect(new Set(spans).size).toBe(2)
  })

  it('is of the caller that the message names, for the receiver and for its access', async () => {
    const receiver = { access: { default: 'deny', rules: [{ name: 'shop', effect: 'allow', callers: ['shop'] }] } }
    const { bring, called, letters } = givenQueue({ receiver, options: { trust: access } })
    const messages = [{ caller: 'shop' }, { caller: 'mail' }, {}].map((over, at) =>
      givenMessage(givenEnvelope({ ...over, id: `id-${at}` })),
    )
    await bring(...messages)
    expect(called.map(({ headers }) => headers.get('selvedge-caller'))).toEqual(['shop'])
    expect(Object.fromEntries(letters.map(({ id, data }) => [id, data.reason]))).toEqual({
      'id-1': 'caller_denied',
      'id-2': 'caller_unknown',
    })
  })

  it('brings no overrides of a caller that nobody knows, nor more than its priority', async () => {
    const { bring, called } = givenQueue()
    const headers: [string, string][] = [
      ['baggage', 'selvedge-override=x,a=1'],
      ['selvedge-priority', 'critical'],
    ]
    await bring(givenMessage(givenEnvelope({}, { headers })))
    expect(called[0]?.headers.get('baggage')).toBe('a=1')
    expect(called[0]?.headers.get('selvedge-priority')).toBeNull()
  })

  it('is called once a delivery, whatever the record says of retries', async () => {
    const answer = () => new Response(null, { status: 503 })
    const { bring, called } = givenQueue({ answer, receiver: { retry: { attempts: 5 } } })
    await bring(givenMessage(givenEnvelope({}, { method: 'GET' })))
    expect(called).toHaveLength(1)
  })
})

describe('where it goes', () => {
  const other = { endpoints: [{ binding: 'RESIZER' }] }

  it('is what the record says now, not what it said then', async () => {
    const { bring, called, registry } = givenQueue({ records: { other } })
    registry.set('jobs', { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'other' } }] })
    await bring(givenMessage())
    expect(called[0]?.url).toBe('http://other/')
  })

  it('is said by the endpoint by which the message was sent', async () => {
    const queues = [
      { binding: 'JOBS', deliverTo: 'resizer' },
      { binding: 'MORE', deliverTo: 'other' },
    ]
    const jobs = { endpoints: queues.map((queue) => ({ queue })) }
    const { bring, called } = givenQueue({ records: { jobs, other } })
    await bring(
      givenMessage(givenEnvelope({ endpoint: 'queue:MORE' })),
      givenMessage(givenEnvelope({ endpoint: 'queue:GONE' })),
    )
    expect(called.map(({ url }) => url)).toEqual(['http://other/', 'http://resizer/'])
  })

  it.each([
    ['its own record', {}, 'http://jobs/'],
    [
      'a wildcard',
      { '*.tasks': { endpoints: [{ queue: { binding: 'JOBS', deliverTo: 'resizer' } }] } },
      'http://a.tasks/',
    ],
    ['an alias', { thumbs: { alias: 'jobs' } }, 'http://thumbs/'],
    ['a rule', { front: { rules: [{ backendRefs: [{ name: 'jobs' }] }] } }, 'http://front/'],
  ])('is found, whichever way the message came: %s', async (_, records, url) => {
    const sent: QueuedRequest[] = []
    const JOBS = { send: async (message: QueuedRequest) => void sent.push(structuredClone(message)) }
    const { bring, called, mesh, clock } = givenQueue({ records, env: { JOBS } })
    const answer = await clock.run(
      mesh.fetch(url, { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }),
    )
    expect(answer.status).toBe(202)
    const message = givenMessage(sent[0])
    await bring(message)
    expect(called.map(({ url }) => url)).toEqual(['http://resizer/'])
    expect(await called[0]?.text()).toBe('x')
    expect(message.calls).toEqual([{ acked: true }])
  })

  it('is not asked of the registry anew for each message', async () => {
    let reads = 0
    const { registry } = givenQueue()
    const read: typeof registry.read = (...asked) => {
      reads++
      return registry.read(...asked)
    }
    const { bring, called } = givenQueue({ options: { registry: { read } } })
    await bring(givenMessage())
    const cold = reads
    await bring(...Array.from({ length: 10 }, () => givenMessage()))
    expect(called).toHaveLength(11)
    expect(reads).toBe(cold)
  })
})

describe('a dead letter', () => {
  const refusing = { answer: () => new Response('no such picture', { status: 422 }) }

  it('has the message as it came, and the reason', async () => {
    const { bring, letters, log } = givenQueue(refusing)
    const envelope = givenEnvelope({ traceparent, caller: 'shop' })
    await bring(givenMessage(envelope, 2))
    expect(letters).toEqual([
      {
        specversion: '1.0',
        id: 'order-42',
        type: 'selvedge.dead-letter',
        source: 'urn:selvedge:mesh',
        subject: 'jobs',
        time: new Date(NOW).toISOString(),
        datacontenttype: 'application/json',
        traceparent,
        data: {
          reason: 'status 422',
          detail: 'resizer answered 422.',
          status: 422,
          answer: 'no such picture',
          queue: 'jobs',
          messageId: 'm-1',
          sentAt: new Date(NOW).toISOString(),
          attempts: 2,
          to: 'resizer',
          binding: 'JOBS',
          message: envelope,
        },
      },
    ])
    expect(log).toMatchObject([
      {
        level: 'warn',
        event: 'dead_letter',
        code: 'status 422',
        service: 'resizer',
        key: 'services/jobs',
        caller: 'shop',
        traceId: traceparent.slice(3, 35),
      },
    ])
  })

  it('goes to the queue that the record names', async () => {
    const sent: unknown[] = []
    const env = { JOBS_DLQ: { send: async (letter: unknown) => void sent.push(letter) } }
    const { bring, letters } = givenQueue({ ...refusing, env, queue: { delivery: { deadLetter: 'JOBS_DLQ' } } })
    await bring(givenMessage())
    expect(sent).toHaveLength(1)
    expect(letters).toEqual([])
  })

  it('is sent before the message is settled, which comes again where that fails', async () => {
    const message = givenMessage()
    const DEAD_LETTERS = {
      async send() {
        expect(message.calls).toEqual([])
        throw new Error('Queue is overloaded. Please back off.')
      },
    }
    const { bring, log } = givenQueue({ ...refusing, env: { DEAD_LETTERS } })
    await bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(log).toMatchObject([
      { level: 'error', event: 'dead_letter', message: expect.stringContaining('overloaded') },
    ])
  })

  it('is not lost where there is no place for it: the message comes again', async () => {
    const { bring, log } = givenQueue({ ...refusing, env: { DEAD_LETTERS: undefined } })
    const message = givenMessage()
    await bring(message)
    expect(message.calls).toEqual([{ retriedIn: expect.any(Number) }])
    expect(log).toMatchObject([
      { level: 'error', event: 'dead_letter', message: expect.stringContaining('nowhere to go') },
    ])
  })

  it('has the id of its message, whatever number the queue gave it: two that are sent for a crash are one', async () => {
    const { bring, letters } = givenQueue(refusing)
    await bring(givenMessage(givenEnvelope(), 1, 'm-1'))
    await bring(givenMessage(givenEnvelope(), 2, 'm-1'))
    expect(letters.map(({ id, data }) => [id, data.attempts])).toEqual([
      ['order-42', 1],
      ['order-42', 2],
    ])
  })

  it('is delivered again by what it holds', async () => {
    let status = 422
    const { bring, letters, called } = givenQueue({ answer: () => new Response(null, { status }) })
    await bring(givenMessage(givenEnvelope({ traceparent }, { body: 'AP+A', isBase64Encoded: true })))
    status = 200
    const message = givenMessage(letters[0]?.data.message)
    await bring(message)
    expect(message.calls).toEqual([{ acked: true }])
    const [first, second] = await Promise.all(called.map((request) => request.text()))
    expect(second).toBe(first)
    expect(called.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['order-42', 'order-42'])
  })

  it('goes as it came where it has no room beside its reason, or is no JSON', async () => {
    const sent: unknown[] = []
    const env = { DEAD_LETTERS: { send: async (...all: unknown[]) => void sent.push(all) } }
    const { bring } = givenQueue({ env })
    const large = 'x'.repeat(127_900)
    await bring(givenMessage(large), givenMessage(12n))
    expect(sent).toEqual([
      [large, { contentType: 'v8' }],
      [12n, { contentType: 'v8' }],
    ])
  })

  it('holds bytes in base64', async () => {
    const { bring, letters } = givenQueue()
    await bring(givenMessage(Uint8Array.of(0, 255, 128).buffer))
    expect(letters).toMatchObject([{ data: { message: 'AP+A', isBase64Encoded: true } }])
  })

  it('always has room for a request that the mesh has put there', async () => {
    const sent: QueuedRequest[] = []
    const JOBS = { send: async (message: QueuedRequest) => void sent.push(structuredClone(message)) }
    const { bring, mesh, clock, letters } = givenQueue({
      answer: () => new Response('y'.repeat(5000), { status: 422 }),
      env: { JOBS },
    })
    const headers = { 'content-type': 'text/plain' }
    const put = (bytes: number) =>
      clock.run(mesh.fetch('http://jobs/', { method: 'POST', body: 'x'.repeat(bytes), headers }))
    let bytes = 126_000
    while ((await put(bytes).catch(() => undefined)) === undefined) bytes -= 20
    await bring(givenMessage(sent[0]))
    expect(letters).toMatchObject([{ type: 'selvedge.dead-letter', data: { message: { id: sent[0]?.id } } }])
  })
})

describe('a batch', () => {
  it('is delivered six messages at a time', async () => {
    let running = 0
    let most = 0
    const clocked = givenQueue({
      async answer() {
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => clocked.clock.after(1000, resolve))
        running--
        return new Response()
      },
    })
    await clocked.bring(...Array.from({ length: 12 }, () => givenMessage()))
    expect(most).toBe(6)
    expect(clocked.clock.now() - NOW).toBe(2000)
  })

  it('ends with those that have failed twice, one at a time: none takes the others with it', async () => {
    const order: string[] = []
    let running = 0
    const given = givenQueue({
      async answer({ headers }) {
        running++
        order.push(`${headers.get('ce-id')} beside ${running - 1}`)
        await new Promise<void>((resolve) => given.clock.after(100, resolve))
        running--
        return new Response()
      },
    })
    await given.bring(
      givenMessage(givenEnvelope({ id: 'c' }), 3),
      givenMessage(givenEnvelope({ id: 'd' }), 7),
      givenMessage(givenEnvelope({ id: 'a' }), 1),
      givenMessage(givenEnvelope({ id: 'b' }), 2),
    )
    expect(order).toEqual(['a beside 0', 'b beside 1', 'c beside 0', 'd beside 0'])
  })

  it('that hangs does not hold up the others', async () => {
    const given = givenQueue({
      answer: ({ headers }) => (headers.get('ce-id') === 'bad' ? new Promise<Response>(() => {}) : new Response()),
    })
    const good = Array.from({ length: 5 }, (_, at) => givenMessage(givenEnvelope({ id: `good-${at}` })))
    const bad = givenMessage(givenEnvelope({ id: 'bad' }))
    const ends = given.deliver({ queue: 'jobs', messages: [bad, ...good] }, given.env, given.ctx)
    await given.clock.advance(10)
    expect(good.map(({ calls }) => calls)).toEqual(good.map(() => [{ acked: true }]))
    expect(bad.calls).toEqual([])
    await given.clock.run(ends)
    expect(bad.calls).toEqual([{ retriedIn: expect.any(Number) }])
  })

  it('is not begun any more when its consumer is about to end', async () => {
    const slow = givenQueue({
      answer: () => new Promise<Response>((resolve) => slow.clock.after(120_000, () => resolve(new Response()))),
      receiver: { timeouts: { request: '10m' } },
      queue: { delivery: { timeout: '10m' } },
      options: { maxSubrequests: 1000 },
    })
    const messages = Array.from({ length: 20 }, (_, at) => givenMessage(givenEnvelope({ id: `id-${at}` }), 3))
    await slow.bring(...messages)
    expect(slow.called).toHaveLength(7)
    expect(messages.slice(7).map(({ calls }) => calls)).toEqual(messages.slice(7).map(() => [{ retriedIn: 1 }]))
  })

  it('settles each of its messages once, whatever becomes of the others', async () => {
    const fate = fc.constantFrom('204', '503', '422', '410', 'throws', 'hangs', 'foreign', 'expired')
    const message = fc.record({ fate, attempts: fc.integer({ min: 1, max: 9 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 12 }), fc.boolean(), async (drawn, keeps) => {
        const given = givenQueue({
          answer({ headers }) {
            const fate = headers.get('ce-id')?.split('.')[0]
            if (fate === 'throws') throw new Error('It broke.')
            if (fate === 'hangs') return new Promise<Response>(() => {})
            return new Response(null, { status: Number(fate) })
          },
          options: { maxSubrequests: 1000 },
          ...(!keeps && { env: { DEAD_LETTERS: undefined } }),
        })
        const messages = drawn.map(({ fate, attempts }, at) => {
          const envelope = givenEnvelope({
            id: `${fate}.${at}`,
            ...(fate === 'expired' && { expirytime: '2020-01-01T00:00:00Z' }),
          })
          return givenMessage(fate === 'foreign' ? 'foreign' : envelope, attempts, `m-${at}`)
        })
        await given.bring(...messages)
        for (const [at, { calls, attempts }] of messages.entries()) {
          expect(calls).toHaveLength(1)
          const fate = drawn[at]?.fate
          const isDone = fate === '204' && attempts <= 8
          const isDead =
            ['422', '410', 'foreign', 'expired'].includes(fate ?? '') || attempts >= (fate === '204' ? 9 : 8)
          if (isDone || (isDead && keeps)) expect(calls).toEqual([{ acked: true }])
          else
            expect(calls).toEqual([
              { retriedIn: expect.toSatisfy((seconds) => Number.isInteger(seconds) && seconds >= 1) },
            ])
          const letters = given.letters.filter(({ data }) => data.messageId === `m-${at}`)
          expect(letters).toHaveLength(isDead && keeps ? 1 : 0)
        }
      }),
      { numRuns: 60 },
    )
  })
})

it('is a part: a mesh without it has nothing of it', () => {
  const { registry } = givenQueue()
  expect(createMesh({ registry }).with(({ settings }) => settings.maxHops)).toBe(16)
})
