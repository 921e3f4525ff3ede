/** What gRPC tells in the headers of a 200 is an answer's status for all that judge it. */
import { describe, expect, it } from 'vitest'
import { type Receipt, receipt } from '../../src/core/receipt.ts'
import type { Span } from '../../src/core/span.ts'
import { pickHeaders } from '../../src/wire/picked.ts'
import { withHeaders } from '../support/upstream.ts'
import { world } from '../support/worlds.ts'

const GRPC = { 'content-type': 'application/grpc-web+proto' }
const KEY = { 'idempotency-key': 'k-1' }
const said = (code: number, more: Record<string, string> = {}) =>
  withHeaders(200, { ...GRPC, 'grpc-status': String(code), ...more })
const [OK, NOT_FOUND, EXHAUSTED, INTERNAL, UNAVAILABLE, DEADLINE] = [0, 5, 8, 13, 14, 4]

/** `users`, answered so one after the other, the last over and over. */
function given(answers: readonly (() => Response)[], policy: object = {}) {
  const sent: { at: number; to: string }[] = []
  const spans: Span[] = []
  const record = { endpoints: ['https://a.example.com', 'https://b.example.com'], retryConstraint: 'off', ...policy }
  const subject = world(
    record,
    async (_, { endpoint }) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)] as () => Response
      sent.push({ at: subject.clock.now(), to: endpoint.id })
      return answer()
    },
    { sink: { span: (span) => spans.push(span) } },
  )
  async function call(headers: Record<string, string> = KEY) {
    const told: Receipt = receipt()
    const request = new Request('http://users/mesh.Words/Say', { method: 'POST', headers: { ...GRPC, ...headers } })
    const response = await subject.clock.run(
      subject.call({ receipt: told, headers: pickHeaders(request.headers) }, request),
    )
    return { code: response.headers.get('grpc-status'), told }
  }
  return { ...subject, call, sent, spans }
}

describe('a gRPC answer of trailers alone', () => {
  it.each([UNAVAILABLE, DEADLINE])('is tried again as a 503 or 504 is: code %i', async (code) => {
    const { call, sent } = given([said(code), said(OK)])
    const { code: answered, told } = await call()
    expect([answered, sent.length, new Set(sent.map(({ to }) => to)).size]).toEqual(['0', 2, 2])
    expect(told.attempts.map(({ outcome }) => outcome)).toEqual(['failure', 'success'])
    expect(told.retriesUsed).toBe(1)
  })

  it('is tried again no sooner than a POST may be: without a key it passes as it came', async () => {
    const { call, sent } = given([said(UNAVAILABLE), said(OK)])
    const { code, told } = await call({})
    expect([code, sent.length, told.retryRefused]).toEqual(['14', 1, 'not-idempotent'])
  })

  it('is tried again without a key where it says that nothing was processed', async () => {
    const { call, sent } = given([said(UNAVAILABLE, { 'selvedge-retryable': 'true' }), said(OK)])
    expect([(await call({})).code, sent.length]).toEqual(['0', 2])
  })

  it('is not tried again where it is the application that speaks', async () => {
    const { call, sent } = given([said(NOT_FOUND), said(OK)])
    const { code, told } = await call()
    expect([code, sent.length, told.attempts[0]?.outcome, told.attempts[0]?.status]).toEqual(['5', 1, 'success', 404])
  })

  it('INTERNAL is a failure that is tried again only where `codes` has 500', async () => {
    const once = given([said(INTERNAL), said(OK)])
    const { code, told } = await once.call()
    expect([code, once.sent.length, told.attempts[0]?.outcome]).toEqual(['13', 1, 'failure'])
    const again = given([said(INTERNAL), said(OK)], { retry: { codes: [500] } })
    expect([(await again.call()).code, again.sent.length]).toEqual(['0', 2])
  })

  it('RESOURCE_EXHAUSTED is tried again when it says when, exactly then', async () => {
    const silent = given([said(EXHAUSTED), said(OK)])
    expect([(await silent.call()).code, silent.sent.length]).toEqual(['8', 1])
    const { call, sent } = given([said(EXHAUSTED, { 'grpc-retry-pushback-ms': '140' }), said(OK)])
    expect((await call()).code).toBe('0')
    expect(sent.map(({ at }) => at - (sent[0]?.at ?? 0))).toEqual([0, 140])
  })

  it('ends retries where it pushes back for ever, and the last one passes as it came', async () => {
    const pushed = given([said(UNAVAILABLE, { 'grpc-retry-pushback-ms': '-1' })])
    expect([(await pushed.call()).told.retryRefused, pushed.sent.length]).toEqual(['pushback', 1])
    const { call, sent } = given([said(UNAVAILABLE, { 'grpc-message': 'busy' })])
    expect([(await call()).code, sent.length]).toEqual(['14', 3])
  })

  it('ejects an endpoint that fails three times in a row, and its load counts the failures', async () => {
    const { call, users, clock } = given([said(UNAVAILABLE)])
    for (let made = 0; made < 12; made++) await call({})
    const { detector, candidates } = await users()
    // Half of the endpoints at most are out at once.
    expect(detector.available(candidates, clock.now())).toHaveLength(1)
  })

  it('of the application ejects nobody', async () => {
    const { call, users, clock } = given([said(NOT_FOUND)])
    for (let made = 0; made < 12; made++) await call({})
    const { detector, candidates } = await users()
    expect(detector.available(candidates, clock.now())).toHaveLength(2)
  })

  it('pays nothing into the retry budget, and spends what is there', async () => {
    const { call, sent } = given([said(UNAVAILABLE)], { retryConstraint: undefined })
    for (let made = 0; made < 8; made++) await call()
    const before = sent.length
    const { told } = await call()
    expect([sent.length - before, told.retryRefused]).toEqual([1, 'budget'])
  })

  it('is told to the trace as a failure, with the HTTP status it had', async () => {
    const { call, spans } = given([said(INTERNAL)])
    await call()
    expect(spans.map(({ kind, outcome, status }) => [kind, outcome, status])).toEqual([['client', 'failure', 200]])
  })
})

it('a plain answer is not gRPC for having its headers', async () => {
  const { call, sent } = given([withHeaders(200, { 'grpc-status': '14' })])
  const { told } = await call({ ...KEY, 'content-type': 'application/json' })
  expect([sent.length, told.attempts[0]?.outcome]).toEqual([1, 'success'])
})
