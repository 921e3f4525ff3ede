/** Checks: is the installation as it should be? */
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Clock } from '../../core/time/clock.ts'
import { query } from '../ask/query.ts'
import { allowAll } from '../auth/allow.ts'
import { GROUPS } from '../checks/check.ts'
import { check as checked } from '../checks/checks.ts'
import type { AdminEnv } from '../env.ts'
import { seenInstallation } from '../installed.ts'
import { operation } from '../operation.ts'

const whole = v.pipe(v.number(), v.integer())

const checkView = v.pipe(
  v.strictObject({
    number: v.pipe(whole, v.description('Its place among all checks, from 1.')),
    id: v.string(),
    group: v.picklist(GROUPS),
    title: v.pipe(v.string(), v.description('What is so where it passes.')),
    state: v.pipe(
      v.picklist(['passed', 'warned', 'failed', 'unseen']),
      v.description('`unseen`: what it looks at could not be seen.'),
    ),
    findings: v.array(
      v.strictObject({
        severity: v.picklist(['error', 'warning']),
        name: v.optional(v.pipe(v.string(), v.description('The record that it is about.'))),
        path: v.optional(v.array(v.union([v.string(), v.number()]))),
        message: v.string(),
      }),
    ),
    more: v.pipe(whole, v.description('Findings beyond the hundred that are told.')),
    hint: v.string(),
    link: v.string(),
  }),
  v.metadata({ ref: 'Check' }),
)

const answer = v.strictObject({ checks: v.array(checkView) })

export function check(clock: Clock) {
  return new Hono<AdminEnv>().get(
    '/check',
    operation({
      id: 'check',
      summary: 'Says whether the installation is as it should be, check by check',
      description: 'Reads every record and lists the keys of KV. docs/check.md explains each check.',
      answers: { 200: { description: 'All checks, in their order.', schema: answer } },
      refusals: [400],
    }),
    query({
      version: v.optional(
        v.pipe(v.string(), v.maxLength(32), v.description('The version of who asks, to be compared with the others.')),
      ),
    }),
    async (c) => {
      allowAll(c, 'read')
      const { version } = c.req.valid('query')
      const seen = await seenInstallation(c.env, c.req.raw, clock.now(), version)
      return c.json({ checks: checked(seen) }, 200, { 'cache-control': 'no-store' })
    },
  )
}
