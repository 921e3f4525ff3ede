/** The request of an attempt, as a fetch to whoever can be called by one. */
import type { Sent } from './sent.ts'

/** Whoever answers a fetch: the network, or a Worker at the other end of a binding. */
export interface Callee {
  fetch(input: RequestInfo, init?: RequestInit): Promise<Response>
}

/** Redirects are the caller's to follow, and what is sent is cancelled with the request. */
export function forward(
  callee: Callee,
  url: string,
  request: Request,
  { outgoing, attempt, work }: Sent,
  headers = outgoing,
): Promise<Response> {
  const { method } = request
  const { body } = attempt
  const init: RequestInit = { method, headers, redirect: 'manual' }
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

/** The same to a Worker of the platform, which sees the name that was called as the URL's host. */
export function forwardInside(callee: Callee, request: Request, sent: Sent, headers?: Headers): Promise<Response> {
  return forward(callee, `http://${sent.name}${sent.path}`, request, sent, headers)
}
