/** The same three functions without a mesh, as they are often written: each tries three times. For the demo to compare with. */

const ATTEMPTS = 3
const NEXT: Record<string, string> = { order: 'customer', customer: 'payment' }

interface Env {
  NEXT: Fetcher
}

export default {
  // GET /order/7?bank=http://127.0.0.1:8790
  async fetch(request, env) {
    const url = new URL(request.url)
    const [, service = '', id = ''] = url.pathname.split('/')
    const next = NEXT[service]
    return persistently(() => {
      if (next) return env.NEXT.fetch(`http://naive/${next}/${id}${url.search}`)
      return fetch(`${url.searchParams.get('bank')}/${id}`)
    })
  },
} satisfies ExportedHandler<Env>

async function persistently(call: () => Promise<Response>): Promise<Response> {
  let response = new Response('nothing tried', { status: 500 })
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    response = await call().catch((error: Error) => new Response(error.message, { status: 503 }))
    if (response.status < 500) break
  }
  return response
}
