/** Writes what the next hop must know, and keeps back what must not travel on. */
import type { Clock } from '../core/clock.ts'
import { type Deadline, remaining } from '../core/deadline.ts'
import type { Target } from '../core/endpoint.ts'
import type { Filter } from '../core/service.ts'
import type { Trace } from '../core/span.ts'
import { DEADLINE_HEADERS, writeTimeout } from '../wire/deadline.ts'
import {
  ATTEMPT,
  BAGGAGE,
  CDN_LOOP,
  FORWARDED_HOST,
  GRPC_PREVIOUS_ATTEMPTS,
  isGrpc,
  PREFIX,
  RETRY_ALLOWANCE,
  TRACEPARENT,
  TRACESTATE,
} from '../wire/headers.ts'
import { hopByHopNames, isHopByHop, nominated } from '../wire/hop-by-hop.ts'
import { traceparent } from '../wire/traceparent.ts'
import { loopOf, nextLoop } from '../wire/via.ts'

interface Needs {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly trace: Trace
  readonly hops: number
  readonly name: string
  readonly attempt: { readonly number: number }
  readonly lent: number
  readonly endpoint: { readonly target: Target }
}

/** Headers of a request, as the transport takes them: a plain object costs less than a Headers of its own. */
export type OutgoingHeaders = Record<string, string>

/** Last: it writes what is left of the deadline as the request leaves. */
export const propagate: Filter<Needs, { headers: OutgoingHeaders }> = async function propagate(request, context, next) {
  const response = await next(request, { headers: outgoing(request, context) })
  return withoutHopByHop(response)
}

function outgoing(request: Request, context: Needs): OutgoingHeaders {
  const { trace, hops, attempt } = context
  const headers: OutgoingHeaders = {}
  let connection: string | undefined
  request.headers.forEach((value, name) => {
    if (name === 'connection') connection = value
    if (!isKeptBack(name)) headers[name] = value
  })
  if (connection !== undefined) for (const name of nominated(connection)) delete headers[name]
  // The one hop-by-hop header a transport must see: without it no WebSocket is opened.
  if (request.headers.get('upgrade')?.toLowerCase() === 'websocket') headers.upgrade = 'websocket'

  writeTimeout(remaining(context.deadline, context.clock), request.headers, (name, value) => {
    headers[name] = value
  })
  headers[RETRY_ALLOWANCE] = String(context.lent)
  headers[ATTEMPT] = String(attempt.number)
  headers[TRACEPARENT] = traceparent(trace.traceId, trace.spanId, trace.flags)
  if (trace.state !== undefined) headers[TRACESTATE] = trace.state
  if (trace.baggage !== undefined) headers[BAGGAGE] ??= trace.baggage
  const loop = headers[CDN_LOOP]
  headers[CDN_LOOP] = loop === undefined ? loopOf(hops) : nextLoop(loop)
  // A URL endpoint sees its own authority: the platform sets Host from the URL.
  if (context.endpoint.target.kind === 'url') headers[FORWARDED_HOST] = context.name
  if (attempt.number > 1 && isGrpc(request.headers)) headers[GRPC_PREVIOUS_ATTEMPTS] = String(attempt.number - 1)
  return headers
}

/** Is this header of the last hop, or one that is written anew for each? */
function isKeptBack(name: string): boolean {
  return (
    isHopByHop(name) ||
    name.startsWith(PREFIX) ||
    DEADLINE_HEADERS.has(name) ||
    name === 'host' ||
    name === TRACEPARENT ||
    name === TRACESTATE
  )
}

/** The response itself where nothing has to go, since to make one anew costs. */
function withoutHopByHop(response: Response): Response {
  const names = hopByHopNames(response.headers)
  // A switched protocol is the connection's own affair; and a status out of range cannot be made anew.
  if (names.length === 0 || response.status < 200 || response.status > 599) return response
  const answer = new Response(response.body, response)
  for (const name of names) answer.headers.delete(name)
  return answer
}
