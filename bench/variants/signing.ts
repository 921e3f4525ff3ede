/** Sends the same request over and over, signed or not: what is sent arrives nowhere, so that only the signing costs. */
import { AwsV4Signer } from 'aws4fetch'
import { never } from '../../src/core/deadline.ts'
import { cancellation } from '../../src/core/engine/cancellation.ts'
import { subrequests } from '../../src/core/engine/subrequests.ts'
import { receipt } from '../../src/core/receipt.ts'
import { systemClock } from '../../src/core/time/clock.ts'
import { systemRandom } from '../../src/core/time/random.ts'
import { signedFetch } from '../../src/targets/aws/sigv4.ts'
import { endpointOf } from '../../src/targets/schema.ts'

const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const bindings = { AWS_ACCESS_KEY_ID: KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey }
const place = { service: 'lambda', region: 'eu-west-1' }
const url = 'https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/users/invocations'

export type Way = 'plain' | 'control' | 'signed' | 'aws4fetch'

export default {
  async fetch(request: Request): Promise<Response> {
    const { way, calls, bytes } = (await request.json()) as { way: Way; calls: number; bytes: number }
    const body = new TextEncoder().encode('x'.repeat(bytes)) as Uint8Array<ArrayBuffer>
    const answer = new Response('ok')
    let sent = 0
    const arrive = (async () => {
      sent += 1
      return answer
    }) as unknown as typeof globalThis.fetch
    const call = wayOf(way, body, arrive)
    for (let made = 0; made < calls; made++) await call()
    return Response.json({ sent })
  },
}

function wayOf(way: Way, body: Uint8Array<ArrayBuffer>, arrive: typeof globalThis.fetch): () => Promise<unknown> {
  const headers = () => new Headers({ 'content-type': 'application/json' })
  if (way === 'signed') {
    const send = signedFetch({ fetch: arrive, bindings })
    return () => send({ method: 'POST', url, headers: headers(), body, ...place, secret: 'AWS' }, SENT)
  }
  if (way === 'aws4fetch') {
    const cache = new Map<string, ArrayBuffer>()
    return async () => {
      const signed = await new AwsV4Signer({ ...KEYS, ...place, method: 'POST', url, body, cache }).sign()
      const own = headers()
      for (const [name, value] of signed.headers) own.set(name, value)
      return arrive(url, { method: 'POST', headers: own, body })
    }
  }
  return () => arrive(url, { method: 'POST', headers: headers(), body })
}

const SENT = {
  clock: systemClock,
  random: systemRandom(),
  endpoint: endpointOf('https://lambda.example.com'),
  name: 'users',
  caller: undefined,
  path: '/',
  outgoing: new Headers(),
  attempt: { body: null },
  deadline: never,
  receipt: receipt(),
  work: cancellation(false),
  subrequests: subrequests(1),
  defer: () => {},
} as const
