/** Turns mesh errors into answers: problem+json (RFC 9457), or an error of gRPC or Connect where the caller speaks it. */
import type { MeshError } from '../../core/errors.ts'
import { ERROR, RETRYABLE } from '../answer/fates.ts'
import { isGrpc, PROXY_STATUS, RETRY_AFTER, rpcType } from '../headers.ts'
import { connectError } from './connect-error.ts'
import { proxyStatus } from './proxy-status.ts'
import { toldOf } from './told.ts'

export interface ProblemFacts {
  /** Is the caller trusted? Only then it reads the message of the error. Default: no. */
  isTrusted?: boolean | undefined
  /** Who called the service, where that is known. */
  caller?: string | undefined
  /** A sentence to add to what the error says. */
  note?: string | undefined
}

/** The gRPC status for each HTTP status of a mesh error: invalid argument, not found, unavailable, deadline exceeded … */
const GRPC_STATUS_OF: Record<number, number> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  408: 4,
  413: 8,
  414: 8,
  429: 8,
  431: 8,
  501: 12,
  503: 14,
  504: 4,
  508: 9,
}

/** The answer for an error. `selvedge-error` and `proxy-status` say that the mesh made it, not the service. */
export function problemResponse(error: MeshError, request: Request, facts: ProblemFacts = {}): Response {
  const { status, proxyError, retryable } = error.meaning
  const { isTrusted = false, caller, note } = facts
  const told = toldOf(error, isTrusted)
  const said = note === undefined ? told : `${told} ${note}`
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    [ERROR]: error.code,
    [PROXY_STATUS]: proxyStatus({ error: proxyError, details: said }),
    ...error.extra?.headers,
  }
  // RFC 9110 §11.6.1: a 401 says how to say who one is; RFC 6750 §3: without a code where nothing was said.
  if (error.code === 'caller_unknown') headers['www-authenticate'] ??= 'Bearer'
  if (retryable !== undefined) headers[RETRYABLE] = String(retryable)
  // RFC 9110 §10.2.3: whole seconds. Rounded up, so that nobody comes back too early.
  if (error.retryAfterMs !== undefined) headers[RETRY_AFTER] = String(Math.ceil(error.retryAfterMs / 1000))

  if (isGrpc(request.headers)) {
    headers['content-type'] = rpcType(request.headers) ?? 'application/grpc'
    headers['grpc-status'] = String(GRPC_STATUS_OF[status] ?? 13)
    // The gRPC specification: percent-encoded.
    headers['grpc-message'] = encodeURIComponent(said.toWellFormed()).replaceAll('%20', ' ')
    return new Response(null, { status: 200, headers })
  }

  const connect = connectError(request.headers, status, said)
  if (connect) {
    headers['content-type'] = connect.contentType
    return new Response(connect.body, { status: connect.status, headers })
  }

  headers['content-type'] = 'application/problem+json'
  // A browser must not show it as a page, whatever its text looks like.
  headers['x-content-type-options'] = 'nosniff'
  const body = JSON.stringify({
    type: `urn:selvedge:problem:${error.code}`,
    // The same for every occurrence: the code as words.
    title: error.code.replaceAll('_', ' '),
    status,
    detail: said,
    code: error.code,
    service: error.service,
    caller,
    revision: error.revision,
    traceId: error.traceId,
    ...error.extra?.members,
  })
  return new Response(request.method === 'HEAD' ? null : body, { status, headers })
}
