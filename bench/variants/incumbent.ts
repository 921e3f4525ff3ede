/** What one would build today: hono, its proxy helper, a KV read for the address, and cockatiel around the call. */
import type { IPolicy } from 'cockatiel'
import { Hono } from 'hono'
import { proxy } from 'hono/proxy'

interface Env {
  readonly REGISTRY: KVNamespace
  readonly [binding: string]: unknown
}

interface ServiceRecord {
  readonly endpoints: readonly (string | { readonly binding: string })[]
}

const app = new Hono<{ Bindings: Env }>()
const policies = new Map<string, IPolicy>()

app.all('*', async (c) => {
  const url = new URL(c.req.url)
  const record = await c.env.REGISTRY.get<ServiceRecord>(`services/${url.hostname}`, 'json')
  const endpoint = record?.endpoints[0]
  if (endpoint === undefined) return c.text(`No service is called ${url.hostname}`, 404)
  const { to, customFetch } = upstream(endpoint, url, c.env)
  const policy = await policyOf(url.hostname, c.req.method === 'GET' || c.req.method === 'HEAD')
  // cockatiel keeps one signal for all calls unless it is given one, and workerd forbids that one to other requests.
  return await policy.execute(
    ({ signal }) => proxy(to, { raw: c.req.raw, signal, customFetch }),
    new AbortController().signal,
  )
})

/** By binding it is passed on as it came; by URL, to the first address that the record has. */
function upstream(endpoint: string | { readonly binding: string }, url: URL, env: Env) {
  if (typeof endpoint === 'string') {
    return { to: new URL(url.pathname + url.search, endpoint), customFetch: (request: Request) => fetch(request) }
  }
  const service = env[endpoint.binding] as Fetcher
  return { to: url, customFetch: (request: Request) => service.fetch(request) }
}

async function policyOf(name: string, retries: boolean): Promise<IPolicy> {
  const key = `${name} ${retries}`
  const known = policies.get(key)
  if (known !== undefined) return known
  // Not at the top: cockatiel makes an AbortController as it loads, which workerd forbids outside a request.
  const cockatiel = await import('cockatiel')
  const guards = [
    cockatiel.circuitBreaker(cockatiel.handleAll, {
      halfOpenAfter: 5_000,
      breaker: new cockatiel.ConsecutiveBreaker(5),
    }),
    cockatiel.bulkhead(64, 64),
    // abortOnReturn would cut the body that is still streaming.
    cockatiel.timeout(15_000, { strategy: cockatiel.TimeoutStrategy.Aggressive, abortOnReturn: false }),
  ] as const
  const policy = retries
    ? cockatiel.wrap(
        cockatiel.retry(
          cockatiel.handleAll.orWhenResult((answer) => [502, 503, 504].includes((answer as Response).status)),
          { maxAttempts: 2, backoff: new cockatiel.ExponentialBackoff({ initialDelay: 25, maxDelay: 250 }) },
        ),
        ...guards,
      )
    : cockatiel.wrap(...guards)
  policies.set(key, policy)
  return policy
}

export default app
