/** The numbers of the mesh: how calls ended and how long they took, by service, rule, endpoint and caller; over time; and who calls whom. */
import { Hono } from 'hono'
import * as v from 'valibot'
import { DURATION_FORM, durationMs, isDuration } from '../../schema/duration.ts'
import type { Ends, ServiceNumbers } from '../../telemetry/numbers/numbers.ts'
import { preferred, REPORTERS, type Reported, type ReporterKind } from '../../telemetry/numbers/reporters.ts'
import { failuresOf, quantilesOf, ratesOf } from '../../telemetry/numbers/summary.ts'
import { refusal } from '../answer/problem.ts'
import { instant } from '../answer/views.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import { reaches, type Token } from '../auth/tokens.ts'
import { type AdminEnv, type ControlEnv, type Stats, statsOf } from '../env.ts'
import { operation } from '../operation.ts'

const LEAST_MS = 10_000
const MOST_MS = 7 * 24 * 3_600_000

const window = v.optional(
  v.pipe(
    v.string(),
    v.check(isWindow, `Expected ${DURATION_FORM}, from 10s to 168h.`),
    v.description('How far back it looks: "10s" to "168h". Default "1m".'),
  ),
)
const service = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512), v.description('The name of a record.'))
const by = v.optional(
  v.pipe(v.picklist(['service', 'rule', 'endpoint', 'caller']), v.description('What a row is. Default `service`.')),
)

const reporter = v.pipe(v.picklist(REPORTERS), v.description('Who counted.'))
const of = v.optional(
  v.pipe(
    v.picklist(REPORTERS),
    v.description('Who counted. Default: of each the first of `mesh`, `source` and `destination` that did.'),
  ),
)

const count = v.pipe(v.number(), v.minValue(0))
const ms = v.nullable(count)
const rates = {
  requests: count,
  rps: v.pipe(count, v.description('A second.')),
  success: v.pipe(
    v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    v.description('The share that ended well, of those whose callers stayed.'),
  ),
}
const quantiles = { p50Ms: ms, p95Ms: ms, p99Ms: ms }
const counts = v.record(v.string(), count)
const head = {
  at: v.pipe(v.string(), v.isoTimestamp()),
  windowMs: count,
  isolates: v.pipe(count, v.description('Isolates that told something in the window.')),
}

const statView = v.strictObject({
  service: v.string(),
  reporter,
  rule: v.optional(v.string()),
  endpoint: v.optional(v.string()),
  caller: v.optional(v.pipe(v.string(), v.description('Empty: nobody knows.'))),
  ...rates,
  ...v.partial(v.strictObject(quantiles)).entries,
  attempts: v.optional(count),
  retries: v.optional(v.pipe(count, v.description('The share of attempts that were not the first, 0 to 1.'))),
  hedged: v.optional(count),
  errors: v.optional(v.pipe(counts, v.description('Errors of the mesh, by code.'))),
  refused: v.optional(v.pipe(counts, v.description('Why failed attempts were not retried.'))),
})
type StatView = v.InferOutput<typeof statView>

const statsView = v.pipe(v.strictObject({ ...head, items: v.array(statView) }), v.metadata({ ref: 'Stats' }))

const seriesView = v.pipe(
  v.strictObject({
    stepMs: count,
    points: v.array(
      v.strictObject({
        at: v.pipe(v.string(), v.isoTimestamp()),
        requests: count,
        failures: count,
        retries: v.pipe(count, v.description('Attempts that were not the first.')),
        ...quantiles,
      }),
    ),
  }),
  v.metadata({ ref: 'Series' }),
)

const edgesView = v.pipe(
  v.strictObject({
    ...head,
    items: v.array(v.strictObject({ caller: v.string(), service: v.string(), reporter, ...rates })),
  }),
  v.metadata({ ref: 'Edges' }),
)

export function stats() {
  return new Hono<AdminEnv>()
    .get(
      '/stats',
      operation({
        id: 'stats',
        summary: 'How calls ended and how long they took',
        answers: { 200: { description: 'The numbers of the window.', schema: statsView } },
        refusals: [404],
      }),
      query({ window, by, service: v.optional(service), reporter: of }),
      async (c) => {
        const asked = c.req.valid('query')
        const windowMs = durationMs(asked.window ?? '1m')
        const { services, at, isolates } = await sums(c.env, windowMs)
        const items = told(visible(services, c.get('token')), asked.reporter)
          .filter((one) => asked.service === undefined || one.service === asked.service)
          .flatMap((one) => rowsOf(one, asked.by ?? 'service', windowMs))
        return c.json({ at: instant(at), windowMs, isolates, items }, 200, NO_STORE)
      },
    )
    .get(
      '/stats/series',
      operation({
        id: 'series',
        summary: 'One service over time, in 400 steps at most',
        answers: {
          200: { description: 'Points, the oldest first. A step without calls has none.', schema: seriesView },
        },
        refusals: [404],
      }),
      query({ window, service, reporter: of }),
      async (c) => {
        const asked = c.req.valid('query')
        allow(c, 'read', [asked.service])
        const { stepMs, points } = await statsIn(c.env).series(
          asked.service,
          durationMs(asked.window ?? '1m'),
          asked.reporter,
        )
        return c.json({ stepMs, points: points.map(pointOf) }, 200, NO_STORE)
      },
    )
    .get(
      '/edges',
      operation({
        id: 'edges',
        summary: 'Who calls whom',
        answers: {
          200: { description: 'The callers of each service. An empty caller: nobody knows.', schema: edgesView },
        },
        refusals: [404],
      }),
      query({ window, reporter: of }),
      async (c) => {
        const { window = '1m', reporter } = c.req.valid('query')
        const windowMs = durationMs(window)
        const { services, at, isolates } = await sums(c.env, windowMs)
        const all = visible(services, c.get('token')).flatMap(edgesOf)
        // Of each pair: who calls by its own registry is known to itself alone.
        const items = told(all, reporter, ({ caller, service }) => JSON.stringify([caller, service])).map(
          ({ ends, ...edge }) => ({ ...edge, ...ratesOf(ends, windowMs) }),
        )
        return c.json({ at: instant(at), windowMs, isolates, items }, 200, NO_STORE)
      },
    )
}

const NO_STORE = { 'cache-control': 'no-store' }

/** @throws a 404 where nobody counts. */
export function statsIn(env: ControlEnv): Stats {
  const object = statsOf(env)
  if (!object) {
    throw refusal(
      404,
      'This control plane has no binding STATS_OBJECT, so nobody counts: docs/observability.md says how.',
      { fields: { code: 'not_counted' } },
    )
  }
  return object
}

const sums = (env: ControlEnv, windowMs: number) => statsIn(env).sums(windowMs)

/** Names that the token may see. What no record answered for is nobody's own. */
function visible<One extends { readonly service: string }>(services: readonly One[], token: Token): readonly One[] {
  return services.filter(({ service }) => reaches(token, service))
}

interface Sum extends Reported {
  readonly numbers: ServiceNumbers
}

/** What the one reporter that is asked for has counted; else of each the first that has. */
function told<One extends Reported>(
  all: readonly One[],
  reporter: ReporterKind | undefined,
  keyOf?: (one: One) => string,
) {
  return reporter === undefined ? preferred(all, keyOf) : all.filter((one) => one.reporter === reporter)
}

function edgesOf({ service, reporter, numbers }: Sum) {
  return Object.entries(numbers.callers).map(([caller, ends]) => ({ caller, service, reporter, ends }))
}

function rowsOf(
  { service, reporter, numbers }: Sum,
  by: 'service' | 'rule' | 'endpoint' | 'caller',
  windowMs: number,
): StatView[] {
  if (by === 'service') {
    const { ends, ms, attempts, retries, hedged, errors, refused } = numbers
    const share = attempts === 0 ? 0 : retries / attempts
    return [
      {
        service,
        reporter,
        ...ratesOf(ends, windowMs),
        ...quantilesOf(ms),
        attempts,
        retries: share,
        hedged,
        errors,
        refused,
      },
    ]
  }
  if (by === 'endpoint') {
    return Object.entries(numbers.endpoints).map(([endpoint, { ends, ms }]) => ({
      service,
      reporter,
      endpoint,
      ...ratesOf(ends, windowMs),
      ...quantilesOf(ms),
    }))
  }
  const entries: [string, Ends][] = Object.entries(by === 'rule' ? numbers.rules : numbers.callers)
  return entries.map(([key, ends]) => ({ service, reporter, [by]: key, ...ratesOf(ends, windowMs) }))
}

function pointOf({ at, numbers: { ends, ms, retries } }: { readonly at: number; readonly numbers: ServiceNumbers }) {
  const { requests } = ratesOf(ends, 1000)
  return { at: instant(at), requests, failures: failuresOf(ends), retries, ...quantilesOf(ms) }
}

function isWindow(text: string): boolean {
  return isDuration(text) && durationMs(text) >= LEAST_MS && durationMs(text) <= MOST_MS
}
