/** The names of headers, each once. Those that the mesh writes on answers alone are in `answer/fates.ts`. */

/** The prefix of the mesh's own headers, and what servers that make variables of headers (CGI, WSGI) take for it. */
export const PREFIX = 'selvedge-'
const READ_AS_PREFIX = 'selvedge_'

/** Is it one of the mesh's own? Those of a request are never copied to the next hop. */
export function isOwn(name: string): boolean {
  return name.startsWith(PREFIX) || name.startsWith(READ_AS_PREFIX)
}

export const TIMEOUT_MS = 'selvedge-timeout-ms'
export const RETRY_ALLOWANCE = 'selvedge-retry-allowance'
export const ATTEMPT = 'selvedge-attempt'
/** How often a queue has brought a request, this time included. */
export const DELIVERY_ATTEMPT = 'selvedge-delivery-attempt'
export const PRIORITY = 'selvedge-priority'
export const EXPLAIN = 'selvedge-explain'
export const REVISION = 'selvedge-revision'
export const MIN_REVISION = 'selvedge-min-revision'
/** Looked at where one of the three before it is there. */
export const GRANT = 'selvedge-grant'
/** Said by a mesh that a binding trusts, to members alone. */
export const CALLER = 'selvedge-caller'
/** A signed token that says who calls whom (`identity.ts`). It goes to members alone. */
export const IDENTITY = 'selvedge-identity'

export const TRACEPARENT = 'traceparent'
export const TRACESTATE = 'tracestate'
export const BAGGAGE = 'baggage'

export const CDN_LOOP = 'cdn-loop'
export const VIA = 'via'
export const PROXY_STATUS = 'proxy-status'
export const FORWARDED_HOST = 'x-forwarded-host'
export const IDEMPOTENCY_KEY = 'idempotency-key'
export const RETRY_AFTER = 'retry-after'
export const SERVER_TIMING = 'server-timing'

export const GRPC_TIMEOUT = 'grpc-timeout'
export const GRPC_STATUS = 'grpc-status'
export const GRPC_PREVIOUS_ATTEMPTS = 'grpc-previous-rpc-attempts'
export const CONNECT_TIMEOUT_MS = 'connect-timeout-ms'

export const CONNECT_VERSION = 'connect-protocol-version'
export const UPGRADE = 'upgrade'
export const CONTENT_TYPE = 'content-type'

/** What headers are read from: a Headers object, or a copy of the few that the mesh reads. */
export interface HeaderSource {
  get(name: string): string | null
  /** Does it speak gRPC? 0 no, 1 gRPC-Web, 2 gRPC as such. Not there where nobody has looked yet. */
  readonly grpc?: 0 | 1 | 2
}

/** The same, of a content type. */
export function grpcOf(type: string): 0 | 1 | 2 {
  if (!GRPC.test(type)) return 0
  return NATIVE_GRPC.test(type) ? 2 : 1
}

/** Does the request speak gRPC or gRPC-Web? */
export function isGrpc(headers: HeaderSource): boolean {
  if (headers.grpc !== undefined) return headers.grpc > 0
  const type = headers.get(CONTENT_TYPE)
  return type !== null && GRPC.test(type)
}

/** The content type of a gRPC or Connect request, without parameters. `undefined` for any other request. */
export function rpcType(headers: HeaderSource): string | undefined {
  return RPC_TYPE.exec(headers.get(CONTENT_TYPE)?.toLowerCase() ?? '')?.[0]
}

/** Does the request speak native gRPC, which has its status in trailers? gRPC-Web has it in the body. */
export function isNativeGrpc(headers: HeaderSource): boolean {
  if (headers.grpc !== undefined) return headers.grpc > 1
  const type = headers.get(CONTENT_TYPE)
  return type !== null && NATIVE_GRPC.test(type)
}

const GRPC = /^application\/grpc/i
/** A content type of gRPC or Connect, without its parameters. */
const RPC_TYPE = /^application\/(grpc(-web(-text)?)?|connect)(\+[a-z0-9.-]+)?(?=[;\s]|$)/
/** `application/grpc`, with or without a codec such as `+proto`. */
const NATIVE_GRPC = /^application\/grpc(?![^+;\s])/i
