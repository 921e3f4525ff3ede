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
import { type AdminEnv, statsOf } from './env.ts'

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
      if (!object) throw refusal(404, 'This control plane has no binding STATS_OBJECT, so nobody counts.')
      const { services, isolates } = await object.totals()
      const token = c.get('token')
      const seen = services.filter(({ service }) => reaches(token, service))
      const format = formatOf(c.req.header('accept') ?? null)
      return c.body(exposition(metricsOf(seen, isolates), format), 200, {
        'content-type': CONTENT_TYPES[format],
        'cache-control': 'no-store',
      })
    })
}
