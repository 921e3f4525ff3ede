/** The numbers of the mesh: how calls ended and how long they took, by service, rule, endpoint and caller; over time; and who calls whom. */
import { Hono } from 'hono'
import * as v from 'valibot'
import type { LearnedSum } from '../../durable/stats/learned-book.ts'
import type { ServiceSum } from '../../durable/stats/number-book.ts'
import { durationMs } from '../../schema/duration.ts'
import type { Ends, ServiceNumbers } from '../../telemetry/numbers/numbers-digest.ts'
import { failuresOf, quantilesOf, ratesOf } from '../../telemetry/numbers/summary.ts'
import {
  count,
  counted,
  counts,
  ejectedOf,
  ejectedView,
  head,
  NO_STORE,
  ofReporter,
  quantiles,
  rates,
  reporter,
  service,
  told,
  visible,
  window,
} from '../answer/numbers.ts'
import { instant } from '../answer/views.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import type { AdminEnv, ControlEnv } from '../env.ts'
import { operation } from '../operation.ts'

const by = v.optional(
  v.pipe(v.picklist(['service', 'rule', 'endpoint', 'caller']), v.description('What a row is. Default `service`.')),
)

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
  budgetLeft: v.optional(
    v.pipe(
      count,
      v.description(
        'Retries that its budget could pay for, in the isolate that has least. Left out: it has no bound, or nobody told.',
      ),
    ),
  ),
  totalMs: v.optional(v.pipe(count, v.description('Of an endpoint: what all its attempts took together.'))),
  ejected: v.optional(ejectedView),
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
      query({ window, by, service: v.optional(service), reporter: ofReporter }),
      async (c) => {
        const asked = c.req.valid('query')
        const windowMs = durationMs(asked.window ?? '1m')
        const { services, at, isolates, learned } = await sums(c.env, windowMs)
        const items = counted(visible(services, c.get('token')), asked.reporter)
          .filter((one) => asked.service === undefined || one.service === asked.service)
          .flatMap((one) => rowsOf(one, learned, asked.by ?? 'service', windowMs))
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
      query({ window, service, reporter: ofReporter }),
      async (c) => {
        const asked = c.req.valid('query')
        allow(c, 'read', [asked.service])
        const windowMs = durationMs(asked.window ?? '1m')
        const { stepMs, points } = await told(c.env).series(asked.service, windowMs, asked.reporter)
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
      query({ window, reporter: ofReporter }),
      async (c) => {
        const asked = c.req.valid('query')
        const windowMs = durationMs(asked.window ?? '1m')
        const { services, at, isolates } = await sums(c.env, windowMs)
        const all = visible(services, c.get('token')).flatMap(edgesOf)
        // Of each pair: who calls by a registry of its own is known to itself alone.
        const items = counted(all, asked.reporter, ({ caller, service }) => JSON.stringify([caller, service])).map(
          ({ ends, ...edge }) => ({ ...edge, ...ratesOf(ends, windowMs) }),
        )
        return c.json({ at: instant(at), windowMs, isolates, items }, 200, NO_STORE)
      },
    )
}

const sums = (env: ControlEnv, windowMs: number) => told(env).sums(windowMs)

function edgesOf({ service, reporter, numbers }: ServiceSum) {
  return Object.entries(numbers.callers).map(([caller, ends]) => ({ caller, service, reporter, ends }))
}

function rowsOf(
  { service, reporter, numbers }: ServiceSum,
  { budgets, ejected }: LearnedSum,
  by: 'service' | 'rule' | 'endpoint' | 'caller',
  windowMs: number,
): StatView[] {
  if (by === 'service') {
    const { ends, ms, attempts, retries, hedged, errors, refused } = numbers
    const share = attempts === 0 ? 0 : retries / attempts
    const golden = { ...ratesOf(ends, windowMs), ...quantilesOf(ms) }
    const budgetLeft = budgets[service]
    return [
      {
        service,
        reporter,
        ...golden,
        attempts,
        retries: share,
        hedged,
        errors,
        refused,
        ...(budgetLeft !== undefined && { budgetLeft }),
      },
    ]
  }
  if (by === 'endpoint') {
    return Object.entries(numbers.endpoints).map(([endpoint, { ends, ms }]) => {
      const sum = ejected.find((one) => one.service === service && one.endpoint === endpoint)
      return {
        service,
        reporter,
        endpoint,
        ...ratesOf(ends, windowMs),
        ...quantilesOf(ms),
        totalMs: ms.sum,
        ...(sum && { ejected: ejectedOf(sum) }),
      }
    })
  }
  const entries: [string, Ends][] = Object.entries(by === 'rule' ? numbers.rules : numbers.callers)
  return entries.map(([key, ends]) => ({ service, reporter, [by]: key, ...ratesOf(ends, windowMs) }))
}

function pointOf({ at, numbers: { ends, ms, retries } }: { readonly at: number; readonly numbers: ServiceNumbers }) {
  const { requests } = ratesOf(ends, 1000)
  return { at: instant(at), requests, failures: failuresOf(ends), retries, ...quantilesOf(ms) }
}
