/** Settings: what an operator has said of the whole mesh. The object keeps them; the data plane never reads them. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { jsonBody } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow, allowAll } from '../auth/allow.ts'
import { type AdminEnv, registryOf } from '../env.ts'
import { operation } from '../operation.ts'
import { audited } from '../write.ts'

const settingsView = v.pipe(
  v.strictObject({
    minVersion: v.pipe(
      v.nullable(
        v.pipe(
          v.string(),
          v.regex(
            /^(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})$/,
            'Expected a version of three numbers, as in "0.2.0".',
          ),
        ),
      ),
      v.description(
        'The oldest version of the library that runs: records with fields that it does not know are refused. `null`: nobody has said, and none are.',
      ),
    ),
  }),
  v.metadata({ ref: 'Settings' }),
)

const body = jsonBody(settingsView)

export function settings(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/settings',
      operation({
        id: 'settings',
        summary: 'What an operator has said of the whole mesh',
        answers: { 200: { description: 'The settings.', schema: settingsView } },
        refusals: [400],
      }),
      query({}),
      async (c) => {
        allow(c, 'read', [])
        return c.json(await registryOf(c.env).settings(), 200, { 'cache-control': 'no-store' })
      },
    )
    .put(
      '/settings',
      operation({
        id: 'configure',
        summary: 'Says the oldest version of the library that runs',
        answers: { 200: { description: 'The settings, as they are now.', schema: settingsView } },
        refusals: [400, 413, 415, 422],
        requestBody: body.spec,
      }),
      query({}),
      async (c) => {
        const token = allowAll(c, 'write')
        const said = await body.read(c)
        const configure = () => registryOf(c.env).configure(said)
        const act = `minVersion ${said.minVersion ?? 'not said'}`
        const settings = await audited(audit, token, act, configure, () => 'written')
        return c.json(settings, 200, { 'cache-control': 'no-store' })
      },
    )
}
