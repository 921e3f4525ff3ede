/** The status of an answer, in HTTP or in gRPC. */
import { MEANINGS, type MeshErrorCode } from '../../core/errors.ts'
import { GRPC_STATUS, type HeaderSource, isGrpc } from '../headers.ts'
import { ERROR } from './fates.ts'

/** The HTTP status of each gRPC code, from 0 on (google/rpc/code.proto; Connect maps them the same way). */
const HTTP_STATUS_OF = [200, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401]

/** The status of an unknown gRPC code: it counts as UNKNOWN (the gRPC specification). */
const UNKNOWN = 500

/**
 * A gRPC or gRPC-Web error without content is a 200 with `grpc-status` in its headers: it counts as the HTTP status of the same
 * meaning. An error after content (at the end of a stream, or in the last frame of gRPC-Web) is not looked for. Connect uses the
 * HTTP status itself for unary calls.
 *
 * @param request the headers that were sent. A gRPC status is looked for only where they speak gRPC.
 */
export function statusOf(response: Response, request: HeaderSource | undefined): number {
  const { status } = response
  return status === 200 && request !== undefined && isGrpc(request) ? grpcStatus(response.headers) : status
}

function grpcStatus(headers: Headers): number {
  const code = headers.get(GRPC_STATUS)
  if (code === null) return 200
  // gRPC has fewer codes than the mesh has errors. An error of a mesh beneath counts with its own status.
  const error = headers.get(ERROR)
  if (error !== null && Object.hasOwn(MEANINGS, error)) return MEANINGS[error as MeshErrorCode].status
  return HTTP_STATUS_OF[/^\d{1,2}$/.test(code) ? Number(code) : -1] ?? UNKNOWN
}
