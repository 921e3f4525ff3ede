/** What a signature adds to a call: the day key is kept, so that one HMAC and two digests are left. */

import { cancellation } from '../src/core/cancellation.ts'
import { systemClock } from '../src/core/clock.ts'
import { never } from '../src/core/deadline.ts'
import { systemRandom } from '../src/core/random.ts'
import { subrequests } from '../src/core/subrequests.ts'
import { signedFetch } from '../src/transport/sigv4.ts'

const CALLS = 500
const ROUNDS = 20
const MOST_US = 200

const answer = new Response('ok')
const fetch = (async () => answer) as unknown as typeof globalThis.fetch
const bindings = { AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const send = signedFetch({ fetch, bindings })
const call = {
  method: 'POST',
  url: 'https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/users/invocations',
  headers: new Headers({ 'content-type': 'application/json' }),
  body: new TextEncoder().encode(JSON.stringify({ version: '2.0', body: 'x'.repeat(1000) })) as Uint8Array<ArrayBuffer>,
  service: 'lambda',
  region: 'eu-west-1',
  secret: 'AWS',
}
const sent = {
  clock: systemClock,
  random: systemRandom(),
  endpoint: { id: 'lambda:users', target: { kind: 'url', url: '' }, weight: 1, locality: undefined },
  name: 'users',
  caller: undefined,
  path: '/',
  outgoing: new Headers(),
  attempt: { body: null },
  deadline: never,
  work: cancellation(false),
  subrequests: subrequests(1),
  defer: () => {},
} as const

interface Cost {
  readonly least: number
  readonly median: number
}

/** Microseconds of wall time a call, round by round: on a machine with other work the quietest round says most. */
async function microseconds(work: () => Promise<unknown>): Promise<Cost> {
  const rounds: number[] = []
  for (let round = 0; round <= ROUNDS; round++) {
    const startedAt = performance.now()
    for (let run = 0; run < CALLS; run++) await work()
    // The first one warms up.
    if (round > 0) rounds.push(((performance.now() - startedAt) / CALLS) * 1000)
  }
  rounds.sort((one, other) => one - other)
  return { least: rounds[0] as number, median: rounds[ROUNDS / 2] as number }
}

const signed = await microseconds(() => send(call, sent))
const plain = await microseconds(() => fetch(call.url, { method: call.method, headers: new Headers(call.headers) }))
const added = { least: signed.least - plain.least, median: signed.median - plain.median }
const verdict = added.least <= MOST_US ? 'ok' : 'OVER'
const us = (value: number) => `${value.toFixed(1)} us`
console.log(
  `signing adds ${us(added.least)} in the quietest of ${ROUNDS} rounds, ${us(added.median)} in the median one (a call without: ${us(plain.median)}; ${(signed.median / plain.median).toFixed(0)}x)  <= ${MOST_US} us  ${verdict}`,
)
process.exitCode = verdict === 'ok' ? 0 : 1
