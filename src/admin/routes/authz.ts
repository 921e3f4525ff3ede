/** Who may call whom by the records, and who did: allowed, denied, and what `audit` would deny. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { MeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import { DURATION_FORM, durationMs, isDuration } from '../../schema/duration.ts'
import { readInstallation } from '../../wire/installation.ts'
import { refusal } from '../answer/problem.ts'
import { instant } from '../answer/views.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import { reaches } from '../auth/tokens.ts'
import { countedCalls } from '../authz/calls.ts'
import { written } from '../authz/written.ts'
import { type AdminEnv, registryOf, statsOf } from '../env.ts'
import { operation } from '../operation.ts'

const LEAST_MS = 10_000
const MOST_MS = 7 * 24 * 3_600_000

const count = v.pipe(v.number(), v.minValue(0))
const effect = v.picklist(['allow', 'deny'])
const texts = v.optional(v.array(v.string()))

const policyView = v.strictObject({
  record: v.string(),
  default: v.pipe(effect, v.description('In effect: that of the record, of MESH_DEFAULTS, or `allow`.')),
  mode: v.picklist(['enforce', 'audit']),
  rules: v.array(
    v.strictObject({
      name: v.string(),
      effect,
      callers: texts,
      claims: v.pipe(texts, v.description('Of guests: `scope=orders:read|orders:write`.')),
      methods: texts,
      paths: v.pipe(texts, v.description('A prefix, or `Exact /healthz`, `RegularExpression …`.')),
    }),
  ),
})

const callView = v.strictObject({
  service: v.string(),
  caller: v.pipe(v.string(), v.description('Empty: nobody knows.')),
  record: v.pipe(
    v.nullable(v.string()),
    v.description('Whose rules decided. `null`: no record that says who may call was asked.'),
  ),
  rule: v.pipe(v.nullable(v.string()), v.description('The rule that decided, or `default`.')),
  allowed: count,
  denied: count,
  wouldDeny: v.pipe(count, v.description('By a record in `audit`: they passed.')),
})

export const authzView = v.pipe(
  v.strictObject({
    at: v.pipe(v.string(), v.isoTimestamp()),
    windowMs: count,
    isolates: v.pipe(
      v.nullable(count),
      v.description('Isolates that told something in the window. `null`: nobody counts.'),
    ),
    policies: v.pipe(v.array(policyView), v.description('Records that say who may call.')),
    open: v.pipe(v.array(v.string()), v.description('Records that say nothing of it: everybody may call.')),
    items: v.pipe(v.array(callView), v.description('Calls of the window.')),
  }),
  v.metadata({ ref: 'Authz' }),
)

export function authz(clock: Clock) {
  return new Hono<AdminEnv>().get(
    '/authz',
    operation({
      id: 'authz',
      summary: 'Who may call whom by the records, and who did',
      answers: { 200: { description: 'Both.', schema: authzView } },
      refusals: [422],
    }),
    query({
      window: v.optional(
        v.pipe(
          v.string(),
          v.check(isWindow, `Expected ${DURATION_FORM}, from 10s to 168h.`),
          v.description('How far back it looks: "10s" to "168h". Default "1h".'),
        ),
      ),
      service: v.optional(
        v.pipe(
          v.string(),
          v.nonEmpty(),
          v.maxLength(512),
          v.description('The name of a record: what it says, and calls that it was asked about.'),
        ),
      ),
    }),
    async (c) => {
      const { window = '1h', service } = c.req.valid('query')
      const token = allow(c, 'read', service === undefined ? [] : [service])
      const windowMs = durationMs(window)
      const isSeen = (name: string) => reaches(token, name)
      const isMeant = (name: string) => service === undefined || service === name
      const isAsked = (name: string) => isSeen(name) && isMeant(name)
      const [told, sums] = await Promise.all([
        written(registryOf(c.env), token, readInstallation(c.req.raw.headers)).catch(refused),
        statsOf(c.env)?.sums(windowMs),
      ])
      const items = countedCalls((sums?.services ?? []).filter(({ service }) => isSeen(service)))
        // Of records that the token does not reach, rules are not told.
        .filter(({ record }) => record === null || isSeen(record))
        .filter(({ service, record }) => isMeant(service) || (record !== null && isMeant(record)))
      return c.json(
        {
          at: instant(sums?.at ?? clock.now()),
          windowMs,
          isolates: sums?.isolates ?? null,
          policies: told.policies.filter(({ record }) => isAsked(record)),
          open: told.open.filter(isAsked),
          items,
        },
        200,
        { 'cache-control': 'no-store' },
      )
    },
  )
}

/** `MESH_DEFAULTS` of the mesh cannot be read. */
function refused(error: unknown): never {
  throw error instanceof MeshError ? refusal(422, error.message, { fields: { code: error.code } }) : error
}

function isWindow(text: string): boolean {
  return isDuration(text) && durationMs(text) >= LEAST_MS && durationMs(text) <= MOST_MS
}
