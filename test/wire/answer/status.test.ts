import { describe, expect, it } from 'vitest'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../../src/core/errors.ts'
import { outcomeOf } from '../../../src/core/outcome.ts'
import { statusOf } from '../../../src/wire/answer/status.ts'
import { problemResponse } from '../../../src/wire/problem/problem.ts'

const asked = (type?: string) => new Headers(type === undefined ? {} : { 'content-type': type })
const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers })

/** google/rpc/code.proto: code, HTTP status. Linkerd 2 holds 2, 4, 8, 13, 14 and 15 against an endpoint, and so do we. */
const CODES = [
  [0, 200, 'success'],
  [1, 499, 'cancelled'],
  [2, 500, 'failure'],
  [3, 400, 'success'],
  [4, 504, 'failure'],
  [5, 404, 'success'],
  [6, 409, 'success'],
  [7, 403, 'success'],
  [8, 429, 'limited'],
  [9, 400, 'success'],
  [10, 409, 'success'],
  [11, 400, 'success'],
  [12, 501, 'success'],
  [13, 500, 'failure'],
  [14, 503, 'failure'],
  [15, 500, 'failure'],
  [16, 401, 'success'],
] as const

describe.each(['application/grpc', 'application/grpc+proto', 'application/grpc-web-text', 'Application/gRPC-Web'])(
  'an answer to %s',
  (type) => {
    it.each(CODES)('that is trailers alone with grpc-status %i has status %i, a %s', (code, status, outcome) => {
      const read = statusOf(answer(200, { 'grpc-status': String(code) }), asked(type))
      expect([read, outcomeOf(read, false)]).toEqual([status, outcome])
    })

    it.each(['17', '99', '-1', '014', '', 'UNAVAILABLE', '14, 0'])(
      'takes a code that nobody knows for UNKNOWN: "%s"',
      (code) => {
        expect(statusOf(answer(200, { 'grpc-status': code }), asked(type))).toBe(500)
      },
    )

    it('has the status it has, where no grpc-status is among the headers, or it is no 200', () => {
      expect(statusOf(answer(200), asked(type))).toBe(200)
      expect(statusOf(answer(404, { 'grpc-status': '14' }), asked(type))).toBe(404)
    })
  },
)

it.each([undefined, 'application/json', 'application/connect+proto', 'text/application/grpc'])(
  'an answer to anything else is not looked into: %s',
  (type) => {
    const response = answer(200, { 'grpc-status': '14' })
    Object.defineProperty(response, 'headers', { get: () => expect.unreachable() })
    expect(statusOf(response, asked(type))).toBe(200)
  },
)

it('an answer to no request has the status it has', () => {
  expect(statusOf(answer(200, { 'grpc-status': '14' }), undefined)).toBe(200)
})

describe('an error of a mesh beneath, told in gRPC', () => {
  it.each(Object.entries(MEANINGS))('has the status that %s has in HTTP', (code, { status }) => {
    const request = new Request('http://users/', {
      method: 'POST',
      headers: { 'content-type': 'application/grpc-web' },
    })
    const response = problemResponse(new MeshError(code as MeshErrorCode, 'what went wrong'), request)
    expect(response.status).toBe(200)
    expect(statusOf(response, request.headers)).toBe(status)
  })
})
