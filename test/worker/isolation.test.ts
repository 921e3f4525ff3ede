/** Two requests at once, in one isolate of workerd: neither holds anything that the other needs. */
import { env, exports } from 'cloudflare:workers'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

/** One attempt, as it left. */
interface Left {
  readonly url: string
  readonly headers: Record<string, string>
  readonly body: BodyInit | null | undefined
}

type Answer = (left: Left) => Promise<Response>

const { REGISTRY } = env as { REGISTRY: KVNamespace }
const mesh = (exports as unknown as { default: Fetcher }).default

let answer: Answer
let left: Left[] = []

const call = (path: string, init?: RequestInit) =>
  mesh.fetch(`http://localhost/svc/${path}`, init as RequestInit<never>)
const echo: Answer = async ({ body }) => new Response(body as BodyInit)

beforeAll(async () => {
  // Once for all tests, since a mesh takes the platform's fetch when it is made.
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const { headers, body } = init as { headers: HeadersInit; body?: BodyInit | null }
    left.push({ url: String(input), headers: Object.fromEntries(new Headers(headers)), body })
    return answer(left.at(-1) as Left)
  })
  await Promise.all(['calm', 'busy', 'slow'].map((name) => REGISTRY.put(`services/${name}`, `http://${name}.test`)))
})

afterEach(() => {
  left = []
})

describe('two requests at once', () => {
  it('end each for itself: one is left by its client, the other is answered', async () => {
    answer = () => new Promise((resolve) => setTimeout(() => resolve(new Response('still here')), 200))
    const client = new AbortController()
    const leaving = call('busy/leaves', { signal: client.signal })
    const staying = call('busy/stays')
    await vi.waitFor(() => expect(left.length).toBe(2), 10_000)

    client.abort()
    await expect(leaving).rejects.toThrow()
    expect(await (await staying).text()).toBe('still here')
  })

  it('have a body each, kept apart while they wait', async () => {
    answer = echo
    const bodies = Array.from({ length: 20 }, (_, at) => `${at} `.repeat(500))
    const answers = await Promise.all(bodies.map((body) => call('calm/', { method: 'PUT', body })))
    expect(await Promise.all(answers.map((response) => response.text()))).toEqual(bodies)
  })

  it('have a trace and a span each', async () => {
    answer = async () => new Response('ok')
    await Promise.all(Array.from({ length: 20 }, () => call('calm/')))
    const traces = left.map(({ headers }) => headers.traceparent?.split('-')[1])
    expect(new Set(traces).size).toBe(20)
    expect(new Set(left.map(({ headers }) => headers.traceparent)).size).toBe(20)
  })

  it('have a deadline each: the one that is short does not end the one that is long', async () => {
    answer = ({ url }) =>
      new Promise((resolve) => {
        if (url.endsWith('long')) setTimeout(() => resolve(new Response('in time')), 150)
        else setTimeout(() => resolve(new Response('too late')), 5000)
      })
    const long = call('slow/long')
    const short = call('slow/short', { headers: { 'selvedge-timeout-ms': '40' } })
    expect((await short).status).toBe(504)
    expect(await (await long).text()).toBe('in time')
  })

  it('share no read of the registry: a cold name is found by all, though the first of them leaves', async () => {
    answer = async () => new Response('found')
    await REGISTRY.put('services/cold', 'http://cold.test')
    const client = new AbortController()
    const first = call('cold/', { signal: client.signal })
    first.catch(() => {})
    const others = Array.from({ length: 50 }, () => call('cold/'))
    client.abort()
    const statuses = await Promise.all(others.map(async (response) => (await response).status))
    expect(statuses).toEqual(new Array(50).fill(200))
  })

  it('share no retry: each counts its own attempts', async () => {
    await REGISTRY.put(
      'services/flaky',
      JSON.stringify({ endpoints: ['http://flaky.test'], retry: { backoff: '1ms' }, retryConstraint: 'off' }),
    )
    const failed = new Set<string>()
    answer = async ({ url }) => {
      if (failed.has(url)) return new Response('second time')
      failed.add(url)
      return new Response(null, { status: 503 })
    }
    const answers = await Promise.all(Array.from({ length: 10 }, (_, at) => call(`flaky/${at}`)))
    expect(answers.map(({ status }) => status)).toEqual(new Array(10).fill(200))
    for (let at = 0; at < 10; at++) {
      const attempts = left.filter(({ url }) => url === `http://flaky.test/${at}`)
      expect(attempts.map(({ headers }) => headers['selvedge-attempt'])).toEqual(['1', '2'])
    }
  })
})

describe('a request after another', () => {
  it('finds nothing that has ended with it: records and loads are plain values', async () => {
    answer = async () => new Response('again')
    await REGISTRY.put('services/after', 'http://after.test')
    for (let i = 0; i < 3; i++) expect(await (await call('after/')).text()).toBe('again')
  })
})
