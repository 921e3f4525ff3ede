/** An event of payload format 2.0 as a `Request`: function URLs, HTTP APIs, and what a mesh calls a function with. */
import { fromBase64 } from '../targets/base64.ts'
import { TIMEOUT_MS } from '../wire/headers.ts'

/** As much of the format as says something of the request. */
export interface LambdaEvent {
  readonly rawPath: string
  readonly rawQueryString?: string
  readonly cookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string | undefined>>
  readonly requestContext: {
    readonly apiId?: string
    readonly domainName?: string
    readonly stage?: string
    readonly http: { readonly method: string }
  }
  readonly body?: string
  readonly isBase64Encoded?: boolean
}

/** As much of the context of an invocation as is needed. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number
}

/** Kept of a function's time for the answer, in milliseconds: what Lambda ends says nothing to its caller. */
export const ANSWER_RESERVE_MS = 100
const BODILESS = new Set(['GET', 'HEAD'])

/** @throws {TypeError} for an event of another format: they are the business of `hono/aws-lambda`, with the middleware of `selvedge/hono`. */
export function assertEvent(event: LambdaEvent): void {
  if (typeof event?.rawPath === 'string' && typeof event.requestContext?.http?.method === 'string') return
  const version = (event as { version?: unknown } | undefined)?.version
  throw new TypeError(`The event is none of payload format 2.0: its version is ${JSON.stringify(version)}.`)
}

/** @throws {TypeError} for a path, host, method or header of which no `Request` can be made. */
export function eventRequest(event: LambdaEvent, context: LambdaContext): Request {
  const { requestContext, rawQueryString = '', body = '', isBase64Encoded = false } = event
  const { method } = requestContext.http
  const headers = headersOf(event)
  // A caller's own deadline counts where it is shorter: of several the least does.
  headers.append(TIMEOUT_MS, String(Math.max(0, Math.floor(context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS))))
  const host = requestContext.domainName ?? headers.get('host') ?? 'localhost'
  const query = rawQueryString === '' ? '' : `?${rawQueryString}`
  const init: RequestInit = { method, headers }
  if (body !== '' && !BODILESS.has(method)) init.body = isBase64Encoded ? fromBase64(body) : body
  return new Request(`https://${host}${pathOf(event, host)}${query}`, init)
}

/** An HTTP API puts its stage before the path, at its own address: rules of the function's record know nothing of that. */
function pathOf({ rawPath, requestContext: { stage = '$default' } }: LambdaEvent, host: string): string {
  const hasStage = host.includes('.execute-api.') && (rawPath === `/${stage}` || rawPath.startsWith(`/${stage}/`))
  const path = hasStage ? rawPath.slice(stage.length + 1) : rawPath
  // It may come decoded, and the query stands elsewhere.
  return path.replaceAll('?', '%3F').replaceAll('#', '%23') || '/'
}

function headersOf({ headers = {}, cookies }: LambdaEvent): Headers {
  const made = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) made.set(name, byteText(value))
  }
  if (cookies?.length) made.set('cookie', byteText(cookies.join('; ')))
  return made
}

/** Text beyond Latin-1 as the bytes that were on the wire, which is what a header holds. */
function byteText(value: string): string {
  if (!/[^\0-\xff]/.test(value)) return value
  return Array.from(new TextEncoder().encode(value), (byte) => String.fromCharCode(byte)).join('')
}
