/** What can go wrong in the mesh itself: one class, a closed list of codes, one table of what each means in HTTP. */
import { withoutUserinfo } from './text/userinfo.ts'

export interface Meaning {
  /** HTTP status of the answer. */
  readonly status: number
  /** The RFC 9209 proxy error type that says the same. */
  readonly proxyError: string
  /** Would sending the same request again, elsewhere or later, be both safe and of use? Left out where nobody knows. */
  readonly retryable?: boolean | undefined
}

/** Status and RFC 9209 error of each code, as in docs/errors.md. */
export const MEANINGS = {
  service_not_named: { status: 400, proxyError: 'http_request_error', retryable: false },
  object_not_named: { status: 400, proxyError: 'http_request_error', retryable: false },
  body_broken: { status: 400, proxyError: 'http_request_error', retryable: false },
  caller_unknown: { status: 401, proxyError: 'http_request_denied', retryable: false },
  caller_denied: { status: 403, proxyError: 'http_request_denied', retryable: false },
  service_not_found: { status: 404, proxyError: 'destination_not_found', retryable: false },
  route_not_found: { status: 404, proxyError: 'destination_not_found', retryable: false },
  body_idle: { status: 408, proxyError: 'http_request_error', retryable: false },
  request_too_large: { status: 413, proxyError: 'http_request_error', retryable: false },
  uri_too_long: { status: 414, proxyError: 'http_request_error', retryable: false },
  rate_limited: { status: 429, proxyError: 'http_request_denied', retryable: false },
  header_too_large: { status: 431, proxyError: 'http_request_error', retryable: false },
  backend_not_found: { status: 500, proxyError: 'proxy_configuration_error', retryable: false },
  record_invalid: { status: 500, proxyError: 'proxy_configuration_error', retryable: false },
  internal: { status: 500, proxyError: 'proxy_internal_error' },
  protocol_unsupported: { status: 501, proxyError: 'http_protocol_error', retryable: false },
  credential_failed: { status: 502, proxyError: 'proxy_internal_error' },
  function_failed: { status: 502, proxyError: 'http_protocol_error' },
  no_endpoint: { status: 503, proxyError: 'destination_unavailable' },
  endpoint_unreachable: { status: 503, proxyError: 'connection_terminated' },
  limit_subrequests: { status: 503, proxyError: 'proxy_internal_response', retryable: false },
  overloaded: { status: 503, proxyError: 'connection_limit_reached' },
  trust_unavailable: { status: 503, proxyError: 'proxy_internal_error', retryable: true },
  registry_unavailable: { status: 503, proxyError: 'proxy_internal_error', retryable: true },
  deadline_exceeded: { status: 504, proxyError: 'http_response_timeout', retryable: false },
  deadline_insufficient: { status: 504, proxyError: 'http_response_timeout', retryable: false },
  attempt_timed_out: { status: 504, proxyError: 'http_response_timeout' },
  loop_detected: { status: 508, proxyError: 'proxy_loop_detected', retryable: false },
} as const satisfies Record<string, Meaning>

/** Every code of a {@link MeshError}. */
export type MeshErrorCode = keyof typeof MEANINGS

export interface MeshErrorOptions {
  cause?: unknown
  /** The service that was called, by its logical name. */
  service?: string | undefined
  /** The revision of the record that was obeyed. */
  revision?: string | undefined
  /** The trace of the call, 32 hex digits. */
  traceId?: string | undefined
  /** Of use and safe to send again? Default: as the table says of the code; `undefined` where nobody knows. */
  retryable?: boolean | undefined
  /** After how many milliseconds it may be sent again, where that can be said. */
  retryAfterMs?: number | undefined
  /** What is known of sending the request again, where the code alone does not say: see {@link MeshError.verdict}. */
  verdict?: 'stop' | 'go' | undefined
  /** What its answer says besides. */
  extra?: ErrorExtra | undefined
}

/** What the answer of an error says besides what all say: to whomever reads it. */
export interface ErrorExtra {
  readonly headers: Readonly<Record<string, string>>
  /** Of the problem. */
  readonly members: Readonly<Record<string, unknown>>
}

/** Thrown by the mesh, never on behalf of an application. `code` is one of {@link MeshErrorCode}. */
export class MeshError extends Error {
  override readonly name = 'MeshError'
  readonly code: MeshErrorCode
  /** The service whose call failed, the revision of its record and the trace of the call, where they are known. */
  readonly service: string | undefined
  readonly revision: string | undefined
  readonly traceId: string | undefined
  readonly retryAfterMs: number | undefined
  /** `stop`: another attempt is not ours to make. `go`: nothing was processed, so any method may be sent again. */
  readonly verdict: 'stop' | 'go' | undefined
  readonly extra: ErrorExtra | undefined
  private readonly retryable: boolean | undefined

  constructor(code: MeshErrorCode, message: string, options: MeshErrorOptions = {}) {
    const { cause, service, revision, traceId, retryAfterMs, verdict, extra } = options
    super(withoutUserinfo(message), cause === undefined ? undefined : { cause })
    this.code = code
    this.service = service
    this.revision = revision
    this.traceId = traceId
    this.retryAfterMs = retryAfterMs
    this.verdict = verdict
    this.extra = extra
    this.retryable = 'retryable' in options ? options.retryable : (MEANINGS[code] as Meaning).retryable
  }

  /** What it means in HTTP. */
  get meaning(): Meaning {
    return { ...MEANINGS[this.code], retryable: this.retryable }
  }

  /** Says of which call it is. False where that was said before: it is handed on, and stays what it was. */
  ofCall(service: string | undefined, revision: string | undefined, traceId: string): boolean {
    if (this.traceId !== undefined) return false
    Object.assign(this, { service: service ?? this.service, revision, traceId })
    return true
  }
}

/**
 * An error of a call that a handler made, as the answer of that handler: what else the handler did before, nobody knows.
 * So it is no longer said to be safe to send again.
 */
export function handedOn<Thrown>(error: Thrown): Thrown | MeshError {
  if (!(error instanceof MeshError) || error.meaning.retryable !== true) return error
  const { code, message, cause, service, revision, traceId, retryAfterMs } = error
  return new MeshError(code, message, { cause, service, revision, traceId, retryAfterMs, retryable: undefined })
}
