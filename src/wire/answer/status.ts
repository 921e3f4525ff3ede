/** What status an answer has, whatever protocol tells it. */
import { MEANINGS, type MeshErrorCode } from '../../core/errors.ts'
import { GRPC_STATUS, type HeaderSource, isGrpc } from '../headers.ts'
import { ERROR } from './fates.ts'

/** The HTTP status of each gRPC code from 0 on, as google/rpc/code.proto maps them; Connect's protocol has the same. */
const HTTP_STATUS_OF = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401]

/** A code that nobody knows is UNKNOWN (the gRPC specification). */
const UNKNOWN = 500

/**
 * The status of an answer. One of gRPC or gRPC-Web that is trailers alone has it in the headers of a 200, and is read as the
 * HTTP status that says the same; any other is what it is. Errors behind content (of a stream, or in the last frame of
 * gRPC-Web) are not looked for. Connect tells those of unary calls by the HTTP status itself.
 *
 * @param request the headers that were sent: an answer is looked into only where they speak gRPC.
 */
export function statusOf(response: Response, request: HeaderSource | undefined): number {
  const { status } = response
  return status === 200 && request !== undefined && isGrpc(request) ? grpcStatus(response.headers) : status
}

function grpcStatus(headers: Headers): number {
  const code = headers.get(GRPC_STATUS)
  if (code === null) return 200
  // gRPC has fewer words than a mesh has errors: one from a mesh beneath is read as what it means there.
  const error = headers.get(ERROR)
  if (error !== null && Object.hasOwn(MEANINGS, error)) return MEANINGS[error as MeshErrorCode].status
  return HTTP_STATUS_OF[/^\d{1,2}$/.test(code) ? Number(code) : -1] ?? UNKNOWN
}
