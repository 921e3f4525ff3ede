/** A collector of OTLP/JSON: in memory, or on loopback. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly traceState?: string
  readonly name: string
  readonly kind: number
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number }
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly flags: number
  /** By name, without the types that they have on the wire. */
  readonly values: Readonly<Record<string, unknown>>
}

export interface Export {
  readonly path: string
  readonly headers: Headers
  readonly text: string
}

type Value = Readonly<Record<string, unknown>>
type Attributes = readonly { readonly key: string; readonly value: Value }[]

const valuesOf = (attributes: Attributes) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))

/** The spans of these exports. */
export function spansIn(exports: readonly Export[]): CollectedSpan[] {
  return exports
    .filter(({ path }) => path.endsWith('/v1/traces'))
    .flatMap(({ text }) => {
      const { resourceSpans } = JSON.parse(text) as {
        resourceSpans: { scopeSpans: { spans: (CollectedSpan & { attributes: Attributes })[] }[] }[]
      }
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans))
    })
    .map((span) => ({ ...span, values: valuesOf(span.attributes) }))
}

/** A `fetch` that takes exports, or answers otherwise. */
export function memoryCollector(answer: (sent: Export) => Response | Promise<Response> = () => new Response('{}')) {
  const exports: Export[] = []
  return {
    exports,
    spans: () => spansIn(exports),
    async fetch(url: string, init: RequestInit): Promise<Response> {
      const { pathname } = new URL(url)
      const sent = { path: pathname, headers: new Headers(init.headers), text: String(init.body) }
      exports.push(sent)
      return answer(sent)
    },
  }
}

export interface LoopbackCollector {
  readonly url: string
  readonly exports: readonly Export[]
  spans(): CollectedSpan[]
  close(): Promise<void>
}

export async function startCollector(): Promise<LoopbackCollector> {
  const exports: Export[] = []
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
    exports.push({ path: request.url ?? '', headers, text: Buffer.concat(parts).toString() })
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  }
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy())
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    exports,
    spans: () => spansIn(exports),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
