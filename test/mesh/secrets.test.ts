/** No secret leaves the mesh but to whom it is for: in no answer, header, span or line of the log, whatever goes wrong. */
import { inspect } from 'node:util'
import fc from 'fast-check'
import { afterEach, expect, it, vi } from 'vitest'
import { cloud } from '../../src/cloud.ts'
import type { Span } from '../../src/core/span.ts'
import { nameReader } from '../../src/mesh/called-host.ts'
import { proxy } from '../../src/mesh/proxy.ts'
import { memoryRegistry } from '../../src/testing.ts'
import { quickClock } from '../support/upstream.ts'

const URL = 'https://users.example.com'
const MARK = 'hunter2hunter2'
const once = { retry: { attempts: 0 } }
const url = (credentials: object) => ({ ...once, endpoints: [{ url: URL, credentials }] })
const lambda = (over: object = {}) => ({
  ...once,
  endpoints: [{ lambda: { function: 'users', region: 'eu-west-1', secret: 'AWS', ...over } }],
})

const RECORDS = {
  header: url({ type: 'header', header: 'x-key', secret: 'KEY' }),
  bearer: url({ type: 'bearer', secret: 'KEY' }),
  google: url({ type: 'google-id-token', secret: 'GCP' }),
  sigv4: url({ type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' }),
  lambda: lambda(),
  stream: lambda({ invocation: 'stream' }),
  event: lambda({ invocation: 'event' }),
}

/** What the far end makes of a call. It knows the secret, where it is for it, and does not say it. */
const ENDS: (() => Response | Promise<Response>)[] = [
  () => new Response('ok'),
  () => new Response('{"statusCode":999}'),
  () => new Response('{"statusCode":200,"headers":{"x a":"b"}}'),
  () => new Response('<html>', { status: 500 }),
  () => new Response('{}', { status: 403, headers: { 'x-amzn-errortype': 'ExpiredTokenException' } }),
  () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
  () => Response.json({ id_token: 'a.e30.b\r\n' }),
  () => Promise.reject(new Error('Network connection lost.')),
  () => Promise.reject(new TypeError('The header is none.')),
]

afterEach(() => {
  vi.restoreAllMocks()
})

it('is told to nobody', async () => {
  const log: unknown[] = []
  for (const level of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, level).mockImplementation((...words) => void log.push(...words))
  }
  const noise = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\n', '{"private_key":', '\0', '-----BEGIN'),
  )
  const secret = fc.tuple(noise, noise).map(([before, after]) => `${before}${MARK}${after}`)
  const names = fc.constantFrom(...(Object.keys(RECORDS) as (keyof typeof RECORDS)[]))
  await fc.assert(
    fc.asyncProperty(secret, names, fc.constantFrom(...ENDS), fc.boolean(), async (value, name, end, trusted) => {
      const account = JSON.stringify({ client_email: 'a@b.example', private_key: value, token_uri: `${URL}/token` })
      for (const GCP of [value, account]) {
        const env = {
          KEY: value,
          GCP,
          AWS_ACCESS_KEY_ID: value,
          AWS_SECRET_ACCESS_KEY: value,
          AWS_SESSION_TOKEN: value,
        }
        // The rest of it holds, so that the call gets further.
        if (end === ENDS[0] || trusted) env.AWS_ACCESS_KEY_ID = 'AKIDEXAMPLE'
        const spans: Span[] = []
        const clock = quickClock()
        const forward = proxy({
          registry: memoryRegistry(RECORDS),
          env,
          cloud,
          clock,
          sink: { span: (span) => spans.push(span) },
          fetch: (async (url: string, init: RequestInit) => {
            // As the platform does: what no header can carry is refused here at the latest.
            new Request(url, init)
            return end()
          }) as typeof fetch,
        })
        const request = new Request(`http://${name}/`, { method: 'POST', body: 'x' })
        const identify = () => ({ name: nameReader('mesh')(name), path: '/' })
        const answer = await clock.run(forward(request, { trusted, identify, defer: () => {} }))
        const said = inspect({ status: answer.status, headers: [...answer.headers], spans, log }, { depth: 20 })
        const text = await answer.text().catch((error: unknown) => inspect(error, { depth: 20 }))
        expect(said).not.toContain(MARK)
        expect(text).not.toContain(MARK)
        expect(spans).not.toHaveLength(0)
      }
    }),
    { seed: 5, numRuns: 200 },
  )
})
