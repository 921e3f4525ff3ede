import { describe, expect, it } from 'vitest'
import { MeshError } from '../../../src/core/errors.ts'
import { connectError } from '../../../src/wire/problem/connect-error.ts'
import { problemResponse } from '../../../src/wire/problem/problem.ts'

const unary = (type = 'application/proto') => new Headers({ 'content-type': type, 'connect-protocol-version': '1' })
const stream = (type = 'application/connect+proto') => new Headers({ 'content-type': type })

describe('connectError', () => {
  it.each([
    [400, 'invalid_argument'],
    [404, 'not_found'],
    [413, 'resource_exhausted'],
    [500, 'internal'],
    [501, 'unimplemented'],
    [502, 'internal'],
    [503, 'unavailable'],
    [504, 'deadline_exceeded'],
    [508, 'failed_precondition'],
  ])('of %i is %s, in JSON whatever the codec', (status, code) => {
    expect(connectError(unary(), status, 'No.')).toEqual({
      status,
      contentType: 'application/json',
      body: JSON.stringify({ code, message: 'No.' }),
    })
  })

  it('ends a stream, in an envelope', () => {
    const error = connectError(stream('Application/Connect+JSON'), 504, 'Zu spät.')
    expect(error).toMatchObject({ status: 200, contentType: 'application/connect+json' })
    const body = Buffer.from(error?.body as Uint8Array)
    expect([body.readUInt8(0), body.readUInt32BE(1)]).toEqual([0b10, body.length - 5])
    expect(JSON.parse(body.subarray(5).toString())).toEqual({
      error: { code: 'deadline_exceeded', message: 'Zu spät.' },
    })
  })

  it.each([
    {},
    { 'content-type': 'application/json' },
    { 'content-type': 'application/proto' },
    { 'content-type': 'text/connect+x' },
  ])('is none of a request that does not speak Connect: %j', (headers) => {
    expect(connectError(new Headers(headers as Record<string, string>), 504, 'No.')).toBeUndefined()
  })

  it('is the answer, and says whose it is', async () => {
    const request = new Request('http://users/', { method: 'POST', body: 'x', headers: unary() })
    const error = new MeshError('overloaded', 'Too much.', { retryAfterMs: 900 })
    const response = problemResponse(error, request, { isTrusted: true })
    expect([response.status, await response.json()]).toEqual([503, { code: 'unavailable', message: 'Too much.' }])
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'selvedge-error': 'overloaded',
      'retry-after': '1',
    })
  })
})
