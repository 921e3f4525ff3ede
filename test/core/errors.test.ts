import { describe, expect, it } from 'vitest'
import { handedOn, MEANINGS, MeshError, type MeshErrorCode } from '../../src/core/errors.ts'

/** Code, status, RFC 9209 error, is it of use to send it again. */
const TABLE: [MeshErrorCode, number, string, boolean | undefined][] = [
  ['service_not_named', 400, 'http_request_error', false],
  ['object_not_named', 400, 'http_request_error', false],
  ['body_broken', 400, 'http_request_error', false],
  ['body_idle', 408, 'http_request_error', false],
  ['caller_unknown', 401, 'http_request_denied', false],
  ['caller_denied', 403, 'http_request_denied', false],
  ['rate_limited', 429, 'http_request_denied', false],
  ['service_not_found', 404, 'destination_not_found', false],
  ['route_not_found', 404, 'destination_not_found', false],
  ['request_too_large', 413, 'http_request_error', false],
  ['uri_too_long', 414, 'http_request_error', false],
  ['header_too_large', 431, 'http_request_error', false],
  ['backend_not_found', 500, 'proxy_configuration_error', false],
  ['record_invalid', 500, 'proxy_configuration_error', false],
  ['internal', 500, 'proxy_internal_error', undefined],
  ['credential_failed', 502, 'proxy_internal_error', undefined],
  ['function_failed', 502, 'http_protocol_error', undefined],
  ['no_endpoint', 503, 'destination_unavailable', undefined],
  ['endpoint_unreachable', 503, 'connection_terminated', undefined],
  ['protocol_unsupported', 501, 'http_protocol_error', false],
  ['limit_subrequests', 503, 'proxy_internal_response', false],
  ['overloaded', 503, 'connection_limit_reached', undefined],
  ['trust_unavailable', 503, 'proxy_internal_error', true],
  ['registry_unavailable', 503, 'proxy_internal_error', true],
  ['deadline_exceeded', 504, 'http_response_timeout', false],
  ['deadline_insufficient', 504, 'http_response_timeout', false],
  ['attempt_timed_out', 504, 'http_response_timeout', undefined],
  ['loop_detected', 508, 'proxy_loop_detected', false],
]

describe('MeshError', () => {
  it.each(TABLE)('%s is a %i, %s', (code, status, proxyError, retryable) => {
    expect(new MeshError(code, 'So it was.').meaning).toEqual({ status, proxyError, retryable })
  })

  it('has no code that is missing from the table', () => {
    expect(Object.keys(MEANINGS).sort()).toEqual(TABLE.map(([code]) => code).sort())
  })

  it('says what went wrong, for whom and why', () => {
    const cause = new TypeError('broken')
    const error = new MeshError('internal', 'It broke.', { cause, service: 'users' })
    expect(error).toBeInstanceOf(Error)
    expect(error).toMatchObject({ name: 'MeshError', code: 'internal', service: 'users', cause })
    expect(String(error)).toBe('MeshError: It broke.')
  })

  it('may know better than its code whether it is of use to send the request again', () => {
    expect(new MeshError('overloaded', '…', { retryable: true }).meaning.retryable).toBe(true)
    expect(new MeshError('registry_unavailable', '…', { retryable: undefined }).meaning.retryable).toBeUndefined()
    expect(new MeshError('registry_unavailable', '…').meaning).toMatchObject({ status: 503, retryable: true })
  })

  it('has no cause where none is given', () => {
    expect(new MeshError('internal', 'It broke.')).not.toHaveProperty('cause')
  })
})

describe('handedOn', () => {
  it('no longer says that it is safe to send the request again', () => {
    const cause = new Error('why')
    const options = { cause, service: 'users', retryAfterMs: 2000, retryable: true }
    const error = handedOn(new MeshError('overloaded', 'Full.', options))
    expect(error).toMatchObject({ code: 'overloaded', message: 'Full.', service: 'users', retryAfterMs: 2000, cause })
    expect(error.meaning.retryable).toBeUndefined()
  })

  it('leaves everything else as it is', () => {
    for (const error of [
      new MeshError('loop_detected', '…'),
      new MeshError('internal', '…'),
      new TypeError('…'),
      undefined,
    ]) {
      expect(handedOn(error)).toBe(error)
    }
  })
})
