/** A request of Node's http server as a `Request`. */

/** As much of `IncomingMessage` as is needed: no types of Node are asked of who uses the library elsewhere. */
export interface NodeRequest extends AsyncIterable<Uint8Array> {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[]
  readonly socket: object
}

/** A host and a port, and nothing that would change the rest of a URL. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i
const BODILESS = new Set(['GET', 'HEAD'])

/**
 * @param signal aborts when the client leaves.
 * @throws {TypeError} for a target, host or method of which no `Request` can be made.
 */
export function nodeRequest(from: NodeRequest, signal: AbortSignal): Request {
  const { method = 'GET', rawHeaders } = from
  const headers = new Headers()
  for (let at = 0; at < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string)
  }
  const init: RequestInit & { duplex: 'half' } = { method, headers, signal, duplex: 'half' }
  // RFC 9112 §6.3: a request without either has no body.
  const hasBody = headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
  // Node passes over what a GET brings: a Request of it could not be made.
  if (hasBody && !BODILESS.has(method)) init.body = bodyOf(from)
  return new Request(urlOf(from, headers), init)
}

/** The scheme is that of the connection: what a proxy before it says of its own is for the handler to believe, or not. */
function urlOf({ url = '/', socket }: NodeRequest, headers: Headers): string {
  // RFC 9112 §3.2.2: as a proxy is asked.
  if (!url.startsWith('/')) return new URL(url).href
  const host = headers.get('host') ?? 'localhost'
  if (!HOST.test(host)) throw new TypeError(`"${host}" is no host.`)
  const isTls = 'encrypted' in socket && socket.encrypted === true
  return `${isTls ? 'https' : 'http'}://${host}${url}`
}

/** Nothing is read before it is asked for. What is left unread is passed over by the server, after the answer. */
function bodyOf(from: NodeRequest): ReadableStream<Uint8Array> {
  const pieces = from[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await pieces.next()
        if (done) controller.close()
        else controller.enqueue(value)
      },
      // The iterator is left where it is: to end it would close the connection on which the answer goes out.
      cancel() {},
    },
    { highWaterMark: 0 },
  )
}
