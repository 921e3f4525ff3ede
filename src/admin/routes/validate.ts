/** Validation: what the mesh would say of records, without writing any. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { textOf, written as writtenRecord } from '../answer/views.ts'
import { jsonBody } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'
import { recordIssues } from '../record-issues.ts'

const body = jsonBody(
  v.strictObject({ records: v.pipe(v.record(v.string(), writtenRecord), v.description('Records by their names.')) }),
)

const answer = v.strictObject({
  issues: v.array(
    v.strictObject({ name: v.string(), path: v.array(v.union([v.string(), v.number()])), message: v.string() }),
  ),
})

export function validate() {
  return new Hono<AdminEnv>().post(
    '/validate',
    operation({
      id: 'validate',
      summary: 'Says all that is wrong with records; none is written',
      answers: { 200: { description: 'What is wrong. Nothing: the mesh would obey all of them.', schema: answer } },
      refusals: [413, 415, 422],
      requestBody: body.spec,
    }),
    query({}),
    async (c) => {
      allow(c, 'read', [])
      const { records } = await body.read(c)
      const issues = Object.entries(records).flatMap(([name, record]) =>
        recordIssues(name, textOf(record)).map(({ path, message }) => ({ name, path: [...path], message })),
      )
      return c.json({ issues }, 200, { 'cache-control': 'no-store' })
    },
  )
}
