/** The admin API, as it stands under `/-/api`. */
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { openAPIRouteHandler } from 'hono-openapi'
import type { Log } from '../core/log.ts'
import { type Clock, systemClock } from '../core/time/clock.ts'
import { type LogLine, meshLog, print } from '../telemetry/log.ts'
import { refusal } from './answer/problem.ts'
import { audit } from './audit.ts'
import { authenticate } from './auth/authenticate.ts'
import type { AdminEnv } from './env.ts'
import { deadLetters } from './letters/routes.ts'
import { archive } from './routes/archive.ts'
import { authz } from './routes/authz.ts'
import { changes } from './routes/changes.ts'
import { check } from './routes/check.ts'
import { convert } from './routes/convert.ts'
import { describe } from './routes/describe.ts'
import { drift } from './routes/drift.ts'
import { endpoints } from './routes/endpoints.ts'
import { explain } from './routes/explain.ts'
import { grants } from './routes/grants.ts'
import { overrides } from './routes/overrides.ts'
import { past } from './routes/past.ts'
import { records } from './routes/records.ts'
import { resolve } from './routes/resolve.ts'
import { settings } from './routes/settings.ts'
import { simulate } from './routes/simulate.ts'
import { stats } from './routes/stats.ts'
import { tap } from './routes/tap.ts'
import { trustKeys } from './routes/trust/keys.ts'
import { validate } from './routes/validate.ts'
import { sagas } from './sagas/routes.ts'

export interface AdminOptions {
  /** Default: the platform's. */
  readonly clock?: Clock
  /** Where lines of the log and of the audit go. By default they are printed. */
  readonly write?: (line: LogLine) => void
}

export function adminApi(options: AdminOptions = {}) {
  const { clock = systemClock, write = print } = options
  const log = logOf(options)
  const trail = audit(clock, write)
  const v1 = new Hono<AdminEnv>()
    .route('/', records(trail))
    .route('/', changes(trail))
    .route('/', past(trail))
    .route('/', validate())
    .route('/', settings(trail))
    .route('/', check(clock))
    .route('/', resolve(clock))
    .route('/', describe(clock))
    .route('/', explain())
    .route('/', convert())
    .route('/', drift(trail))
    .route('/', grants(clock, trail))
    .route('/', overrides(clock, trail))
    .route('/', archive(trail))
    .route('/', simulate(clock))
    .route('/', sagas(trail))
    .route('/', stats())
    .route('/', endpoints())
    .route('/', authz(clock))
    .route('/', trustKeys(trail))
    .route('/', tap(clock))
    .route('/', deadLetters(trail))
  const described = new Hono<AdminEnv>().route('/v1', v1)

  return new Hono<AdminEnv>()
    .onError((error) => {
      if (error instanceof HTTPException && error.res) return error.getResponse()
      log({ level: 'error', event: 'admin_failed', message: error.message, stack: error.stack })
      return failed(error)
    })
    .get(
      '/openapi.json',
      openAPIRouteHandler(described, { documentation: DOCUMENTATION, defaultValidationErrorResponse: false }),
    )
    .use('/v1/*', authenticate(clock, log))
    .route('/', described)
    .route('/', others(described))
}

/** What is told to operators. */
export function logOf({ clock = systemClock, write = print }: AdminOptions): Log {
  return meshLog(write === print ? 'warn' : write, clock)
}

/** Paths that are there, asked by a method that is not. */
function others({ routes }: Hono<AdminEnv>): Hono<AdminEnv> {
  const methods = new Map<string, Set<string>>()
  for (const { path, method } of routes) {
    if (method !== 'ALL') methods.set(path, new Set([...(methods.get(path) ?? []), method]))
  }
  const app = new Hono<AdminEnv>()
  for (const [path, known] of methods) {
    const allowed = known.has('GET')
      ? ['GET', 'HEAD', ...known].filter((one, at, all) => all.indexOf(one) === at)
      : [...known]
    app.all(path, ({ req }) => {
      throw refusal(405, `What stands here is asked by ${allowed.join(', ')}, not ${req.method}.`, {
        headers: { allow: allowed.join(', ') },
      })
    })
  }
  return app
}

/** The registry's object failed, or is not ready yet. Services are called without it. */
function failed(error: Error): Response {
  const ms = 'retryAfterMs' in error && typeof error.retryAfterMs === 'number' ? error.retryAfterMs : 1_000
  return refusal(503, 'The registry does not answer now. Services are called without it.', {
    headers: { 'retry-after': String(Math.ceil(ms / 1_000)) },
    fields: { code: 'registry_unavailable' },
  }).getResponse()
}

const DOCUMENTATION = {
  info: {
    title: 'Selvedge admin API',
    version: '1',
    description: 'Records of the mesh: read, written, taken back. docs/admin-api.md begins with three examples.',
    license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
  },
  servers: [{ url: '/-/api' }],
  security: [{ token: [] }],
  components: { securitySchemes: { token: { type: 'http' as const, scheme: 'bearer' } } },
}
