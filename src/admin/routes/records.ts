/** Records: listed, read, written and deleted, one at a time. */
import { type Context, Hono } from 'hono'
import { resolver } from 'hono-openapi'
import * as v from 'valibot'
import type { Written } from '../../durable/ledger/change.ts'
import { notFound, refusal } from '../answer/problem.ts'
import { recordOf, recordView, textOf, viewOf, written as writtenRecord } from '../answer/views.ts'
import { writtenOf, writtenView } from '../answer/written.ts'
import { assertType, parsedJson, readText } from '../ask/body.ts'
import { byOf } from '../ask/by.ts'
import { conditionIn } from '../ask/condition.ts'
import { author, cursor, dryRun, force, limit, message, name, params, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import { type AdminEnv, registryOf } from '../env.ts'
import { listed } from '../listed.ts'
import { IF_MATCH, IF_NONE_MATCH, operation, pageOf } from '../operation.ts'
import { written } from '../write.ts'

const BODY_TYPES = ['application/json', 'text/plain'] as const

const how = { message: v.optional(message), author: v.optional(author), dryRun: v.optional(dryRun) }
/** What is deleted has no fields. */
const howToPut = { ...how, force: v.optional(force) }

export function records(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/services',
      operation({
        id: 'listRecords',
        summary: 'Records in the order of their names',
        answers: { 200: { description: 'A page.', schema: pageOf(recordView) } },
        refusals: [],
      }),
      query({
        prefix: v.optional(v.pipe(v.string(), v.maxLength(512))),
        limit: v.optional(limit),
        cursor: v.optional(cursor),
      }),
      async (c) => {
        const token = allow(c, 'read', [])
        const { items, cursor } = await listed(registryOf(c.env), token, c.req.valid('query'))
        return c.json({ items: items.map(viewOf), ...(cursor === undefined ? {} : { cursor }) })
      },
    )
    .get(
      '/services/:name',
      operation({
        id: 'getRecord',
        summary: 'One record',
        answers: {
          200: { description: 'The record.', schema: recordView, hasEtag: true },
          304: { description: 'It is the one that is known already.', hasEtag: true },
        },
        refusals: [404],
        headers: [{ name: 'if-none-match', description: 'Etags that are known already.' }],
      }),
      params({ name }),
      async (c) => {
        const { name } = c.req.valid('param')
        allow(c, 'read', [name])
        const current = await registryOf(c.env).get(name)
        if (!current) throw notFound(`There is no record of "${name}".`)
        const headers = { etag: etag(current.revision), 'cache-control': 'no-store' }
        const known = c.req
          .header('if-none-match')
          ?.split(',')
          .map((one) => one.trim().replace(/^W\//, ''))
        if (known?.some((one) => one === '*' || one === headers.etag)) return c.body(null, 304, headers)
        return c.json(viewOf(current), 200, headers)
      },
    )
    .put(
      '/services/:name',
      operation({
        id: 'putRecord',
        summary: 'Writes one record',
        description: 'Takes the record as JSON, or a bare URL as text/plain.',
        answers: {
          200: { description: 'It was written, or nothing changed.', schema: writtenView, hasEtag: true },
          201: { description: 'It was written, and was not there before.', schema: writtenView, hasEtag: true },
        },
        refusals: [412, 413, 415, 422, 428],
        headers: [IF_MATCH, IF_NONE_MATCH],
        requestBody: {
          required: true,
          content: {
            'application/json': { schema: resolver(writtenRecord) },
            'text/plain': { schema: { type: 'string' } },
          },
        },
      }),
      params({ name }),
      query(howToPut),
      async (c) => {
        const { name } = c.req.valid('param')
        const { dryRun: isDry, force = false, ...said } = c.req.valid('query')
        const token = allow(c, 'write', [name])
        const condition = await conditionIn(c, name)
        const text = await recordText(c)
        const answer = await written(audit, { token, act: 'put', names: [name], isDry }, () =>
          registryOf(c.env).write([{ name, text, condition }], byOf(token, said), { dryRun: isDry ?? false, force }),
        )
        return c.json(writtenOf(answer, isDry), answer.created.length > 0 ? 201 : 200, tagged(answer))
      },
    )
    .delete(
      '/services/:name',
      operation({
        id: 'deleteRecord',
        summary: 'Deletes one record',
        answers: { 200: { description: 'It was deleted.', schema: writtenView } },
        refusals: [412, 422, 428],
        headers: [IF_MATCH],
      }),
      params({ name }),
      query(how),
      async (c) => {
        const { name } = c.req.valid('param')
        const { dryRun: isDry, ...said } = c.req.valid('query')
        const token = allow(c, 'write', [name])
        const condition = await conditionIn(c, name)
        if ('ifNoneMatch' in condition) throw refusal(400, 'A record is deleted with if-match: there must be one.')
        const answer = await written(audit, { token, act: 'delete', names: [name], isDry }, () =>
          registryOf(c.env).write([{ name, text: null, condition }], byOf(token, said), { dryRun: isDry ?? false }),
        )
        return c.json(writtenOf(answer, isDry), 200, { 'cache-control': 'no-store' })
      },
    )
}

async function recordText(c: Context<AdminEnv>): Promise<string> {
  const type = assertType(c, BODY_TYPES)
  const text = await readText(c)
  if (type === 'text/plain') return textOf(recordOf(text))
  const value = parsedJson(text)
  if (typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return textOf(value as string | Record<string, unknown>)
  throw refusal(422, 'A record is a JSON object, or a URL.', {
    fields: { code: 'invalid', issues: [{ path: [], message: 'Expected an object or a URL.' }] },
  })
}

function etag(revision: number): string {
  return `"${revision}"`
}

function tagged({ revision }: Written) {
  return { etag: etag(revision), 'cache-control': 'no-store' }
}
