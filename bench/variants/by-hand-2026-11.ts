/**
 * The handler written by hand that figures before December 2026 are told in units of: kept as it was, so that they can be compared. It holds a
 * whole call until a full collection (its listener sees the request), and passes bodies on unwatched. Its successor is by-hand.ts.
 */

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])
const READ = new Set(['traceparent', 'tracestate', 'baggage', 'cdn-loop', 'via', 'content-type', 'selvedge-timeout-ms'])

export default {
  fetch(request: Request, env: { UP: Fetcher }): Promise<Response> {
    const headers = new Headers(request.headers)
    const read: Record<string, string> = {}
    request.headers.forEach((value, name) => {
      if (READ.has(name)) read[name] = value
      if (HOP_BY_HOP.has(name) || name.startsWith('selvedge-')) headers.delete(name)
    })
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('late')), 15_000)
      request.signal.addEventListener('abort', () => clearTimeout(timer))
      headers.set('selvedge-timeout-ms', '14995')
      headers.set('selvedge-retry-allowance', '2')
      headers.set('selvedge-attempt', '1')
      headers.set('traceparent', read.traceparent ?? '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')
      headers.set('cdn-loop', 'selvedge')
      env.UP.fetch(request.url, { method: request.method, headers, body: request.body, redirect: 'manual' }).then(
        (response) => {
          clearTimeout(timer)
          let hasToGo = false
          response.headers.forEach((_, name) => {
            if (HOP_BY_HOP.has(name)) hasToGo = true
          })
          resolve(hasToGo ? new Response(response.body, response) : response)
        },
        reject,
      )
    })
  },
}
