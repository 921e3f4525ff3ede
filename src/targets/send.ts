/** The one place from which a request leaves: endpoint to its transport, and what went wrong to a MeshError. */

import type { Deadline } from '../core/deadline.ts'
import type { Endpoint } from '../core/endpoint.ts'
import type { Cancellation } from '../core/engine/cancellation.ts'
import { observer } from '../core/engine/observer.ts'
import type { Service } from '../core/engine/service.ts'
import type { Subrequests } from '../core/engine/subrequests.ts'
import { MeshError } from '../core/errors.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Clock } from '../core/time/clock.ts'
import type { Random } from '../core/time/random.ts'
import { sendToBinding } from './binding/send.ts'
import type { Bindings } from './bindings.ts'
import type { Cloud, CloudMaker } from './cloud.ts'
import { sendToScript } from './dispatch/send.ts'
import { sendToObject } from './object/send.ts'
import { sendToQueue } from './queue/send.ts'
import { sendToUrl } from './url/send.ts'

/** What a transport needs of a request. */
export interface Sent {
  readonly clock: Clock
  readonly random: Random
  readonly endpoint: Endpoint
  /** The name that was called. */
  readonly name: string
  /** Who calls, where that is known. */
  readonly caller: string | undefined
  /** Path and query, from the first slash. */
  readonly path: string
  readonly outgoing: Headers
  readonly attempt: { readonly body: BodyInit | null }
  /** As the caller said it, whatever the record allows. */
  readonly callersDeadline?: Deadline | undefined
  readonly receipt: Pick<Receipt, 'messageId'>
  readonly work: Cancellation
  /** For what a transport asks of the platform besides the call itself. */
  readonly subrequests: Subrequests
  /** Keeps the isolate alive for work that outlives the answer. */
  defer(work: Promise<unknown>): void
}

export interface Roads {
  /** The platform's fetch. */
  readonly fetch: typeof fetch
  /** What this Worker has, by name. */
  readonly bindings: Bindings
  /** Which secrets records may name. Default: all but the mesh's own. */
  readonly secrets?: readonly string[] | undefined
  /** What reaches other clouds, where the mesh has it. */
  readonly cloud?: CloudMaker | undefined
}

/** Sends over the network. What went wrong is said in the words of the platform, or of a transport. */
export function send(roads: Roads): Service<Sent> {
  let made: Cloud | undefined
  /** Made when a target first asks. */
  const cloud = () => {
    made ??= roads.cloud?.(roads)
    return made
  }
  return function send(request, context) {
    try {
      return sendBy(roads, cloud, request, context)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

/** Next above `send`: what went wrong becomes a MeshError, or the reason with which the caller left. */
export const explain = observer<Pick<Sent, 'clock' | 'endpoint' | 'work'>>('explain', {
  answered(response, { clock }) {
    clock.turn?.()
    return response
  },
  failed(error, context) {
    context.clock.turn?.()
    throw meshErrorOf(error, context)
  },
})

function sendBy(roads: Roads, cloud: () => Cloud | undefined, request: Request, sent: Sent): Promise<Response> {
  const { bindings } = roads
  const { target } = sent.endpoint
  switch (target.kind) {
    case 'url':
      return sendToUrl(roads, cloud, request, sent, target)
    case 'binding':
      return sendToBinding(bindings, request, sent, target)
    case 'dispatch':
      return sendToScript(bindings, request, sent, target)
    case 'object':
      return sendToObject(bindings, request, sent, target)
    case 'queue':
      return sendToQueue(bindings, request, sent, target)
    case 'lambda':
      // Without it the endpoint is not among the candidates.
      return (cloud() as Cloud).lambda(target, request, sent)
  }
}

/**
 * workerd says little of what went wrong: refused, reset and half-sent look the same, so that nothing was sent can never
 * be inferred. Our own deadlines are told by identity: an aborted fetch rejects with exactly the reason given.
 */
function meshErrorOf(error: unknown, { endpoint, work }: Pick<Sent, 'endpoint' | 'work'>): unknown {
  if (work.reason !== undefined) return work.reason
  if (error instanceof MeshError) return error
  const cause = error instanceof Error ? error : new Error(String(error))
  // A URL, method or header that cannot be sent will not be better the next time. A callee's own TypeError is remote.
  if (cause instanceof TypeError && !('remote' in cause) && !isNetworkFailure(cause)) {
    return new MeshError('internal', `The request cannot be sent to ${endpoint.id}: ${cause.message}`, { cause })
  }
  return new MeshError('endpoint_unreachable', `Endpoint ${endpoint.id} did not answer: ${cause.message}`, { cause })
}

/** Node's fetch says every failure of the network with a TypeError that has a cause; workerd never does. */
function isNetworkFailure(error: TypeError): boolean {
  return error.cause !== undefined
}
