/** What one would build today: hono, its proxy helper, a KV read for the address, and cockatiel around the call. */
import type { IPolicy } from 'cockatiel'
import { Hono } from 'hono'
import { proxy } from 'hono/proxy'

interface Env {
  readonly REGISTRY: KVNamespace
  readonly [binding: string]: unknown
}

interface ServiceRecord {
  readonly endpoints: readonly { readonly binding: string }[]
}

const app = new Hono<{ Bindings: Env }>()
const policies = new Map<string, IPolicy>()

app.all('*', async (c) => {
  const url = new URL(c.req.url)
  const record = await c.env.REGISTRY.get<ServiceRecord>(`services/${url.hostname}`, 'json')
  const endpoint = record?.endpoints[0]
  if (endpoint === undefined) return c.text(`No service is called ${url.hostname}`, 404)
  const upstream = c.env[endpoint.binding] as Fetcher
  const policy = await policyOf(url.hostname, c.req.method === 'GET' || c.req.method === 'HEAD')
  // cockatiel keeps one signal for all calls unless it is given one, and workerd forbids that one to other requests.
  return await policy.execute(
    ({ signal }) => proxy(url, { raw: c.req.raw, signal, customFetch: (request) => upstream.fetch(request) }),
    new AbortController().signal,
  )
})

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
