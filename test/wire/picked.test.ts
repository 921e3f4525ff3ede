import { describe, expect, it } from 'vitest'
import { pickHeaders } from '../../src/wire/picked.ts'

describe('pickHeaders', () => {
  it.each([
    'selvedge-timeout-ms',
    'selvedge-retry-allowance',
    'grpc-timeout',
    'connect-timeout-ms',
    'connect-protocol-version',
    'x-envoy-expected-rq-timeout-ms',
    'x-envoy-upstream-rq-timeout-ms',
    'finagle-ctx-com.twitter.finagle.deadline',
    'l5d-ctx-deadline',
    'traceparent',
    'tracestate',
    'baggage',
    'cdn-loop',
    'via',
    'upgrade',
    'content-type',
  ])('reads %s', (name) => {
    expect(pickHeaders(new Headers({ [name]: '1' })).get(name)).toBe('1')
  })

  it('reads nothing that is not there', () => {
    expect(pickHeaders(new Headers({ 'x-one': '1' })).get('via')).toBeNull()
  })

  it('reads what came in two headers as one', () => {
    const headers = new Headers([
      ['via', '1.1 one'],
      ['via', '1.1 two'],
    ])
    expect(pickHeaders(headers).get('via')).toBe('1.1 one, 1.1 two')
  })

  it.each([
    ['what is of this hop by its nature', { 'keep-alive': 'timeout=5', te: 'trailers', upgrade: 'websocket' }],
    ['what Connection says is of this hop', { connection: 'close, X-Secret', 'x-secret': '1' }],
    ['every deadline', { 'grpc-timeout': '1S', 'l5d-ctx-deadline': '1 2', 'x-envoy-expected-rq-timeout-ms': '5' }],
    ['all that is the mesh’s own', { 'selvedge-attempt': '2', 'selvedge-anything': '1', selvedge_caller: 'a' }],
    ['what this hop alone is asked', { host: 'users', expect: '100-continue' }],
  ])('passes on the others, but not %s', (_, kept) => {
    const others = { authorization: 'Bearer x', cookie: 'a=1', 'idempotency-key': 'k', 'x-selvedge-y': '1' }
    expect(Object.fromEntries(pickHeaders(new Headers({ ...others, ...kept })).passedOn)).toEqual(others)
  })

  it('passes on what it reads, where it is not of this hop', () => {
    const headers = { baggage: 'a=1', 'cdn-loop': 'selvedge', 'content-type': 'text/plain', via: '1.1 one' }
    expect(Object.fromEntries(pickHeaders(new Headers(headers)).passedOn)).toEqual(headers)
  })

  it('leaves the headers of the request as they are', () => {
    const headers = new Headers({ connection: 'close', 'x-one': '1' })
    pickHeaders(headers).passedOn.set('x-two', '2')
    expect(Object.fromEntries(headers)).toEqual({ connection: 'close', 'x-one': '1' })
  })
})
