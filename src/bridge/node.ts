/** A handler as a listener of Node's http server: Cloud Run, containers, Azure's custom handlers, a machine of one's own. */
import { MeshError } from '../core/errors.ts'
import type { Handler } from '../mesh/serve.ts'
import { HOP_BY_HOP } from '../wire/hop-by-hop.ts'
import { problemResponse } from '../wire/problem/problem.ts'
import { kept } from './context.ts'
import { type NodeRequest, nodeRequest } from './node-request.ts'
import { pour, type Sink } from './pour.ts'

/** As much of `ServerResponse` as is needed. */
export interface NodeAnswer extends Sink {
  statusCode: number
  setHeader(name: string, value: string | string[]): unknown
  flushHeaders(): void
  readonly writableFinished: boolean
}

/**
 * For `createServer` of `node:http` and `node:https`. `request.signal` aborts when the client leaves; content streams both ways.
 * What is given to `ctx.waitUntil` goes on after the answer, as long as the process does.
 *
 * @param handler of `mesh.serve`, which answers and logs whatever is thrown.
 * @param env what the handler gets as its environment. Default: nothing.
 * @example createServer(nodeListener(mesh.serve({ fetch: () => new Response('hello') }))).listen(8080)
 */
export function nodeListener<Env>(handler: Handler<Env>, env = {} as Env): (from: NodeRequest, to: NodeAnswer) => void {
  return function listener(from, to) {
    const left = new AbortController()
    to.once('close', () => {
      if (!to.writableFinished) left.abort()
    })
    // Without a listener, what befalls a connection would end the process.
    to.on('error', () => {})
    let request: Request
    try {
      request = nodeRequest(from, left.signal)
    } catch {
      // As Node itself answers what it cannot read.
      to.statusCode = 400
      to.end()
      return
    }
    answered(handler, request, env)
      .then((answer) => write(answer, request.method, to))
      // A header or status that Node does not take: nothing has gone out yet, and half an answer is none.
      .catch(() => to.destroy())
  }
}

async function answered<Env>(handler: Handler<Env>, request: Request, env: Env): Promise<Response> {
  try {
    return await handler.fetch(request, env, kept().ctx)
  } catch (cause) {
    return problemResponse(new MeshError('internal', 'The handler failed.', { cause }), request)
  }
}

async function write({ status, headers, body }: Response, method: string, to: NodeAnswer): Promise<void> {
  to.statusCode = status
  for (const [name, value] of headers) {
    if (name !== 'set-cookie' && !HOP_BY_HOP.has(name)) to.setHeader(name, value)
  }
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) to.setHeader('set-cookie', cookies)
  if (!body || method === 'HEAD') {
    body?.cancel().catch(() => {})
    to.end()
    return
  }
  // A stream may be long in beginning: that it is there is told at once.
  to.flushHeaders()
  await pour(body, to)
}
