/** Simulation: what changes would do to requests that the mesh has served; none is written. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { MeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Move, Spot } from '../../mesh/simulate/simulation.ts'
import { DURATION_FORM, durationMs, isDuration } from '../../schema/duration.ts'
import { readInstallation } from '../../wire/installation.ts'
import { refusal } from '../answer/problem.ts'
import { instant, textOf, written as writtenRecord } from '../answer/views.ts'
import { jsonBody } from '../ask/body.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import { reaches, type Token } from '../auth/tokens.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'
import { recordIssues } from '../record-issues.ts'
import { nameOf } from '../registry.ts'
import { simulated } from '../simulated.ts'

const MOST_CHANGES = 10_000
const DAY_MS = 24 * 3_600_000

const body = jsonBody(
  v.strictObject({
    changes: v.pipe(
      v.array(
        v.strictObject({
          name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(512)),
          record: v.pipe(v.nullable(writtenRecord), v.description('`null` deletes it.')),
        }),
      ),
      v.minLength(1),
      v.maxLength(MOST_CHANGES),
    ),
    window: v.optional(
      v.pipe(
        v.string(),
        v.check(isWindow, `Expected ${DURATION_FORM}, up to 24h.`),
        v.description('How old the requests may be that are replayed, as "1h". Default "24h".'),
      ),
    ),
  }),
)

const count = v.pipe(v.number(), v.minValue(0))
const counts = { requests: count, moved: count, broken: count, mended: count, unknown: count }

const spot = v.strictObject({
  record: v.optional(v.pipe(v.string(), v.description('The key of the record whose rules decide.'))),
  rule: v.optional(v.string()),
  backend: v.optional(v.pipe(v.string(), v.description('The service whose endpoints are meant.'))),
  endpoints: v.array(v.string()),
  answered: v.optional(v.pipe(v.picklist(['redirect', 'preflight']), v.description('A filter answers.'))),
  error: v.optional(v.strictObject({ code: v.string(), status: v.pipe(v.number(), v.integer()) })),
})

const move = v.strictObject({
  kind: v.picklist(['moved', 'broken', 'mended']),
  from: spot,
  to: spot,
  requests: count,
  percent: v.pipe(count, v.description("Of the service's requests.")),
  example: v.strictObject({ method: v.string(), path: v.string() }),
  callers: v.optional(
    v.pipe(
      v.array(v.string()),
      v.description('Of requests that would be denied: whose they are. Empty: nobody knows.'),
    ),
  ),
})

export const simulationView = v.pipe(
  v.strictObject({
    recordedSince: v.pipe(
      v.nullable(v.pipe(v.string(), v.isoTimestamp())),
      v.description('Since when shapes of requests are kept. `null`: there are none, and nothing can be said.'),
    ),
    shapes: v.pipe(v.number(), v.integer()),
    ...counts,
    services: v.array(
      v.strictObject({
        name: v.string(),
        ...counts,
        moves: v.array(move),
        more: v.pipe(v.number(), v.integer(), v.description('Moves beyond those that are told.')),
        untold: v.pipe(
          v.record(v.string(), count),
          v.description('What the shapes do not tell, with the requests that hang on it.'),
        ),
      }),
    ),
  }),
  v.metadata({ ref: 'Simulation' }),
)

export function simulate(clock: Clock) {
  return new Hono<AdminEnv>().post(
    '/simulate',
    operation({
      id: 'simulate',
      summary: 'Replays recorded requests against records as they would be: who moves where, and who breaks',
      answers: { 200: { description: 'What would become of the requests.', schema: simulationView } },
      refusals: [400, 413, 415, 422],
      requestBody: body.spec,
    }),
    query({}),
    async (c) => {
      const { changes, window = '24h' } = await body.read(c)
      const token = allow(
        c,
        'read',
        changes.map(({ name }) => name),
      )
      const issues = changes.flatMap(({ name, record }) =>
        record === null ? [] : recordIssues(name, textOf(record)).map(({ path, message }) => ({ name, path, message })),
      )
      if (issues.length > 0) {
        throw refusal(422, 'The mesh would not understand what is to be simulated.', {
          fields: { code: 'invalid', issues },
        })
      }
      const answer = await simulated(c.env, {
        changes: Object.fromEntries(changes.map(({ name, record }) => [name, record === null ? null : textOf(record)])),
        forMs: durationMs(window),
        isAsked: (name) => reaches(token, name),
        installation: readInstallation(c.req.raw.headers),
        clock,
      }).catch((error: unknown) => {
        throw error instanceof MeshError ? refusal(422, error.message, { fields: { code: error.code } }) : error
      })
      const { recordedSince: since, services } = answer
      return c.json(
        {
          ...answer,
          recordedSince: since === null ? null : instant(since),
          services: services.map((one) => ({ ...one, moves: one.moves.map((move) => seenBy(token, move)) })),
        },
        200,
        { 'cache-control': 'no-store' },
      )
    },
  )
}

/** Of records that the token does not reach, rules and endpoints are not told. */
function seenBy(token: Token, move: Move): Move {
  const isSeen = (name: string | undefined) => name === undefined || reaches(token, nameOf(name))
  const seen = ({ rule, endpoints, ...spot }: Spot): Spot => ({
    ...spot,
    ...(isSeen(spot.record) ? { rule } : {}),
    endpoints: isSeen(spot.record) && isSeen(spot.backend) ? endpoints : [],
  })
  return { ...move, from: seen(move.from), to: seen(move.to) }
}

function isWindow(text: string): boolean {
  return isDuration(text) && durationMs(text) <= DAY_MS
}
