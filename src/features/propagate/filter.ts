/** propagate: writes the headers for the next hop, and takes off those that must not be forwarded, in both directions. */

import { type Deadline, remaining } from '../../core/deadline.ts'
import type { Traits } from '../../core/endpoint.ts'
import { observer } from '../../core/engine/stack.ts'
import type { Priority } from '../../core/priority.ts'
import type { Trace } from '../../core/span.ts'
import type { Clock } from '../../core/time/clock.ts'
import { remade } from '../../wire/answer/remade.ts'
import { type Seen, seen } from '../../wire/answer/seen.ts'
import { writeTimeout } from '../../wire/deadline.ts'
import {
  ATTEMPT,
  BAGGAGE,
  CALLER,
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

interface PropagateNeeds {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly trace: Trace
  readonly hops: number
  readonly name: string
  /** Who calls, where that is known. */
  readonly caller: string | undefined
  /** Of this request. */
  readonly headers: PickedHeaders
  readonly attempt: { readonly number: number; retriesUsed?: string | null | undefined }
  readonly lent: number
  readonly priority: Priority
  readonly endpoint: { readonly traits: Pick<Traits, 'hasOwnHost'> }
  /** What a filter beneath has read of the answer's headers. */
  readonly seen?: Seen | undefined
}

interface PropagateGives {
  readonly outgoing: Headers
}

/** Beneath all filters that wait, so that the time left is correct when the request is sent. */
export const propagate = observer<PropagateNeeds, PropagateGives>('propagate', {
  enter(_request, context) {
    context.outgoing = outgoing(context)
  },
  answered(response, context) {
    const { stopped, retriesUsed } = context.seen ?? seen(response.headers)
    context.attempt.retriesUsed = retriesUsed
    return without(stopped, response)
  },
})

/** The headers of one attempt: those that are forwarded, and the mesh's own. */
function outgoing(context: PropagateNeeds) {
  const { clock, deadline, trace, hops, name, headers, attempt, lent, priority, endpoint, caller } = context
  // The first attempt writes into the copy that was made when the headers were read. Later ones copy that.
  const out = attempt.number === 1 ? headers.passedOn : new Headers(headers.passedOn)
  // The one hop-by-hop header that is written anew: without it no WebSocket is opened.
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
  // The platform sets Host from the URL of the endpoint, so the name that was called goes here.
  if (endpoint.traits.hasOwnHost) out.set(FORWARDED_HOST, name)
  else if (attempt.number > 1) restore(out, FORWARDED_HOST, headers.get(FORWARDED_HOST))
  // To members alone: who else runs an address is not known.
  if (caller !== undefined && !endpoint.traits.hasOwnHost) out.set(CALLER, caller)
  else if (attempt.number > 1) out.delete(CALLER)
  if (attempt.number > 1 && isGrpc(headers)) out.set(GRPC_PREVIOUS_ATTEMPTS, String(attempt.number - 1))
  return out
}

/** Sets a header back to what the caller sent, since an earlier attempt may have changed it. */
function restore(out: Headers, name: string, value: string | null): void {
  if (value === null) out.delete(name)
  else out.set(name, value)
}

/** The response without these headers. Where there are none, it is the same response: a copy costs time. */
function without(stopped: readonly string[], response: Response): Response {
  const answer = stopped.length === 0 ? undefined : remade(response)
  for (const name of stopped) answer?.headers.delete(name)
  return answer ?? response
}
