/** `/-/metrics`: the numbers of the mesh for Prometheus, to tokens that may read. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { Log } from '../core/log.ts'
import type { Clock } from '../core/time/clock.ts'
import { CONTENT_TYPES, exposition, formatOf } from '../telemetry/exposition.ts'
import { metricsOf } from '../telemetry/numbers/metrics.ts'
import { refusal } from './answer/problem.ts'
import { authenticate } from './auth/authenticate.ts'
import { reaches } from './auth/tokens.ts'
import { type AdminEnv, deadLettersOf, sagasOf, statsOf } from './env.ts'
import { queueMetricsOf } from './letters/metrics.ts'
import { sagaMetricsOf } from './sagas/metrics.ts'

export function metrics(clock: Clock, log: Log) {
  return new Hono<AdminEnv>()
    .onError((error) => {
      if (error instanceof HTTPException && error.res) return error.getResponse()
      log({ level: 'error', event: 'admin_failed', message: error.message, stack: error.stack })
      return refusal(503, 'The numbers cannot be read now.').getResponse()
    })
    .use('*', authenticate(clock, log))
    .get('/', async (c) => {
      const object = statsOf(c.env)
      const list = sagasOf(c.env)
      const letters = deadLettersOf(c.env)
      if (!object && !list && !letters)
        throw refusal(404, 'This control plane has no binding STATS_OBJECT, so nobody counts.')
      const token = c.get('token')
      const totals = await object?.totals()
      const seen = totals?.services.filter(({ service }) => reaches(token, service)) ?? []
      const counts = (await list?.counts())?.filter(({ saga }) => reaches(token, saga)) ?? []
      // Queues have no names of the registry: they are for tokens that see all.
      const isAll = token.prefixes === undefined
      const dead = (isAll && (await letters?.counts())) || []
      const families = [
        ...(totals ? metricsOf(seen, totals.isolates) : []),
        ...sagaMetricsOf(counts, clock.now()),
        ...queueMetricsOf(isAll ? (totals?.queues ?? []) : [], dead, clock.now()),
      ]
      const format = formatOf(c.req.header('accept') ?? null)
      return c.body(exposition(families, format), 200, {
        'content-type': CONTENT_TYPES[format],
        'cache-control': 'no-store',
      })
    })
}
