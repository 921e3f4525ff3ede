import { describe, expect, it } from 'vitest'
import { attempt as attemptOf } from '../../../src/core/attempt.ts'
import { deadlineIn, never } from '../../../src/core/deadline.ts'
import { propagate } from '../../../src/features/propagate/filter.ts'
import { pickHeaders } from '../../../src/wire/picked.ts'
import { givenCall, givenTrace } from '../../support/call.ts'
import { givenBinding } from '../../support/given.ts'

type Call = ReturnType<typeof givenCall>

/** The headers that leave, for a request that came with these. */
async function outgoing(
  headers: Record<string, string> = {},
  over: Partial<Call> = {},
): Promise<Record<string, string>> {
  let sent = {}
  const request = new Request('http://users/', { headers })
  const call = { ...givenCall(), headers: pickHeaders(request.headers), ...over }
  await propagate(request, call, async (_, { outgoing }) => {
    sent = Object.fromEntries(outgoing)
    return new Response()
  })
  return sent
}

/** The answer that goes back, for one that came with these headers. */
async function incoming(response: Response, call = givenCall()): Promise<Response> {
  return propagate(new Request('http://users/'), call, async () => response)
}

const binding = givenBinding('USERS')

describe('propagate', () => {
  it('writes deadline, allowance, attempt, trace and loop guard', async () => {
    const { clock } = givenCall()
    expect(await outgoing({}, { clock, deadline: deadlineIn(1000, clock), lent: 1, hops: 2 })).toEqual({
      'selvedge-timeout-ms': '995',
      'selvedge-retry-allowance': '1',
      'selvedge-attempt': '1',
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
      'cdn-loop': 'selvedge, selvedge, selvedge',
      'x-forwarded-host': 'users',
    })
  })

  it('writes what is left of the deadline as the request leaves', async () => {
    const { clock } = givenCall()
    const deadline = deadlineIn(1000, clock)
    await clock.advance(400)
    expect((await outgoing({}, { clock, deadline }))['selvedge-timeout-ms']).toBe('595')
  })

  it('writes no deadline where there is none', async () => {
    expect(await outgoing({}, { deadline: never })).not.toHaveProperty('selvedge-timeout-ms')
  })

  it('speaks the protocol of the request', async () => {
    const { clock } = givenCall()
    const deadline = deadlineIn(1000, clock)
    const grpc = await outgoing({ 'content-type': 'application/grpc' }, { clock, deadline })
    expect(grpc['grpc-timeout']).toBe('995m')
    expect(grpc).not.toHaveProperty('grpc-previous-rpc-attempts')
    const attempt = attemptOf(3, null, false)
    const third = await outgoing({ 'content-type': 'application/grpc' }, { attempt })
    expect(third['grpc-previous-rpc-attempts']).toBe('2')
    expect(third['selvedge-attempt']).toBe('3')
    const connect = await outgoing({ 'connect-protocol-version': '1' }, { clock, deadline })
    expect(connect['connect-timeout-ms']).toBe('995')
    expect(connect).not.toHaveProperty('grpc-timeout')
  })

  it('passes the headers of the application on as they came', async () => {
    const headers = { accept: 'text/html', 'idempotency-key': 'k', cookie: 'a=1', 'x-request-id': '7' }
    expect(await outgoing(headers)).toMatchObject(headers)
  })

  it("never copies what a caller wrote under the mesh's own names", async () => {
    const sent = await outgoing({
      'selvedge-attempt': '9',
      'selvedge-retry-allowance': '99',
      'selvedge-timeout-ms': '999999',
      'selvedge-explain': '1',
      'selvedge-anything': 'x',
    })
    expect(sent['selvedge-attempt']).toBe('1')
    expect(sent['selvedge-retry-allowance']).toBe('1')
    expect(sent['selvedge-timeout-ms']).toBe('14995')
    expect(sent).not.toHaveProperty('selvedge-explain')
    expect(sent).not.toHaveProperty('selvedge-anything')
  })

  it('tells the next hop a priority that is not the usual one, whatever the caller wrote', async () => {
    const said = { 'selvedge-priority': 'critical' }
    expect(await outgoing(said)).not.toHaveProperty('selvedge-priority')
    expect((await outgoing({}, { priority: 'sheddable' }))['selvedge-priority']).toBe('sheddable')
    const attempt = attemptOf(2, null, false)
    expect((await outgoing(said, { priority: 'sheddable', attempt }))['selvedge-priority']).toBe('sheddable')
  })

  it('does not copy a deadline in any spelling', async () => {
    const spellings = [
      'grpc-timeout',
      'connect-timeout-ms',
      'x-envoy-expected-rq-timeout-ms',
      'x-envoy-upstream-rq-timeout-ms',
      'finagle-ctx-com.twitter.finagle.deadline',
      'l5d-ctx-deadline',
    ]
    const sent = await outgoing(Object.fromEntries(spellings.map((name) => [name, '100'])))
    for (const name of spellings) expect(sent).not.toHaveProperty([name])
  })

  it('does not copy what belongs to one connection, nor what Connection names', async () => {
    const sent = await outgoing({
      connection: 'keep-alive, X-Hop',
      'keep-alive': 'timeout=5',
      'proxy-authorization': 'Basic x',
      te: 'trailers',
      'x-hop': '1',
      'x-kept': '1',
    })
    for (const name of ['connection', 'keep-alive', 'proxy-authorization', 'te', 'x-hop']) {
      expect(sent).not.toHaveProperty([name])
    }
    expect(sent['x-kept']).toBe('1')
  })

  it('passes on that a WebSocket is wanted, and no other upgrade', async () => {
    expect((await outgoing({ connection: 'upgrade', upgrade: 'WebSocket' })).upgrade).toBe('websocket')
    expect(await outgoing({ connection: 'upgrade', upgrade: 'h2c' })).not.toHaveProperty('upgrade')
  })

  it('carries tracestate and baggage of the trace', async () => {
    const trace = givenTrace({ state: 'vendor=1', baggage: 'user=7' })
    const sent = await outgoing({ tracestate: 'other=2' }, { trace })
    expect(sent.tracestate).toBe('vendor=1')
    expect(sent.baggage).toBe('user=7')
    expect(await outgoing({ tracestate: 'other=2' })).not.toHaveProperty('tracestate')
  })

  it('lets a call say its own baggage', async () => {
    const sent = await outgoing({ baggage: 'user=8' }, { trace: givenTrace({ baggage: 'user=7' }) })
    expect(sent.baggage).toBe('user=8')
  })

  it('adds itself to a loop guard that came, with those of others', async () => {
    expect((await outgoing({ 'cdn-loop': 'fastly, selvedge' }, { hops: 1 }))['cdn-loop']).toBe(
      'fastly, selvedge, selvedge',
    )
  })

  it('tells a URL endpoint which name was called, and a binding by its URL alone', async () => {
    expect((await outgoing({ 'x-forwarded-host': 'forged' }, { name: 'users' }))['x-forwarded-host']).toBe('users')
    expect(await outgoing({}, { endpoint: binding })).not.toHaveProperty('x-forwarded-host')
  })

  it('passes an answer on untouched that has nothing of its connection', async () => {
    const response = new Response('ok', { headers: { 'x-from': 'upstream' } })
    expect(await incoming(response)).toBe(response)
  })

  it('keeps back what belonged to the connection of an answer', async () => {
    const response = new Response('ok', {
      status: 201,
      headers: { connection: 'close, x-hop', 'keep-alive': 'timeout=5', 'x-hop': '1', 'x-kept': '1' },
    })
    const answer = await incoming(response)
    expect([...answer.headers.keys()]).toEqual(['content-type', 'x-kept'])
    expect(answer.status).toBe(201)
    expect(await answer.text()).toBe('ok')
  })

  it('takes what an endpoint says of retries off its answer, and keeps it for those above', async () => {
    const call = givenCall()
    const answer = await incoming(new Response('ok', { headers: { 'selvedge-retries-used': '1' } }), call)
    expect([...answer.headers.keys()]).toEqual(['content-type'])
    expect(call.attempt.retriesUsed).toBe('1')
    await incoming(new Response('ok'), call)
    expect(call.attempt.retriesUsed).toBeNull()
  })

  it("stops what nobody knows under the mesh's own prefix, and passes on that an answer is an error of a mesh", async () => {
    const headers = { 'selvedge-receipt': 'all', 'selvedge-error': 'overloaded', 'selvedge-retryable': 'false' }
    const answer = await incoming(new Response(null, { status: 503, headers }))
    expect([...answer.headers.keys()]).toEqual(['selvedge-error', 'selvedge-retryable'])
  })

  it('passes an answer untouched where only what travels on is said', async () => {
    const headers = { 'selvedge-error': 'overloaded', 'selvedge-retryable': 'false', 'x-kept': '1' }
    const response = new Response(null, { status: 503, headers })
    expect(await incoming(response)).toBe(response)
  })
})
