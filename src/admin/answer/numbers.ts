/** What the answers of all questions about numbers share: what is asked, what is shown of it, and who may see it. */
import * as v from 'valibot'
import type { EjectedSum } from '../../durable/stats/learned-book.ts'
import { DURATION_FORM, durationMs, isDuration } from '../../schema/duration.ts'
import { preferred, REPORTERS, type Reported, type ReporterKind } from '../../telemetry/numbers/reporters.ts'
import { reaches, type Token } from '../auth/tokens.ts'
import { type ControlEnv, type Stats, statsOf } from '../env.ts'
import { refusal } from './problem.ts'
import { instant } from './views.ts'

const LEAST_MS = 10_000
const MOST_MS = 7 * 24 * 3_600_000

export const window = v.optional(
  v.pipe(
    v.string(),
    v.check(isWindow, `Expected ${DURATION_FORM}, from 10s to 168h.`),
    v.description('How far back it looks: "10s" to "168h". Default "1m".'),
  ),
)
export const service = v.pipe(v.string(), v.nonEmpty(), v.maxLength(512), v.description('The name of a record.'))

export const reporter = v.pipe(v.picklist(REPORTERS), v.description('Who counted.'))
/** As a question asks for it. */
export const ofReporter = v.optional(
  v.pipe(
    v.picklist(REPORTERS),
    v.description('Who counted. Default: of each the first of `mesh`, `source` and `destination` that did.'),
  ),
)

export const count = v.pipe(v.number(), v.minValue(0))
export const counts = v.record(v.string(), count)
const ms = v.nullable(count)
const timestamp = v.pipe(v.string(), v.isoTimestamp())
export const rates = {
  requests: count,
  rps: v.pipe(count, v.description('A second.')),
  success: v.pipe(
    v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    v.description('The share that ended well, of those whose callers stayed.'),
  ),
}
export const quantiles = { p50Ms: ms, p95Ms: ms, p99Ms: ms }
export const head = {
  at: timestamp,
  windowMs: count,
  isolates: v.pipe(count, v.description('Isolates that told something in the window.')),
}

const isolates = v.optional(v.pipe(count, v.integer()))

export const ejectedView = v.pipe(
  v.strictObject({
    isolates: v.pipe(count, v.integer(), v.description('How many leave it alone.')),
    of: v.pipe(count, v.integer(), v.description('How many used it in the last minute, or leave it alone.')),
    because: v.pipe(
      v.strictObject({ faults: isolates, errors: isolates, refusals: isolates }),
      v.description('How many of them for what.'),
    ),
    since: v.pipe(timestamp, v.description('Since when the first of them does.')),
    probeAt: v.pipe(timestamp, v.description('When the first of them probes it; in the past: by its next call.')),
  }),
  v.metadata({ ref: 'Ejected' }),
)
export type EjectedView = v.InferOutput<typeof ejectedView>

export function ejectedOf({ isolates, of, because, sinceAt, probeAt }: EjectedSum): EjectedView {
  const { fault, doubt, refusal: refused } = because
  return {
    isolates,
    of,
    because: {
      ...(fault !== undefined && { faults: fault }),
      ...(doubt !== undefined && { errors: doubt }),
      ...(refused !== undefined && { refusals: refused }),
    },
    since: instant(sinceAt),
    probeAt: instant(probeAt),
  }
}

export const NO_STORE = { 'cache-control': 'no-store' }

/** @throws a 404 where nobody counts. */
export function told(env: ControlEnv): Stats {
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

/** Names that the token may see. What no record answered for is nobody's own. */
export function visible<One extends { readonly service: string }>(
  services: readonly One[],
  token: Token,
): readonly One[] {
  return services.filter(({ service }) => reaches(token, service))
}

/** What the one reporter that is asked for has counted; else of each the first that has. */
export function counted<One extends Reported>(
  all: readonly One[],
  reporter: ReporterKind | undefined,
  keyOf?: (one: One) => string,
): readonly One[] {
  return reporter === undefined ? preferred(all, keyOf) : all.filter((one) => one.reporter === reporter)
}

function isWindow(text: string): boolean {
  return isDuration(text) && durationMs(text) >= LEAST_MS && durationMs(text) <= MOST_MS
}
