/** An HTTP/1.1 client that shows what was on the wire (nothing decoded, nothing followed, any Host) and that can hang up. */
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http'
import { Readable } from 'node:stream'

export interface CallOptions {
  readonly method?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Buffer | Readable
  /** Gives the call up. */
  readonly signal?: AbortSignal
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  /** The body, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the server wrote.
  readonly json: any
  /** From the request to the end of the body. */
  readonly ms: number
}

/** One call on a connection of its own. Rejects if the answer is cut short. */
export async function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const startedAt = performance.now()
  const response = await open(url, options).response
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  const { statusCode: status = 0, headers } = response
  return {
    status,
    headers,
    body,
    get text() {
      return body.toString()
    },
    get json() {
      return JSON.parse(body.toString())
    },
    ms: performance.now() - startedAt,
  }
}

export interface OpenCall {
  readonly request: ClientRequest
  /** Settles at the headers; the body has not been read. */
  readonly response: Promise<IncomingMessage>
  /** RST, as a client whose process died. */
  reset(): void
}

/** A call whose answer is read, or given up, by hand. */
export function open(url: string, { method = 'GET', headers = {}, body, signal }: CallOptions = {}): OpenCall {
  const { hostname, port } = new URL(url)
  // As it is written: a URL would tidy up dots and escapes.
  const path = url.slice(url.indexOf('/', 'http://'.length))
  const outgoing = request({ hostname, port, path, method, headers, agent: false, ...(signal && { signal }) })
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    outgoing.on('response', resolve).on('error', reject)
  })
  // Whoever hangs up does not ask how it ended.
  response.catch(() => {})
  if (body instanceof Readable) body.on('error', () => {}).pipe(outgoing)
  else outgoing.end(body)
  return {
    request: outgoing,
    response,
    reset: () => {
      if (outgoing.socket) outgoing.socket.resetAndDestroy()
      else outgoing.once('socket', (socket) => socket.resetAndDestroy())
    },
  }
}
