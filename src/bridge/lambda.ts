/** A handler as a Lambda function: whole, or streaming its answer. */
import { deadlineIn } from '../core/deadline.ts'
import { systemClock } from '../core/time/clock.ts'
import { hold } from '../mesh/afterwork.ts'
import type { Handler } from '../mesh/serve.ts'
import { writtenContent } from '../targets/content.ts'
import { HOP_BY_HOP } from '../wire/hop-by-hop.ts'
import { kept } from './context.ts'
import { ANSWER_RESERVE_MS, assertEvent, eventRequest, type LambdaContext, type LambdaEvent } from './event-request.ts'
import { pour, type Sink } from './pour.ts'

/** Status and headers of an answer, before its content. */
interface LambdaPrelude {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
}

/** What a function gives back, in payload format 2.0. */
export interface LambdaResult extends LambdaPrelude {
  readonly body: string
  readonly isBase64Encoded: boolean
}

/** What Lambda's runtime for Node has for functions that stream: the global `awslambda`. */
export interface LambdaRuntime {
  streamifyResponse<Streaming>(run: Streaming): Streaming
  readonly HttpResponseStream: { from(stream: Sink, prelude: LambdaPrelude): Sink }
}

/** The mesh names itself so in the events that it calls functions with; Amazon's own ids are random. */
const BY_MESH = 'selvedge'

/**
 * For function URLs, HTTP APIs and `lambda` endpoints of records. Content is had whole, 6 MB at most each way. The caller's deadline
 * counts, and the time that the function has left. What is given to `ctx.waitUntil` is waited for, 1 s at most: Lambda stops the
 * function when it has answered.
 *
 * @param handler of `mesh.serve`, which answers and logs whatever is thrown.
 * @param env what the handler gets as its environment. Default: nothing.
 * @example export const handler = lambdaHandler(mesh.serve({ fetch: () => new Response('hello') }))
 */
export function lambdaHandler<Env>(
  handler: Handler<Env>,
  env = {} as Env,
): (event: LambdaEvent, context: LambdaContext) => Promise<LambdaResult> {
  return async function lambda(event, context) {
    const request = requestOf(event, context)
    if (!request) return { statusCode: 400, headers: {}, cookies: [], body: '', isBase64Encoded: false }
    const { ctx, works } = kept(propsOf(event))
    const response = await handler.fetch(request, env, ctx)
    const isHead = request.method === 'HEAD'
    if (isHead) response.body?.cancel().catch(() => {})
    const bytes = isHead ? new Uint8Array() : new Uint8Array(await response.arrayBuffer())
    await ended(works, context)
    const { text, isBase64 } = writtenContent(bytes, response.headers)
    return { ...preludeOf(response), body: text, isBase64Encoded: isBase64 }
  }
}

/**
 * The same for functions whose answers stream (`InvokeMode: RESPONSE_STREAM`, and `"invocation": "stream"` in a record).
 *
 * @param runtime Lambda's own. Default: the global `awslambda`.
 * @throws {TypeError} where there is none.
 */
export function lambdaStream<Env>(
  handler: Handler<Env>,
  env = {} as Env,
  runtime = (globalThis as { awslambda?: LambdaRuntime }).awslambda,
): (event: LambdaEvent, stream: Sink, context: LambdaContext) => Promise<void> {
  if (!runtime) throw new TypeError('lambdaStream needs the global awslambda, which only Lambda has.')
  return runtime.streamifyResponse(async (event: LambdaEvent, stream: Sink, context: LambdaContext) => {
    const request = requestOf(event, context)
    const { ctx, works } = kept(propsOf(event))
    const response = request ? await handler.fetch(request, env, ctx) : new Response(null, { status: 400 })
    const to = runtime.HttpResponseStream.from(stream, preludeOf(response))
    const { body } = response
    if (body && request?.method !== 'HEAD') await pour(body, to)
    else {
      body?.cancel().catch(() => {})
      // Status and headers go out with the first bytes, though there are none.
      to.write('')
      to.end()
    }
    await ended(works, context)
  })
}

/**
 * Was the function called by its Invoke API, as a mesh does it? Whoever may do that was let in by IAM (`lambda:InvokeFunction`), so
 * where that is the mesh alone, what it says of its caller can be believed: `mesh.serve(handler, { trust: invokedByMesh })`.
 * Events of function URLs and of API Gateway are never taken for it.
 */
export function invokedByMesh(_request: Request, ctx: { readonly props?: unknown }): boolean {
  return (ctx.props as { invokedBy?: unknown } | undefined)?.invokedBy === BY_MESH
}

/** Waits for what was left to be done, and not for so long that the answer would be late. */
function ended(works: readonly Promise<unknown>[], context: LambdaContext): Promise<void> {
  const left = Math.max(0, context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS / 2)
  return hold(works, systemClock, deadlineIn(left, systemClock), [])
}

function propsOf({ requestContext: { apiId } }: LambdaEvent): object {
  return apiId === BY_MESH ? { invokedBy: BY_MESH } : {}
}

/**
 * `undefined` for a path, host or method of which no request can be made: that is the caller's fault, not the function's.
 *
 * @throws {TypeError} for an event of another format.
 */
function requestOf(event: LambdaEvent, context: LambdaContext): Request | undefined {
  assertEvent(event)
  try {
    return eventRequest(event, context)
  } catch {
    return undefined
  }
}

function preludeOf({ status, headers }: Response): LambdaPrelude {
  const told: Record<string, string> = {}
  headers.forEach((value, name) => {
    // Lambda writes the length of what it sends.
    if (name !== 'set-cookie' && name !== 'content-length' && !HOP_BY_HOP.has(name)) told[name] = value
  })
  return { statusCode: status, headers: told, cookies: headers.getSetCookie() }
}
