/** What can go wrong in the mesh itself: one class, a closed list of codes, one table of what each means in HTTP. */

interface Meaning {
  /** HTTP status of the answer. */
  readonly status: number
  /** The RFC 9209 proxy error type that says the same. */
  readonly proxyError: string
  /** RFC 9457 title: the same for every occurrence. */
  readonly title: string
  /** gRPC status code, for callers that speak it. */
  readonly grpcStatus: number
  /** Would sending the same request again, elsewhere or later, be both safe and of use? Left out where nobody knows. */
  readonly retryable?: boolean
}

/** Status and RFC 9209 error of each code: section 5 of docs/errors.md is printed from here. */
export const MEANINGS = {
  service_not_named: meaning(400, 'http_request_error', 'No service is named', 3, false),
  service_not_found: meaning(404, 'destination_not_found', 'Service not found', 5, false),
  route_not_found: meaning(404, 'destination_not_found', 'Route not found', 5, false),
  record_invalid: meaning(500, 'proxy_configuration_error', 'Service record not understood', 13, false),
  internal: meaning(500, 'proxy_internal_error', 'Internal error', 13),
  no_endpoint: meaning(503, 'destination_unavailable', 'No endpoint to send to', 14),
  endpoint_unreachable: meaning(503, 'connection_terminated', 'Endpoint did not answer', 14),
  registry_unavailable: meaning(503, 'proxy_internal_error', 'Registry unavailable', 14, true),
  deadline_exceeded: meaning(504, 'http_response_timeout', 'Deadline exceeded', 4, false),
  deadline_insufficient: meaning(504, 'http_response_timeout', 'Not enough time left', 4, false),
  attempt_timed_out: meaning(504, 'http_response_timeout', 'Attempt timed out', 4),
  loop_detected: meaning(508, 'proxy_loop_detected', 'Loop detected', 9, false),
} as const satisfies Record<string, Meaning>

/** Every code of a {@link MeshError}. */
export type MeshErrorCode = keyof typeof MEANINGS

export interface MeshErrorOptions {
  cause?: unknown
  /** The service that was called, by its logical name. */
  service?: string | undefined
  /** The revision of the record that was obeyed. */
  revision?: string | undefined
}

/** Thrown by the mesh, never on behalf of an application. `code` is one of {@link MeshErrorCode}. */
export class MeshError extends Error {
  override readonly name = 'MeshError'
  readonly code: MeshErrorCode
  readonly service: string | undefined
  readonly revision: string | undefined

  constructor(code: MeshErrorCode, message: string, { cause, service, revision }: MeshErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.service = service
    this.revision = revision
  }

  /** The HTTP status that says it. */
  get status(): number {
    return MEANINGS[this.code].status
  }
}

function meaning(status: number, proxyError: string, title: string, grpcStatus: number, retryable?: boolean): Meaning {
  return retryable === undefined
    ? { status, proxyError, title, grpcStatus }
    : { status, proxyError, title, grpcStatus, retryable }
}
