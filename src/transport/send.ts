/** The one place from which a request leaves: endpoint to its transport, and what went wrong to a MeshError. */
import type { Cancellation } from '../core/cancellation.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Service } from '../core/service.ts'
import { type Bindings, sendToBinding } from './binding.ts'
import { sendToUrl } from './url.ts'

/** What a transport needs of a request. */
export interface Sent {
  readonly endpoint: Endpoint
  /** The name that was called. */
  readonly name: string
  /** Path and query, from the first slash. */
  readonly path: string
  readonly outgoing: Headers
  readonly attempt: { readonly body: BodyInit | null }
  readonly work: Cancellation
}

export interface Roads {
  /** The platform's fetch. */
  readonly fetch: typeof fetch
  /** Service bindings by name. */
  readonly bindings: Bindings
}

/** Sends over the network. What it throws is a MeshError, or the reason with which the caller left. */
export function send({ fetch, bindings }: Roads): Service<Sent> {
  return async function send(request, context) {
    const { target } = context.endpoint
    try {
      switch (target.kind) {
        case 'url':
          return await sendToUrl(fetch, target.url, initOf(request, context), context)
        case 'binding':
          return await sendToBinding(bindings, target.binding, initOf(request, context), context)
      }
    } catch (error) {
      throw meshErrorOf(error, context)
    }
  }
}

/** Redirects are the caller's to follow, and what is sent is cancelled with the request. */
function initOf({ method }: Request, { outgoing: headers, attempt: { body }, work: { signal } }: Sent): RequestInit {
  const init: RequestInit = { method, headers, redirect: 'manual' }
  if (signal) init.signal = signal
  if (body === null) return init
  // `duplex` is what Node asks of a streamed body; workerd does not mind.
  return { ...init, body, duplex: 'half' } as RequestInit
}

/**
 * workerd says little of what went wrong: refused, reset and half-sent look the same, so that nothing was sent can never
 * be inferred. Our own deadlines are told by identity: an aborted fetch rejects with exactly the reason given.
 */
function meshErrorOf(error: unknown, { endpoint, work }: Sent): unknown {
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
