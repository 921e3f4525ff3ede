import { describe, expect, it } from 'vitest'
import { MEANINGS, MeshError, type MeshErrorCode } from '../../../src/core/errors.ts'
import { problemResponse } from '../../../src/wire/problem/problem.ts'

const GRPC_STATUS: Record<MeshErrorCode, string> = {
  service_not_named: '3',
  object_not_named: '3',
  body_broken: '3',
  caller_unknown: '16',
  caller_denied: '7',
  rate_limited: '8',
  body_idle: '4',
  service_not_found: '5',
  route_not_found: '5',
  request_too_large: '8',
  uri_too_long: '8',
  header_too_large: '8',
  backend_not_found: '13',
  record_invalid: '13',
  internal: '13',
  protocol_unsupported: '12',
  credential_failed: '13',
  function_failed: '13',
  no_endpoint: '14',
  endpoint_unreachable: '14',
  limit_subrequests: '14',
  overloaded: '14',
  trust_unavailable: '14',
  registry_unavailable: '14',
  deadline_exceeded: '4',
  deadline_insufficient: '4',
  attempt_timed_out: '4',
  loop_detected: '9',
}
const CODES = Object.keys(MEANINGS) as MeshErrorCode[]

const get = new Request('http://users/42')
const head = new Request('http://users/42', { method: 'HEAD' })
const grpc = (type = 'application/grpc+proto') =>
  new Request('http://users/Users/Get', { method: 'POST', body: 'x', headers: { 'content-type': type } })

describe.each(CODES)('problemResponse of %s', (code) => {
  const { status, proxyError, retryable } = new MeshError(code, '').meaning
  const traceId = 'a'.repeat(32)
  const error = new MeshError(code, 'Service "users" said no.', { service: 'users', revision: '7', traceId })
  const isTrusted = true
  const own = {
    'selvedge-error': code,
    'proxy-status': `selvedge; error=${proxyError}; details="Service \\"users\\" said no."`,
    'selvedge-retryable': retryable === undefined ? null : String(retryable),
  }
  const ownOf = ({ headers }: Response) =>
    Object.fromEntries(Object.keys(own).map((name) => [name, headers.get(name)] as const))

  it('is problem+json that names what, for whom and where to look', async () => {
    const response = problemResponse(error, get, { isTrusted })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(ownOf(response)).toEqual(own)
    expect(await response.json()).toEqual({
      type: `urn:selvedge:problem:${code}`,
      title: expect.stringMatching(/^\w.*\w$/),
      status,
      detail: 'Service "users" said no.',
      code,
      service: 'users',
      revision: '7',
      traceId,
    })
  })

  it('has no body for HEAD, and says the same in its head', async () => {
    const response = problemResponse(error, head, { isTrusted })
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    expect(ownOf(response)).toEqual(own)
    expect(response.body).toBeNull()
  })

  it('is trailers alone for a caller that speaks gRPC', () => {
    const response = problemResponse(error, grpc(), { isTrusted })
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/grpc+proto')
    expect(response.headers.get('grpc-status')).toBe(GRPC_STATUS[code])
    expect(decodeURIComponent(response.headers.get('grpc-message') ?? '')).toBe('Service "users" said no.')
    expect(ownOf(response)).toEqual(own)
    expect(response.body).toBeNull()
  })
})

describe('problemResponse', () => {
  it('leaves out what is not known', async () => {
    const problem = await problemResponse(new MeshError('internal', 'It broke.'), get).json()
    expect(Object.keys(problem as object).sort()).toEqual(['code', 'detail', 'status', 'title', 'type'])
  })

  it('tells those who are not believed nothing of what it knows, in whatever words they speak', async () => {
    const secret = 'https://10.0.0.7 of binding USERS, with secret AWS_KEY'
    const connect = new Request('http://users/', { headers: { 'connect-protocol-version': '1' } })
    const stream = new Request('http://users/', { headers: { 'content-type': 'application/connect+json' } })
    for (const code of CODES) {
      for (const request of [get, head, grpc(), connect, stream]) {
        const response = problemResponse(new MeshError(code, secret), request)
        const told = JSON.stringify([await response.text(), ...response.headers])
        expect(decodeURIComponent(told), code).not.toMatch(/10\.0\.0\.7|USERS|AWS/)
        expect(response.headers.get('proxy-status')).toMatch(/details="[A-Z].+"$/)
      }
    }
  })

  it('writes the content type of gRPC and Connect as they have it, whatever came with it', async () => {
    const typeOf = (type: string) => {
      const { headers } = problemResponse(new MeshError('no_endpoint', 'Nowhere.'), grpc(type))
      expect(headers.get('cache-control')).toBe('no-store')
      return headers.get('content-type')
    }
    expect(typeOf('Application/gRPC')).toBe('application/grpc')
    expect(typeOf('application/grpc-web-text+proto; charset=x"<script>')).toBe('application/grpc-web-text+proto')
    expect(typeOf('application/grpc+<b>')).toBe('application/grpc')
    expect(typeOf('application/grpc+json;a=b')).toBe('application/grpc+json')
    expect(typeOf('application/connect+proto; charset=utf-8')).toBe('application/connect+proto')
    expect(typeOf('application/connect+<b>')).toBe('application/connect+json')
  })

  it('says in whole seconds when to come back, and not too soon', () => {
    const waitOf = (retryAfterMs?: number, request = get) =>
      problemResponse(new MeshError('overloaded', 'Full.', { retryAfterMs }), request).headers.get('retry-after')
    expect([undefined, 1000, 1001, 3000].map((ms) => waitOf(ms))).toEqual([null, '1', '2', '3'])
    expect(waitOf(1000, grpc())).toBe('1')
  })

  it('says whether it may be sent again where the error knows better than its code', () => {
    const said = [true, false, undefined].map((retryable) =>
      problemResponse(new MeshError('overloaded', 'Full.', { retryable }), get).headers.get('selvedge-retryable'),
    )
    expect(said).toEqual(['true', 'false', null])
  })

  it('gives titles that tell the codes apart', async () => {
    const titles = CODES.map(async (code) => {
      const problem = await problemResponse(new MeshError(code, ''), get).json()
      return (problem as { title: string }).title
    })
    expect(new Set(await Promise.all(titles)).size).toBe(CODES.length)
  })

  it('answers gRPC-Web in its own type', () => {
    const response = problemResponse(new MeshError('no_endpoint', 'Nowhere.'), grpc('application/grpc-web+proto'))
    expect(response.headers.get('content-type')).toBe('application/grpc-web+proto')
    expect(response.headers.get('grpc-status')).toBe('14')
  })

  it('carries a message of any letters in a gRPC header', () => {
    const message = 'Kein Dienst heißt "küche" — 100 % 😀\n'
    const response = problemResponse(new MeshError('service_not_found', message), grpc(), { isTrusted: true })
    expect(response.headers.get('grpc-message')).toMatch(/^[\x20-\x7e]*$/)
    expect(decodeURIComponent(response.headers.get('grpc-message') ?? '')).toBe(message)
  })
})
