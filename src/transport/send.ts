/** The one place from which a request leaves: endpoint to its transport, and what went wrong to a MeshError. */
import type { Cancellation } from '../core/cancellation.ts'
import type { Endpoint } from '../core/endpoint.ts'
import { MeshError } from '../core/errors.ts'
import type { Service } from '../core/service.ts'
import { type Bindings, type Callee, calleeOf } from './binding.ts'
import { addressBeneath } from './url.ts'

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
    const { endpoint, name, path } = context
    try {
      const { target } = endpoint
      switch (target.kind) {
        case 'url':
          return await sendBy({ fetch }, addressBeneath(target.url, path), request, context)
        case 'binding':
          // It sees the name that was called as the URL's host.
          return await sendBy(calleeOf(bindings, target.binding), `http://${name}${path}`, request, context)
      }
    } catch (error) {
      throw meshErrorOf(error, context)
    }
  }
}

/** Redirects are the caller's to follow, and what is sent is cancelled with the request. */
function sendBy(callee: Callee, url: string, request: Request, { outgoing, attempt, work }: Sent): Promise<Response> {
  const { method } = request
  const { body } = attempt
  const init: RequestInit = { method, headers: outgoing, redirect: 'manual' }
  if (work.signal) init.signal = work.signal
  if (body === null) return callee.fetch(url, init)
  // Content of a GET is refused in an init, and passes in a Request.
  if (method === 'GET' || method === 'HEAD') {
    const { method: _, ...rest } = init
    return callee.fetch(new Request(url, request), rest)
  }
  // `duplex` is what Node asks of a streamed body; workerd does not mind.
  return callee.fetch(url, { ...init, body, duplex: 'half' } as RequestInit)
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
