/** Changes: several records at once, all of them or none. */
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Change } from '../../durable/ledger/change.ts'
import { refusal } from '../answer/problem.ts'
import { textOf, written as writtenRecord } from '../answer/views.ts'
import { writtenOf, writtenView } from '../answer/written.ts'
import { jsonBody } from '../ask/body.ts'
import { byOf } from '../ask/by.ts'
import { conditionOf } from '../ask/condition.ts'
import { author, dryRun, force, message, query } from '../ask/query.ts'
import type { Audit } from '../audit.ts'
import { allow } from '../auth/allow.ts'
import { type AdminEnv, registryOf } from '../env.ts'
import { operation } from '../operation.ts'
import { written } from '../write.ts'

/** As many as the registry takes at once. */
const MOST_CHANGES = 1_000

const change = v.pipe(
  v.strictObject({
    name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(512)),
    record: v.pipe(v.nullable(writtenRecord), v.description('`null` deletes it.')),
    ifMatch: v.optional(
      v.pipe(
        v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), v.literal('*')]),
        v.description('The revision that was seen; `*` for any. This or `ifNoneMatch` is needed.'),
      ),
    ),
    ifNoneMatch: v.optional(v.pipe(v.literal('*'), v.description('There was no record.'))),
  }),
  v.metadata({ ref: 'Change' }),
)

const body = jsonBody(
  v.strictObject({
    message: v.optional(message),
    author: v.optional(author),
    changes: v.pipe(v.array(change), v.minLength(1), v.maxLength(MOST_CHANGES)),
  }),
)

export function changes(audit: Audit) {
  return new Hono<AdminEnv>().post(
    '/changes',
    operation({
      id: 'change',
      summary: 'Writes and deletes several records under one revision, all or none',
      answers: { 200: { description: 'All of it was written.', schema: writtenView } },
      refusals: [412, 413, 415, 422, 428],
      requestBody: body.spec,
    }),
    query({ dryRun: v.optional(dryRun), force: v.optional(force) }),
    async (c) => {
      const { dryRun: isDry, force = false } = c.req.valid('query')
      const { changes, ...said } = await body.read(c)
      const names = changes.map(({ name }) => name)
      const token = allow(c, 'write', names)
      const registry = registryOf(c.env)
      const wanted = await Promise.all(
        changes.map(async ({ name, record, ifMatch, ifNoneMatch }): Promise<Change> => {
          if ((ifMatch === undefined) === (ifNoneMatch === undefined))
            throw refusal(
              428,
              `Say which state of "${name}" you have seen: either "ifMatch", its revision, or "ifNoneMatch": "*".`,
            )
          const seen = ifMatch === undefined ? { ifNoneMatch: '*' as const } : { ifMatch }
          return {
            name,
            text: record === null ? null : textOf(record),
            condition: await conditionOf(registry, name, seen as never),
          }
        }),
      )
      const answer = await written(audit, { token, act: 'change', names, isDry }, () =>
        registry.write(wanted, byOf(token, said), { dryRun: isDry ?? false, force }),
      )
      return c.json(writtenOf(answer, isDry), 200, { 'cache-control': 'no-store' })
    },
  )
}
