/** What an answer says of sending the request again, heard through the whole stack. */
import { describe, expect, it } from 'vitest'
import { type Receipt, receipt } from '../../src/core/receipt.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { answersIn, withHeaders } from '../support/upstream.ts'
import { type World, world } from '../support/worlds.ts'

/** Where the virtual clock begins: 00:16:40 on the first day of 1970. */
const START = 1_000_000
const IN_THREE_SECONDS = {
  'IMF-fixdate': 'Thu, 01 Jan 1970 00:16:43 GMT',
  'RFC 850': 'Thursday, 01-Jan-70 00:16:43 GMT',
  asctime: 'Thu Jan  1 00:16:43 1970',
}

type Answers = readonly (() => Response)[]

/** A call of `users`, which answers so; two endpoints, and no budget to run out of. */
async function called(answers: Answers, init: RequestInit = {}, policy: object = {}) {
  const sentAt: number[] = []
  const sentTo: string[] = []
  const record = {
    endpoints: ['https://a.example.com', 'https://b.example.com'],
    retryConstraint: 'off',
    ...policy,
  }
  const subject = world(record, async (_, { endpoint }) => {
    const answer = answers[Math.min(sentAt.length, answers.length - 1)] as () => Response
    sentAt.push(subject.clock.now())
    sentTo.push(endpoint.id)
    return answer()
  })
  const told: Receipt = receipt()
  const request = new Request('http://users/', init)
  const response = await subject.clock.run(
    subject.call({ receipt: told, headers: pickHeaders(request.headers) }, request),
  )
  const waits = sentAt.slice(1).map((at, index) => at - (sentAt[index] as number))
  return { status: response.status, attempts: sentAt.length, waits, refused: told.retryRefused, sentTo }
}

const ok = () => new Response()
const failing = (headers: Record<string, string>, status = 503) => withHeaders(status, headers)

describe('a stop', () => {
  it.each([
    ['selvedge-retryable', 'false'],
    ['l5d-retryable', 'false'],
    ['x-envoy-overloaded', 'true'],
    ['x-envoy-ratelimited', 'true'],
    ['finagle-http-nonretryable-nack', 'true'],
    ['grpc-retry-pushback-ms', '-1'],
    ['grpc-retry-pushback-ms', 'never'],
  ])('%s: %s ends the call, whatever else the answer says', async (name, value) => {
    for (const beside of [{}, { 'finagle-http-nack': 'true', 'retry-after': '0' }]) {
      const { status, attempts, refused } = await called([failing({ ...beside, [name]: value }), ok])
      expect([status, attempts, refused]).toEqual([503, 1, 'pushback'])
    }
  })

  it.each([[429], [500]])('is heard on a %i that says to come back, too', async (status) => {
    const headers = { 'x-envoy-ratelimited': 'true', 'retry-after': '1' }
    expect((await called([failing(headers, status), ok])).attempts).toBe(1)
  })

  it.each([[200], [404], [501]])('means nothing on a %i, which is no failure', async (status) => {
    const { refused, attempts } = await called([failing({ 'selvedge-retryable': 'false' }, status)])
    expect([attempts, refused]).toEqual([1, undefined])
  })
})

describe('a go', () => {
  it.each([
    ['selvedge-retryable', 'true'],
    ['l5d-retryable', 'true'],
    ['finagle-http-nack', 'true'],
  ])('%s: %s lets any method be sent again, at once and elsewhere', async (name, value) => {
    for (const method of ['GET', 'POST', 'PATCH']) {
      const { status, waits, sentTo } = await called([failing({ [name]: value }), ok], { method })
      expect([status, waits]).toEqual([200, [0]])
      expect(new Set(sentTo).size).toBe(2)
    }
  })

  it('is heard on a status that is not among the codes', async () => {
    expect((await called([failing({ 'finagle-http-nack': 'true' }, 500), ok])).status).toBe(200)
  })

  it.each([
    ['tea', 2, undefined],
    [new Uint8Array(65_537), 1, 'not-replayable'],
  ] as const)('sends a body again that was kept, and no other', async (body, sent, why) => {
    const { attempts, refused } = await called([failing({ 'selvedge-retryable': 'true' }), ok], {
      method: 'POST',
      body: body as BodyInit,
    })
    expect([attempts, refused]).toEqual([sent, why])
  })

  it('waits where it says how long', async () => {
    const { waits } = await called([failing({ 'finagle-http-nack': 'true', 'retry-after': '2' }), ok])
    expect(waits).toEqual([2000])
  })
})

describe('a wait', () => {
  it.each([
    ['Retry-After in seconds', { 'retry-after': '3' }, 3000],
    ['Retry-After as IMF-fixdate', { 'retry-after': IN_THREE_SECONDS['IMF-fixdate'] }, 3000],
    ['Retry-After as RFC 850 writes it', { 'retry-after': IN_THREE_SECONDS['RFC 850'] }, 3000],
    ['Retry-After as asctime writes it', { 'retry-after': IN_THREE_SECONDS.asctime }, 3000],
    ['Retry-After in the past', { 'retry-after': 'Thu, 01 Jan 1970 00:00:01 GMT' }, 0],
    ['pushback of gRPC', { 'grpc-retry-pushback-ms': '120' }, 120],
    ['pushback of gRPC beside Retry-After', { 'grpc-retry-pushback-ms': '120', 'retry-after': '9' }, 120],
  ])('%s is kept exactly', async (_, headers, ms) => {
    expect(IN_THREE_SECONDS['IMF-fixdate']).toBe(new Date(START + 3000).toUTCString())
    for (const status of [503, 429]) {
      const { waits, status: answered } = await called([failing(headers as Record<string, string>, status), ok])
      expect([answered, waits]).toEqual([200, [ms]])
    }
  })

  it('is the usual one where none is said', async () => {
    const { waits } = await called([failing({}), ok])
    expect(waits[0]).toBeGreaterThanOrEqual(25)
    expect(waits[0]).toBeLessThanOrEqual(100)
  })

  it.each(['99999999999', '120, 120', '120.0', '2026-10-21T07:28:30Z', 'soon', 'Mon, 99 Foo 1970 99:99:99 GMT', ''])(
    'of "%s" is no leave to come back at once, but to come back never within the deadline',
    async (value) => {
      for (const status of [503, 429]) {
        const { attempts, waits, refused } = await called([failing({ 'retry-after': value }, status), ok])
        expect([attempts, waits, refused]).toEqual([1, [], 'deadline'])
      }
    },
  )

  it('that does not fit the deadline is not begun', async () => {
    const { attempts, refused } = await called([failing({ 'retry-after': '15' }), ok])
    expect([attempts, refused]).toEqual([1, 'deadline'])
  })

  it('is asked of a 429: without one it is an answer', async () => {
    const { status, attempts, refused } = await called([failing({}, 429), ok])
    expect([status, attempts, refused]).toEqual([429, 1, undefined])
  })
})

describe('an Idempotency-Key', () => {
  it('lets a POST be sent again, with its body', async () => {
    const init = { method: 'POST', body: 'tea', headers: { 'idempotency-key': '"order-7"' } }
    expect((await called([failing({}), ok], init)).status).toBe(200)
  })

  it.each(['', '""'])('that is empty (%j) does not', async (key) => {
    const { attempts, refused } = await called([failing({}), ok], {
      method: 'POST',
      headers: { 'idempotency-key': key },
    })
    expect([attempts, refused]).toEqual([1, 'not-idempotent'])
  })
})

it('a retry goes to an endpoint that was not tried, until all were', async () => {
  const { sentTo } = await called([failing({})], {}, { retry: { attempts: 3 } })
  expect(new Set(sentTo.slice(0, 2)).size).toBe(2)
  expect(sentTo).toHaveLength(4)
})

it('a retry is not made where the endpoints that are left take longer than there is time', async () => {
  const record = {
    endpoints: ['https://quick.example.com', 'https://slow.example.com'],
    retryConstraint: 'off',
  }
  let failsAt: string | undefined
  const sentTo: string[] = []
  const subject: World = world(record, async (request, { endpoint }) => {
    sentTo.push(endpoint.id)
    if (endpoint.id === failsAt) return new Response(null, { status: 503 })
    return answersIn(subject.clock, endpoint.id.includes('slow') ? 800 : 10)(request)
  })
  const { clock } = subject
  const [quick, slow] = (await subject.users()).candidates
  for (let sample = 0; sample < 3; sample++) {
    quick?.latency.add(10, clock.now())
    slow?.latency.add(800, clock.now())
  }
  quick?.load.start(clock.now() - 10, clock.now()).end('success', clock.now())
  slow?.load.start(clock.now() - 800, clock.now()).end('success', clock.now())
  failsAt = quick?.endpoint.id
  const told = receipt()
  await clock.run(subject.call({ receipt: told, deadline: { at: clock.now() + 500 } }))
  // The quick one would fit, and is the one that has just failed.
  expect(sentTo).toEqual([quick?.endpoint.id])
  expect(told.retryRefused).toBe('deadline')
})
