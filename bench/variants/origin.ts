/** The upstream at the end of every path; it counts what reaches it. */
import { type Shape, shapes } from './shapes.ts'

// Blobs and numbers may outlive a request. A Blob is sent as it is, where an array would be copied first.
const bodies = new Map<number, Blob>()
let calls = 0

export default {
  async fetch(request: Request): Promise<Response> {
    const path = request.url.slice(request.url.indexOf('/', 8))
    if (path === '/bench/calls') return new Response(String(calls))
    calls += 1
    const shape = Object.values<Shape>(shapes).find((known) => known.path === path && known.method === request.method)
    if (shape === undefined) return new Response(`The origin has no ${request.method} ${path}`, { status: 404 })
    if (shape.requestBytes > 0) {
      const received = (await request.arrayBuffer()).byteLength
      if (received !== shape.requestBytes) return new Response(`Got ${received} bytes`, { status: 400 })
    }
    return new Response(body(shape.responseBytes), {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', etag: '"5f2c"', vary: 'accept' },
    })
  },
}

function body(length: number): Blob {
  const blob = bodies.get(length) ?? new Blob([new Uint8Array(length).fill(0x20)])
  bodies.set(length, blob)
  return blob
}
