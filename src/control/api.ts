/** What stands under `/-/`, but for the health that the mesh tells by itself. */
import { Hono } from 'hono'
import { type AdminOptions, adminApi, logOf } from '../admin/api.ts'
import type { AdminEnv } from '../admin/env.ts'
import { metrics } from '../admin/metrics.ts'
import { systemClock } from '../core/time/clock.ts'
import { plainProblem } from '../wire/problem/plain.ts'
import { type DashboardFiles, dashboard } from './dashboard.ts'
import { schema } from './schema.ts'

export interface ControlOptions extends AdminOptions {
  /** Without them there is no dashboard. */
  readonly dashboard?: DashboardFiles
}

export function api({ dashboard: files = {}, ...options }: ControlOptions = {}) {
  return (
    new Hono<AdminEnv>()
      .route('/-/api/v1/schema', schema())
      .route('/-/api', adminApi(options))
      .route('/-/metrics', metrics(options.clock ?? systemClock, logOf(options)))
      .route('/', dashboard(files))
      .notFound(({ req }) => plainProblem(404, 'Not found', `Nothing stands under ${req.path}.`))
      // The platform logs it; the reader, who may be anyone, has the mesh's 503.
      .onError((cause) => {
        throw cause
      })
  )
}
