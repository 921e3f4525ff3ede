/** Resolution: what would become of a request, told by the code that decides it. Nothing is sent. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { MeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import { systemRandom } from '../../core/time/random.ts'
import { decide } from '../../mesh/told/decide.ts'
import type { Decision } from '../../mesh/told/decision.ts'
import { readInstallation } from '../../wire/installation.ts'
import { decisionView } from '../answer/decision.ts'
import { refusal } from '../answer/problem.ts'
import { textOf, written } from '../answer/views.ts'
import { jsonBody } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import type { Token } from '../auth/tokens.ts'
import { reaches } from '../auth/tokens.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'
import { nameOf, newestRecords } from '../registry.ts'

const text = v.pipe(v.string(), v.maxLength(16_384))

const body = jsonBody(
  v.strictObject({
    request: v.strictObject({
      method: v.optional(v.pipe(v.string(), v.maxLength(40)), 'GET'),
      url: v.optional(v.pipe(text, v.description('`http://users/42`, or an address of the mesh. Or else "name".'))),
      name: v.optional(v.pipe(v.string(), v.maxLength(512))),
      path: v.optional(v.pipe(text, v.description('Path and query, beside "name". Default `/`.'))),
      caller: v.optional(
        v.pipe(v.string(), v.maxLength(253), v.description('Who calls, as its binding would say it.')),
      ),
      headers: v.optional(v.record(v.string(), text)),
    }),
    records: v.optional(
      v.pipe(
        v.record(v.string(), v.nullable(written)),
        v.description('What-if: records in place of those that stand there; `null` takes a name away.'),
      ),
    ),
  }),
)

export function resolve(clock: Clock) {
  return new Hono<AdminEnv>().post(
    '/resolve',
    operation({
      id: 'resolve',
      summary: 'What would become of a request, and why',
      description:
        'Told by the code of the data plane: names followed, records read, rules that matched or did not and why, where it may be led, with which policy, and what the caller would get. Records are the newest that history has: isolates may serve older ones for a minute.',
      answers: { 200: { description: 'The decision.', schema: decisionView } },
      refusals: [400, 413, 415, 422],
      requestBody: body.spec,
    }),
    query({}),
    async (c) => {
      const { request, records = {} } = await body.read(c)
      const token = allow(c, 'read', [])
      const whatIf = Object.entries(records).map(([name, record]) => [name, record === null ? null : textOf(record)])
      try {
        const decision = await decide(request, {
          registry: newestRecords(c.env),
          whatIf: Object.fromEntries(whatIf),
          installation: readInstallation(c.req.raw.headers),
          clock,
          random: systemRandom(),
        })
        allow(c, 'read', obeyed(decision))
        return c.json(seenBy(token, decision), 200, { 'cache-control': 'no-store' })
      } catch (error) {
        if (error instanceof MeshError) throw refusal(422, error.message, { fields: { code: error.code } })
        throw error
      }
    },
  )
}

/** Names whose records the decision tells of. */
function obeyed({ request, names, key, records, leads }: Decision): string[] {
  const keys = [key, ...records.map(({ key }) => key), ...leads.map(({ key }) => key)]
  return [request.name, ...names, ...keys.flatMap((key) => (key === undefined ? [] : [nameOf(key)]))]
}

/** What else was read is not told of names that the token does not reach; nor is what an error repeats of it. */
function seenBy(token: Token, decision: Decision): Decision {
  const isSeen = ({ key }: { readonly key: string }) => reaches(token, nameOf(key))
  const read = decision.read.filter(isSeen)
  if (!decision.read.some((one) => one.isThere && !isSeen(one))) return { ...decision, read }
  const { refused, leads, ...rest } = decision
  return {
    ...rest,
    read,
    leads: leads.map((lead) => ({
      ...lead,
      outcome: lead.outcome.is === 'refused' ? { ...lead.outcome, detail: UNSEEN } : lead.outcome,
    })),
    ...(refused ? { refused: { ...refused, detail: UNSEEN } } : {}),
  }
}

const UNSEEN = 'Why is told to a token that reaches all records that were read.'
