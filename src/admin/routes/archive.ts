/** The archive: the whole history carried out, and into an object that has none. */
import { type Context, Hono } from 'hono'
import * as v from 'valibot'
import { UNFIT } from '../../durable/archive.ts'
import { refusal } from '../answer/problem.ts'
import { jsonBody } from '../ask/body.ts'
import { byOf } from '../ask/by.ts'
import { author, cursorOf, limit, message, place, placeOf, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allowAll } from '../auth/allow.ts'
import { type AdminEnv, registryOf } from '../env.ts'
import { operation, pageOf } from '../operation.ts'
import { audited } from '../write.ts'

const whole = v.pipe(v.number(), v.integer(), v.minValue(0))

/** As it stands in history: the text of a record is the one that was written, to the letter. */
const row = v.pipe(
  v.strictObject({
    revision: v.pipe(v.number(), v.integer(), v.minValue(1)),
    name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(512)),
    text: v.pipe(v.nullable(v.string()), v.description('As in KV; `null` where the name was deleted.')),
    author: v.nullable(v.pipe(v.string(), v.maxLength(256))),
    message: v.pipe(v.string(), v.maxLength(256)),
    at: v.pipe(whole, v.description('Milliseconds since the epoch.')),
    origin: v.picklist(['api', 'hand', 'adopt', 'restore', 'rollback']),
  }),
  v.metadata({ ref: 'Row' }),
)

const rows = jsonBody(v.strictObject({ rows: v.pipe(v.array(row), v.maxLength(1_000)) }))

const end = jsonBody(
  v.strictObject({
    truth: v.pipe(
      v.picklist(['kv', 'history']),
      v.description(
        'What counts where KV differs from the history: `kv` makes revisions of what stands in KV; `history` writes over it.',
      ),
    ),
    message: v.optional(message),
    author: v.optional(author),
  }),
)

export function archive(audit: Audit) {
  return new Hono<AdminEnv>()
    .get(
      '/export',
      operation({
        id: 'export',
        summary: 'The whole history, row by row; for tokens without prefixes',
        answers: { 200: { description: 'A page.', schema: pageOf(row) } },
        refusals: [],
      }),
      query({ limit: v.optional(limit), cursor: v.optional(place) }),
      async (c) => {
        allowAll(c, 'read')
        const { limit, cursor } = c.req.valid('query')
        const { rows, next } = await registryOf(c.env).export(cursor === undefined ? undefined : placeOf(cursor), limit)
        return c.json({ items: rows, ...(next ? { cursor: cursorOf(next) } : {}) })
      },
    )
    .post(
      '/restore',
      operation({
        id: 'restore',
        summary: 'Takes a page of a history in; from the first one on the registry answers nothing else until the end',
        answers: { 200: { description: 'It was taken in.', schema: v.strictObject({ rows: whole }) } },
        refusals: [409, 413, 415, 422],
        requestBody: rows.spec,
      }),
      query({}),
      async (c) => {
        allowAll(c, 'write')
        const page = await rows.read(c)
        await entered(c, audit, `restore, ${page.rows.length} rows`, () => registryOf(c.env).restore(page.rows))
        return c.json({ rows: page.rows.length })
      },
    )
    .post(
      '/restore/end',
      operation({
        id: 'restored',
        summary: 'Says that all pages are in',
        answers: {
          200: {
            description: 'The registry answers again as soon as it has looked through KV.',
            schema: v.strictObject({ truth: v.string() }),
          },
        },
        refusals: [409, 413, 415, 422],
        requestBody: end.spec,
      }),
      query({}),
      async (c) => {
        const token = allowAll(c, 'write')
        const { truth, ...said } = await end.read(c)
        await entered(c, audit, `restored, by ${truth}`, () => registryOf(c.env).restored(truth, byOf(token, said)))
        return c.json({ truth })
      },
    )
}

/** @throws 409 where the object has a history of its own, or none is being restored. */
async function entered(c: Context<AdminEnv>, audit: Audit, act: string, ask: () => Promise<void>): Promise<void> {
  const unfit = await audited(
    audit,
    c.get('token'),
    act,
    () => ask().then(() => undefined, unfitOf),
    (unfit) => (unfit ? UNFIT : 'written'),
  )
  if (unfit) throw refusal(409, unfit.message, { fields: { code: UNFIT } })
}

function unfitOf(error: unknown): Error {
  if (error instanceof Error && 'code' in error && error.code === UNFIT) return error
  throw error
}
