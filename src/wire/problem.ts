/** Mesh errors as answers: problem+json (RFC 9457), or trailers-only where the caller speaks gRPC. */
import { MEANINGS, type MeshError } from '../core/errors.ts'
import { ERROR, isGrpc, PROXY_STATUS, RETRYABLE } from './headers.ts'
import { proxyStatus } from './proxy-status.ts'

export interface ProblemFacts {
  /** The service that was called. */
  service?: string | undefined
  /** The revision of the record that was obeyed. */
  revision?: string | undefined
  /** 32 hex digits. */
  traceId?: string | undefined
}

/** The answer that says what went wrong. It is the mesh's own: `selvedge-error` and `proxy-status` say so. */
export function problemResponse(error: MeshError, request: Request, facts: ProblemFacts = {}): Response {
  const { status, proxyError, title, grpcStatus, retryable } = MEANINGS[error.code] as (typeof MEANINGS)['internal'] & {
    retryable?: boolean
  }
  const headers: Record<string, string> = {
    [ERROR]: error.code,
    [PROXY_STATUS]: proxyStatus({ error: proxyError, details: error.message }),
  }
  if (retryable !== undefined) headers[RETRYABLE] = String(retryable)

  if (isGrpc(request.headers)) {
    headers['content-type'] = request.headers.get('content-type') as string
    headers['grpc-status'] = String(grpcStatus)
    // gRPC: percent-encoded, so that a header can hold it.
    headers['grpc-message'] = encodeURIComponent(error.message).replaceAll('%20', ' ')
    return new Response(null, { status: 200, headers })
  }

  headers['content-type'] = 'application/problem+json'
  headers['cache-control'] = 'no-store'
  const body = JSON.stringify({
    type: `urn:selvedge:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    service: facts.service ?? error.service,
    revision: facts.revision ?? error.revision,
    traceId: facts.traceId,
  })
  return new Response(request.method === 'HEAD' ? null : body, { status, headers })
}
