/** Mesh errors for callers that speak Connect (connectrpc.com/docs/protocol): as JSON, or as the end of a stream. */
import { CONNECT_VERSION, CONTENT_TYPE, type HeaderSource, rpcType } from '../headers.ts'

/** Connect's code for each HTTP status of a mesh error. The same as in gRPC. */
const CODE_OF: Record<number, string> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  408: 'deadline_exceeded',
  413: 'resource_exhausted',
  414: 'resource_exhausted',
  429: 'resource_exhausted',
  431: 'resource_exhausted',
  501: 'unimplemented',
  503: 'unavailable',
  504: 'deadline_exceeded',
  508: 'failed_precondition',
}

/** The flag of an envelope: it ends the stream. */
const END_STREAM = 0b10

export interface ConnectError {
  readonly status: number
  readonly contentType: string
  readonly body: string | Uint8Array<ArrayBuffer>
}

/** `undefined` where the request does not speak Connect. */
export function connectError(request: HeaderSource, status: number, message: string): ConnectError | undefined {
  const type = request.get(CONTENT_TYPE)?.toLowerCase() ?? ''
  const error = { code: CODE_OF[status] ?? 'internal', message: message.toWellFormed() }
  if (type.startsWith('application/connect+')) {
    // A stream always has status 200.
    const contentType = rpcType(request) ?? 'application/connect+json'
    return { status: 200, contentType, body: envelope(JSON.stringify({ error })) }
  }
  if (request.get(CONNECT_VERSION) === null) return undefined
  return { status, contentType: 'application/json', body: JSON.stringify(error) }
}

/** One byte of flags, four bytes of length, then the message. */
function envelope(message: string): Uint8Array<ArrayBuffer> {
  const bytes = new TextEncoder().encode(message)
  const enveloped = new Uint8Array(5 + bytes.length)
  enveloped[0] = END_STREAM
  new DataView(enveloped.buffer).setUint32(1, bytes.length)
  enveloped.set(bytes, 5)
  return enveloped
}
