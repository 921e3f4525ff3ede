/** No secret is ever repeated: not in an error, its cause or an answer, whatever the secret is and whatever goes wrong. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cloud } from '../../src/cloud.ts'
import type { KnownTarget } from '../../src/targets/kinds.ts'
import { givenNetwork, givenPlace, givenSent } from '../support/given.ts'

const URL = 'https://users.example.com'
const LAMBDA = { kind: 'lambda', function: 'users', region: 'eu-west-1', secret: 'AWS', qualifier: undefined } as const

const TARGETS: KnownTarget[] = [
  { kind: 'url', url: URL, credentials: { type: 'header', header: 'x-key', scheme: undefined, secret: 'KEY' } },
  { kind: 'url', url: URL, credentials: { type: 'header', header: 'authorization', scheme: 'Bearer', secret: 'KEY' } },
  { kind: 'url', url: URL, credentials: { type: 'google-id-token', audience: URL, secret: 'GCP' } },
  { kind: 'url', url: URL, credentials: { type: 'aws-sigv4', service: 'lambda', region: 'eu-west-1', secret: 'AWS' } },
  { ...LAMBDA, invocation: 'request', endpointUrl: undefined },
  { ...LAMBDA, invocation: 'stream', endpointUrl: URL },
]

/** What a far end may do, of which none knows the secret. */
const ENDS: (() => Promise<Response>)[] = [
  async () => new Response('ok'),
  async () => new Response('{}', { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' } }),
  async () => Response.json({ error: 'invalid_grant' }, { status: 400 }),
  () => Promise.reject(new Error('Network connection lost.')),
]

/** Everything that an error says, its cause too, as a log would print it. */
function said(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return `${error.stack} ${JSON.stringify(error)} ${error.cause === undefined ? '' : said(error.cause)}`
}

it('is repeated nowhere', async () => {
  const noise = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('\n', '{"private_key":', '\0'))
  // A mark that nothing else says, in whatever surroundings.
  const secret = fc.tuple(noise, noise).map(([before, after]) => `${before}hunter2hunter2${after}`)
  await fc.assert(
    fc.asyncProperty(secret, fc.constantFrom(...TARGETS), fc.constantFrom(...ENDS), async (value, target, end) => {
      const account = JSON.stringify({ client_email: 'a@b.example', private_key: value, token_uri: `${URL}/token` })
      for (const GCP of [value, account]) {
        const bindings = { KEY: value, GCP, AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: value }
        for (const AWS_SESSION_TOKEN of [undefined, value]) {
          const transport = givenNetwork({
            fetch: ((url: string, init: RequestInit) => {
              // As the platform does: what no header can carry is refused here at the latest.
              new Request(url, init)
              return end()
            }) as typeof fetch,
            bindings: { ...bindings, AWS_SESSION_TOKEN },
            cloud,
          })
          const outcome = await transport(new Request(`${URL}/`), givenSent({ endpoint: givenPlace(target) })).then(
            async (answer) => `${JSON.stringify([...answer.headers])} ${await answer.text()}`,
            said,
          )
          expect(outcome).not.toContain('hunter2')
        }
      }
    }),
    { seed: 5, numRuns: 200 },
  )
})
