/** The one place from which a request leaves: endpoint to its transport, and what went wrong to a MeshError. */

import type { Service } from '../core/engine/service.ts'
import { observer } from '../core/engine/stack.ts'
import { MeshError } from '../core/errors.ts'
import type { Cloud, CloudMaker } from './cloud.ts'
import { roadTo } from './roads.ts'
import type { Means, Sent } from './sent.ts'
import type { Topics } from './topic/topics.ts'

export interface SendOptions extends Means {
  /** What reaches other clouds, where the mesh has it. */
  readonly cloud?: CloudMaker | undefined
  /** What publishes to topics, likewise. */
  readonly topics?: Topics | undefined
}

/** Sends over the network. What went wrong is said in the words of the platform, or of a transport. */
export function send({ fetch, bindings, secrets, cloud, topics }: SendOptions): Service<Sent> {
  const means = { fetch, bindings, secrets }
  let made: Cloud | undefined
  const ways = {
    ...means,
    topics,
    /** Made when a target first asks. */
    get cloud() {
      made ??= cloud?.(means)
      return made
    },
  }
  return function send(request, context) {
    try {
      const { target } = context.endpoint
      return roadTo(target).send(ways, request, context, target)
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
