/** The past: the revisions of a name, going back to one of them, and where a revision of the mesh stands. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { notFound } from '../answer/problem.ts'
import { instant, revisionOf, revisionView } from '../answer/views.ts'
import { writtenOf, writtenView } from '../answer/written.ts'
import { jsonBody } from '../ask/body.ts'
import { byOf } from '../ask/by.ts'
import { conditionOf, seenIfSaid } from '../ask/condition.ts'
import {
  author,
  cursorOf,
  dryRun,
  force,
  limit,
  message,
  name,
  params,
  place,
  placeOf,
  query,
  revision,
} from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import { type AdminEnv, registryOf } from '../env.ts'
import { IF_MATCH, operation, pageOf } from '../operation.ts'
import { written } from '../write.ts'

const body = jsonBody(
  v.strictObject({
    to: v.pipe(v.number(), v.integer(), v.minValue(1), v.description('A revision of this name.')),
    message: v.optional(message),
    author: v.optional(author),
  }),
)

const whole = v.pipe(v.number(), v.integer())

export const statusView = v.pipe(
  v.strictObject({
    revision: whole,
    author: v.pipe(
      v.optional(v.nullable(v.string())),
      v.description('Left out for tokens with prefixes, as is the message.'),
    ),
    message: v.optional(v.string()),
    at: v.pipe(v.string(), v.isoTimestamp()),
    origin: v.string(),
    names: v.pipe(whole, v.description('Names that it wrote.')),
    waiting: v.pipe(whole, v.description('Names among them that KV does not hold yet, in this state or a newer one.')),
    publishedAt: v.pipe(
      v.nullable(v.pipe(v.string(), v.isoTimestamp())),
      v.description('When the last of them came to stand in KV; `null` while one is waited for.'),
    ),
  }),
  v.metadata({ ref: 'Status' }),
)

export function past(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/services/:name/history',
      operation({
        id: 'history',
        summary: 'The revisions of a name, newest first; deletions are among them',
        answers: { 200: { description: 'A page.', schema: pageOf(revisionView) } },
        refusals: [],
      }),
      params({ name }),
      query({ limit: v.optional(limit), cursor: v.optional(revision) }),
      async (c) => {
        const { name } = c.req.valid('param')
        allow(c, 'read', [name])
        const { limit, cursor } = c.req.valid('query')
        const asked = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) }
        const page = await registryOf(c.env).history(name, asked)
        return c.json({
          items: page.items.map(revisionOf),
          ...(page.cursor === undefined ? {} : { cursor: String(page.cursor) }),
        })
      },
    )
    .get(
      '/changes',
      operation({
        id: 'changes',
        summary: 'The revisions of all names that the token reaches, newest first; deletions are among them',
        answers: { 200: { description: 'A page.', schema: pageOf(revisionView) } },
        refusals: [],
      }),
      query({ limit: v.optional(limit), cursor: v.optional(place) }),
      async (c) => {
        const { prefixes } = allow(c, 'read', [])
        const { limit, cursor } = c.req.valid('query')
        const after = cursor === undefined ? undefined : placeOf(cursor)
        const { items, next } = await registryOf(c.env).changes({ after, limit, prefixes })
        return c.json({ items: items.map(revisionOf), ...(next ? { cursor: cursorOf(next) } : {}) })
      },
    )
    .post(
      '/services/:name/rollback',
      operation({
        id: 'rollback',
        summary: 'Writes a new revision that is equal to an old one',
        answers: { 200: { description: 'It was written, or nothing changed.', schema: writtenView } },
        refusals: [404, 412, 413, 415, 422],
        headers: [{ ...IF_MATCH, description: 'The etag of the record that was seen. Here it may be left out.' }],
        requestBody: body.spec,
      }),
      params({ name }),
      query({ dryRun: v.optional(dryRun), force: v.optional(force) }),
      async (c) => {
        const { name } = c.req.valid('param')
        const { dryRun: isDry, force = false } = c.req.valid('query')
        const token = allow(c, 'write', [name])
        const seen = seenIfSaid(c)
        const { to, ...said } = await body.read(c)
        const registry = registryOf(c.env)
        const condition = seen && (await conditionOf(registry, name, seen))
        const answer = await written(audit, { token, act: 'rollback', names: [name], isDry }, () =>
          registry.rollback(name, to, byOf(token, said), condition, { dryRun: isDry ?? false, force }),
        )
        return c.json(writtenOf(answer, isDry), 200, { 'cache-control': 'no-store' })
      },
    )
    .get(
      '/revisions/:revision',
      operation({
        id: 'revision',
        summary: 'Where a revision stands: what of it KV holds',
        answers: { 200: { description: 'Its status.', schema: statusView } },
        refusals: [404],
      }),
      params({ revision }),
      async (c) => {
        const { prefixes } = allow(c, 'read', [])
        const { revision } = c.req.valid('param')
        const status = await registryOf(c.env).status(revision)
        if (!status) throw notFound(`There is no revision ${revision}.`)
        const { at, publishedAt, author, message, ...rest } = status
        const why = prefixes === undefined ? { author, message } : {}
        return c.json({
          ...rest,
          ...why,
          at: instant(at),
          publishedAt: publishedAt === null ? null : instant(publishedAt),
        })
      },
    )
}
