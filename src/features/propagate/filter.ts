/** Writes what the next hop must know, and keeps back what must not travel on. */

import { type Deadline, remaining } from '../../core/deadline.ts'
import type { Traits } from '../../core/endpoint.ts'
import { observer } from '../../core/engine/observer.ts'
import type { Priority } from '../../core/priority.ts'
import type { Trace } from '../../core/span.ts'
import type { Clock } from '../../core/time/clock.ts'
import { remade } from '../../wire/answer/remade.ts'
import { type Seen, seen } from '../../wire/answer/seen.ts'
import { writeTimeout } from '../../wire/deadline.ts'
import {
  ATTEMPT,
  BAGGAGE,
  CDN_LOOP,
  FORWARDED_HOST,
  GRPC_PREVIOUS_ATTEMPTS,
  isGrpc,
  RETRY_ALLOWANCE,
  TRACEPARENT,
  TRACESTATE,
  UPGRADE,
} from '../../wire/headers.ts'
import type { PickedHeaders } from '../../wire/picked.ts'
import { writePriority } from '../../wire/priority.ts'
import { traceparent } from '../../wire/traceparent.ts'
import { loopOf, nextLoop } from '../../wire/via.ts'

interface Needs {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly trace: Trace
  readonly hops: number
  readonly name: string
  /** Of this request. */
  readonly headers: PickedHeaders
  readonly attempt: { readonly number: number }
  readonly lent: number
  readonly priority: Priority
  readonly endpoint: { readonly traits: Pick<Traits, 'hasOwnHost'> }
}

interface Gives {
  readonly outgoing: Headers
  /** Where it stands over one that has looked at the answer already. */
  readonly seen: Seen
}

/** Beneath all that waits: it writes what is left of the deadline as the request leaves. */
export const propagate = observer<Needs, Gives>('propagate', {
  enter(_request, context) {
    context.outgoing = outgoing(context)
  },
  answered: (response, context) => withoutHopByHop(response, context.seen ?? seen(response.headers)),
})

/** One Headers an attempt: what is passed on, and what the next hop must know. */
function outgoing(context: Needs) {
  const { clock, deadline, trace, hops, name, headers, attempt, lent, priority, endpoint } = context
  // The first attempt takes what was copied when the headers were picked; another one starts from it.
  const out = attempt.number === 1 ? headers.passedOn : new Headers(headers.passedOn)
  // The one hop-by-hop header a transport must see: without it no WebSocket is opened.
  if (headers.get(UPGRADE)?.toLowerCase() === 'websocket') out.set(UPGRADE, 'websocket')

  writeTimeout(remaining(deadline, clock), headers, out)
  out.set(RETRY_ALLOWANCE, String(lent))
  writePriority(priority, out)
  out.set(ATTEMPT, String(attempt.number))
  out.set(TRACEPARENT, traceparent(trace.traceId, trace.spanId, trace.flags))
  if (trace.state !== undefined) out.set(TRACESTATE, trace.state)
  else if (headers.get(TRACESTATE) !== null) out.delete(TRACESTATE)
  if (trace.baggage !== undefined && headers.get(BAGGAGE) === null) out.set(BAGGAGE, trace.baggage)
  const loop = headers.get(CDN_LOOP)
  out.set(CDN_LOOP, loop === null ? loopOf(hops) : nextLoop(loop))
  // The name that was called is lost on the way.
  if (endpoint.traits.hasOwnHost) out.set(FORWARDED_HOST, name)
  else if (attempt.number > 1) restore(out, FORWARDED_HOST, headers.get(FORWARDED_HOST))
  if (attempt.number > 1 && isGrpc(headers)) out.set(GRPC_PREVIOUS_ATTEMPTS, String(attempt.number - 1))
  return out
}

/** As the caller sent it, before an earlier attempt wrote its own. */
function restore(out: Headers, name: string, value: string | null): void {
  if (value === null) out.delete(name)
  else out.set(name, value)
}

/** The response itself where nothing has to go, since to make one anew costs. */
function withoutHopByHop(response: Response, { hopByHop }: Seen): Response {
  const answer = hopByHop.length === 0 ? undefined : remade(response)
  for (const name of hopByHop) answer?.headers.delete(name)
  return answer ?? response
}
