/** Answers of native gRPC lose their status on the way: says so, rather than pass on what no client can read. */

import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { GRPC_STATUS, type HeaderSource, isNativeGrpc } from '../../wire/headers.ts'

interface NativeGrpcNeeds {
  /** Of this request. */
  readonly headers: HeaderSource
}

/** Is there something to do for `nativeGrpc`? */
export function isOfNativeGrpc({ headers }: NativeGrpcNeeds): boolean {
  return isNativeGrpc(headers)
}

/**
 * Above retry: the endpoint did answer, and would answer so again. gRPC tells the status in the trailers of HTTP/2, which the
 * platform has in neither direction; an answer of trailers alone has it in its headers, and passes.
 */
export const nativeGrpc = observer<NativeGrpcNeeds>('nativeGrpc', {
  answered: (response, context) => (isOfNativeGrpc(context) ? readable(response) : response),
})

function readable(response: Response): Response {
  const { status, headers, body } = response
  if (status !== 200 || !isNativeGrpc(headers) || headers.get(GRPC_STATUS) !== null) return response
  // Nobody reads it; that it may be broken off already changes nothing.
  body?.cancel().catch(() => {})
  throw new MeshError(
    'protocol_unsupported',
    'Native gRPC needs the trailers of HTTP/2, which do not pass here: use gRPC-Web or Connect.',
  )
}
