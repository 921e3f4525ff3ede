/** The upstream at the end of every path; it counts what reaches it. */
import { blobOf, lengthOf } from './bodies.ts'
import { type Shape, shapes } from './shapes.ts'

let calls = 0

export default {
  async fetch(request: Request): Promise<Response> {
    const path = request.url.slice(request.url.indexOf('/', 8))
    if (path === '/bench/calls') return new Response(String(calls))
    calls += 1
    const shape = Object.values<Shape>(shapes).find((known) => known.path === path && known.method === request.method)
    if (shape === undefined) return new Response(`The origin has no ${request.method} ${path}`, { status: 404 })
    if (shape.requestBytes > 0) {
      const received = await lengthOf(request, shape.requestBytes)
      if (received !== shape.requestBytes) return new Response(`Got ${received} bytes`, { status: 400 })
    }
    return new Response(blobOf(shape.responseBytes), {
      headers: { 'content-type': 'application/json', 'cache-control': 'no-store', etag: '"5f2c"', vary: 'accept' },
    })
  },
}
