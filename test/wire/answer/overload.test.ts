import { describe, expect, it } from 'vitest'
import { isOverload } from '../../../src/wire/answer/overload.ts'
import { statusOf } from '../../../src/wire/answer/status.ts'

const plain = new Headers()
const grpc = new Headers({ 'content-type': 'application/grpc' })
const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers })
const hears = (response: Response, request: Headers) => isOverload(response, statusOf(response, request))

describe('isOverload', () => {
  it.each([
    [503, { 'retry-after': '1' }],
    [503, { 'x-envoy-overloaded': 'true' }],
    [503, { 'finagle-http-nack': 'true' }],
    [503, { 'finagle-http-nonretryable-nack': 'true' }],
    [503, { 'selvedge-error': 'overloaded' }],
    [429, { 'selvedge-error': 'overloaded' }],
    [429, { 'grpc-retry-pushback-ms': '100' }],
  ])('hears it in a %i with %j', (status, headers) => {
    expect(hears(answer(status, headers), plain)).toBe(true)
  })

  it.each([
    [200, {}],
    [200, { 'retry-after': '1' }],
    [200, { 'grpc-status': '8' }],
    [404, { 'retry-after': '1' }],
    [429, {}],
    [429, { 'retry-after': '1' }],
    [500, { 'retry-after': '1' }],
    [503, {}],
    [503, { 'selvedge-error': 'endpoint_unreachable' }],
    [504, { 'selvedge-error': 'deadline_exceeded' }],
  ])('does not take a %i with %j for it: that is a failure, or the caller, or nothing', (status, headers) => {
    expect(hears(answer(status, headers), plain)).toBe(false)
  })

  it.each([
    [{ 'grpc-status': '8' }, false],
    [{ 'grpc-status': '8', 'grpc-retry-pushback-ms': '100' }, true],
    [{ 'grpc-status': '8', 'grpc-retry-pushback-ms': '-1' }, true],
    [{ 'grpc-status': '14', 'grpc-retry-pushback-ms': '100' }, true],
    [{ 'grpc-status': '14', 'selvedge-error': 'overloaded' }, true],
    [{ 'grpc-status': '14' }, false],
    [{ 'grpc-status': '0' }, false],
    [{}, false],
  ])('reads the headers of an answer to gRPC: %j, %s', (headers, isRefused) => {
    expect(hears(answer(200, headers as Record<string, string>), grpc)).toBe(isRefused)
  })
})
