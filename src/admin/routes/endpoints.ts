/** The endpoints of one service as those who call them see them: how their attempts end, and who leaves which alone, why, and until when. */
import { Hono } from 'hono'
import * as v from 'valibot'
import type { LearnedSum } from '../../durable/stats/learned-book.ts'
import { durationMs } from '../../schema/duration.ts'
import type { ServiceNumbers } from '../../telemetry/numbers/numbers-digest.ts'
import { NOTHING } from '../../telemetry/numbers/sum.ts'
import { failedOf, quantilesOf, ratesOf } from '../../telemetry/numbers/summary.ts'
import {
  counted,
  counts,
  ejectedOf,
  ejectedView,
  head,
  NO_STORE,
  quantiles,
  rates,
  service,
  told,
  window,
} from '../answer/numbers.ts'
import { instant } from '../answer/views.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'

const endpointView = v.strictObject({
  endpoint: v.string(),
  ...rates,
  ...quantiles,
  failed: v.pipe(counts, v.description('Attempts that did not end well, by how they ended.')),
  ejected: v.optional(ejectedView),
})
type EndpointView = v.InferOutput<typeof endpointView>

const endpointsView = v.pipe(
  v.strictObject({ ...head, items: v.array(endpointView) }),
  v.metadata({ ref: 'Endpoints' }),
)

export function endpoints() {
  return new Hono<AdminEnv>().get(
    '/endpoints',
    operation({
      id: 'endpoints',
      summary: 'How the endpoints of one service do, and which are left alone',
      answers: {
        200: { description: 'Those that were tried in the window, or are left alone now.', schema: endpointsView },
      },
      refusals: [404],
    }),
    query({ service, window }),
    async (c) => {
      const asked = c.req.valid('query')
      allow(c, 'read', [asked.service])
      const windowMs = durationMs(asked.window ?? '1m')
      const { services, at, isolates, learned } = await told(c.env).sums(windowMs)
      const { numbers = NOTHING } = counted(services, undefined).find((one) => one.service === asked.service) ?? {}
      const items = endpointsOf(asked.service, numbers, learned, windowMs)
      return c.json({ at: instant(at), windowMs, isolates, items }, 200, NO_STORE)
    },
  )
}

function endpointsOf(
  service: string,
  { endpoints }: ServiceNumbers,
  { ejected }: LearnedSum,
  windowMs: number,
): EndpointView[] {
  const out = new Map(ejected.filter((one) => one.service === service).map((one) => [one.endpoint, one]))
  const names = [...new Set([...Object.keys(endpoints), ...out.keys()])].sort()
  return names.map((endpoint) => {
    const { ends, ms } = endpoints[endpoint] ?? NOTHING
    const sum = out.get(endpoint)
    return {
      endpoint,
      ...ratesOf(ends, windowMs),
      ...quantilesOf(ms),
      failed: failedOf(ends),
      ...(sum && { ejected: ejectedOf(sum) }),
    }
  })
}
