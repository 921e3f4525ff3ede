/** Overrides: who may write records of these names may send his own requests to other records of theirs. */
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Clock } from '../../core/time/clock.ts'
import { minterOf, mintOverride } from '../../mesh/trust/minting.ts'
import { DURATION_FORM, durationMs, isDuration } from '../../schema/duration.ts'
import { refusal } from '../answer/problem.ts'
import { jsonBody } from '../ask/body.ts'
import { byOf } from '../ask/by.ts'
import { author, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import type { AdminEnv, ControlEnv } from '../env.ts'
import { operation } from '../operation.ts'

const MOST = 16

const body = jsonBody(
  v.strictObject({
    overrides: v.pipe(
      v.record(v.string(), v.string()),
      v.check((names) => Object.keys(names).length <= MOST, `Expected ${MOST} names at most`),
      v.description('By the name that is called, the record that answers in its place: { "users": "users@pr-123" }.'),
    ),
    for: v.pipe(
      v.string(),
      v.check(isDuration, `Expected ${DURATION_FORM}`),
      v.description('How long it holds: "1s" to "24h", or as MESH_TRUST says.'),
    ),
    author: v.optional(author),
  }),
)

const answer = v.strictObject({
  baggage: v.pipe(v.string(), v.description('The value of the header baggage.')),
  kid: v.pipe(v.string(), v.description('The key that signed it: to retire it ends all that it signed.')),
  expiresAt: v.pipe(v.string(), v.isoTimestamp()),
})

export function overrides(clock: Clock, audit: Audit) {
  return new Hono<AdminEnv>().post(
    '/overrides',
    operation({
      id: 'override',
      summary:
        'Mints a signed override: requests that carry it are answered by other records of the names that it lists',
      answers: { 200: { description: 'It holds until it expires.', schema: answer } },
      refusals: [400, 409, 413, 415, 422],
      requestBody: body.spec,
    }),
    query({}),
    async (c) => {
      allow(c, 'write', [])
      const { overrides, for: said, author } = await body.read(c)
      const token = allow(c, 'write', [...Object.keys(overrides), ...Object.values(overrides)])
      const minter = found(c.env)
      const by = byOf(token, { author }).author ?? token.name
      const minted = await mintOverride(minter, by, overrides, durationMs(said) / 1000, clock.now()).catch(
        (error: Error) => {
          throw error instanceof RangeError ? refusal(422, error.message, { fields: { code: 'invalid' } }) : error
        },
      )
      const names = Object.entries(overrides).map(([from, to]) => `${from}=${to}`)
      audit.did(by, `override of ${names.join(', ')} for ${said}`, 'minted')
      const { baggage, kid, expiresAt } = minted
      return c.json({ baggage, kid, expiresAt: new Date(expiresAt).toISOString() }, 200, {
        'cache-control': 'no-store',
      })
    },
  )
}

function found(env: ControlEnv) {
  const no = (detail: string) => refusal(409, `No override can be minted: ${detail}`, { fields: { code: 'no_key' } })
  try {
    const minter = minterOf(env)
    if (minter) return minter
  } catch (error) {
    throw no(error instanceof Error ? error.message : String(error))
  }
  throw no('this Worker needs MESH_TRUST, with the domain and the name of the secret in "sign", and that secret.')
}
