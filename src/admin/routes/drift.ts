/** Drift: what people wrote into KV over a change that waits for the same name. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { instant, recordOf, written as writtenRecord } from '../answer/views.ts'
import { writtenOf, writtenView } from '../answer/written.ts'
import { jsonBody } from '../ask/body.ts'
import { byOf } from '../ask/by.ts'
import { author, cursor, limit, message, name, params, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow, allowAll } from '../auth/allow.ts'
import { reaches } from '../auth/tokens.ts'
import { type AdminEnv, registryOf } from '../env.ts'
import { operation, pageOf } from '../operation.ts'
import { written } from '../write.ts'

const driftView = v.pipe(
  v.strictObject({
    name: v.string(),
    found: v.pipe(v.nullable(writtenRecord), v.description('What stands in KV; `null`: nothing.')),
    record: v.pipe(v.nullable(writtenRecord), v.description('What history has; `null`: no record.')),
    revision: v.pipe(v.number(), v.integer()),
    since: v.pipe(v.string(), v.isoTimestamp(), v.description('When it was first seen.')),
  }),
  v.metadata({ ref: 'Drift' }),
)

const body = jsonBody(
  v.strictObject({
    choice: v.pipe(
      v.picklist(['adopt', 'overwrite']),
      v.description(
        '`adopt` makes a revision of what stands in KV; `overwrite` enters it into history and then writes over it.',
      ),
    ),
    message: v.optional(message),
    author: v.optional(author),
  }),
)

const ITEMS = 100

export function drift(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/drift',
      operation({
        id: 'drift',
        summary: 'Names under which KV holds an edit by hand that is not in history',
        answers: { 200: { description: 'A page, in the order of the names.', schema: pageOf(driftView) } },
        refusals: [],
      }),
      query({ limit: v.optional(limit), cursor: v.optional(cursor) }),
      async (c) => {
        const token = allow(c, 'read', [])
        const { limit = ITEMS, cursor = '' } = c.req.valid('query')
        const seen = []
        let after: string | undefined = cursor
        while (after !== undefined && seen.length < limit) {
          const found = await registryOf(c.env).drifted(limit, after)
          seen.push(...found.filter(({ name }) => reaches(token, name)))
          after = found.length < limit ? undefined : found.at(-1)?.name
        }
        const page = seen.slice(0, limit)
        // The place to go on from is a name that the token reaches, too.
        const last = after === undefined && seen.length === page.length ? undefined : page.at(-1)
        const items = page.map(({ name, found, text, revision, since }) => ({
          name,
          found: shown(found),
          record: shown(text),
          revision,
          since: instant(since),
        }))
        return c.json({ items, ...(last ? { cursor: last.name } : {}) })
      },
    )
    .post(
      '/drift/scan',
      operation({
        id: 'scanDrift',
        summary: 'Has KV looked through for edits by hand now, rather than in its time',
        answers: { 202: { description: 'It begins.', schema: v.strictObject({ begins: v.literal(true) }) } },
        refusals: [],
      }),
      query({}),
      async (c) => {
        allowAll(c, 'write')
        await registryOf(c.env).scan()
        return c.json({ begins: true as const }, 202)
      },
    )
    .post(
      '/services/:name/drift',
      operation({
        id: 'endDrift',
        summary: 'Ends the drift of one name',
        answers: { 200: { description: 'It ended.', schema: writtenView } },
        refusals: [409, 413, 415, 422],
        requestBody: body.spec,
      }),
      params({ name }),
      query({}),
      async (c) => {
        const { name } = c.req.valid('param')
        const token = allow(c, 'write', [name])
        const { choice, ...said } = await body.read(c)
        const answer = await written(audit, { token, act: choice, names: [name] }, () =>
          registryOf(c.env).resolve(name, choice, byOf(token, said)),
        )
        return c.json(writtenOf(answer), 200, { 'cache-control': 'no-store' })
      },
    )
}

function shown(text: string | null) {
  return text === null ? null : recordOf(text)
}
