/** Grants: who may read the records of a name may ask the mesh why, from outside, for five minutes. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { seal } from '../../core/seal.ts'
import type { Clock } from '../../core/time/clock.ts'
import { isGrantName, MAX_GRANT_NAMES, mintGrant } from '../../wire/grant.ts'
import { refusal } from '../answer/problem.ts'
import { jsonBody } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'

const FORM = 'a service name, or the beginning of names with a star behind it: "team-*"'

const body = jsonBody(
  v.strictObject({
    names: v.pipe(
      v.array(v.pipe(v.string(), v.check(isGrantName, `Expected ${FORM}`), v.description(`Each is ${FORM}.`))),
      v.minLength(1, 'Expected at least one name'),
      v.maxLength(MAX_GRANT_NAMES, `Expected ${MAX_GRANT_NAMES} names at most`),
    ),
  }),
)

const answer = v.strictObject({
  grant: v.pipe(v.string(), v.description('The value of the header selvedge-grant.')),
  expiresAt: v.pipe(v.string(), v.description('ISO 8601, UTC.')),
})

export function grants(clock: Clock, audit: Audit) {
  return new Hono<AdminEnv>().post(
    '/grants',
    operation({
      id: 'grant',
      summary:
        'Mints a grant: with it the mesh answers a caller from outside that asks for receipts or revisions of these names',
      answers: { 200: { description: 'It holds for five minutes.', schema: answer } },
      refusals: [400, 409, 413, 415, 422],
      requestBody: body.spec,
    }),
    query({}),
    async (c) => {
      allow(c, 'read', [])
      const { names } = await body.read(c)
      const token = allow(
        c,
        'read',
        // All names that begin so are reached where the beginning is.
        names.map((name) => name.replace(/\*$/, '')),
      )
      const keys = (c.env.MESH_GRANT_KEY ?? '').split(',').flatMap((key) => key.trim() || [])
      if (keys.length === 0) {
        throw refusal(
          409,
          'No grant can be minted: set the secret MESH_GRANT_KEY, the same one in this Worker and in that of the mesh.',
          {
            fields: { code: 'no_grant_key' },
          },
        )
      }
      const minted = await mintGrant(seal(keys), names, clock.now()).catch((error: Error) => {
        throw error instanceof RangeError ? refusal(422, error.message, { fields: { code: 'invalid' } }) : error
      })
      audit.did(token.name, `grant for ${names.join(', ')}`, 'minted')
      const { grant, expiresAt } = minted
      return c.json({ grant, expiresAt: new Date(expiresAt).toISOString() }, 200, { 'cache-control': 'no-store' })
    },
  )
}
