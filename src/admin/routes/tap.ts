/** Calls as they are made, for a while: lines of JSON, for as long as somebody reads them. */
import { Hono } from 'hono'
import * as v from 'valibot'
import type { Clock } from '../../core/time/clock.ts'
import type { TapFilter } from '../../telemetry/tap/tap.ts'
import { shownPath } from '../../telemetry/tap/tapping.ts'
import { told } from '../answer/numbers.ts'
import { refusal } from '../answer/problem.ts'
import { tapLines } from '../answer/tap-lines.ts'
import { query } from '../ask/query.ts'
import { allow } from '../auth/allow.ts'
import { reaches, type Token } from '../auth/tokens.ts'
import type { AdminEnv } from '../env.ts'
import { operation } from '../operation.ts'

const MOST_SECONDS = 600
const SECONDS = 60

const name = (what: string) => v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(512), v.description(what)))

const asked = {
  service: name('The name of a record: calls that it answered. Default: all that the token reaches.'),
  method: v.optional(v.pipe(v.string(), v.regex(/^[A-Za-z-]{1,16}$/), v.transform(upper), v.description('As `GET`.'))),
  path: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\/[^?#]*$/),
      v.maxLength(512),
      v.description('Calls of it, and of what lies beneath it. Ids are masked, in it as in what is told.'),
    ),
  ),
  status: v.optional(
    v.pipe(v.string(), v.regex(/^[1-5](?:\d\d|[xX]{2})$/), v.description('One, as `503`, or a class, as `5xx`.')),
  ),
  caller: name('The name of who calls.'),
  seconds: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^\d{1,4}$/),
      v.transform(Number),
      v.number(),
      v.integer(),
      v.minValue(1),
      v.maxValue(MOST_SECONDS),
      v.description('How long it looks. Default 60.'),
    ),
  ),
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const timestamp = v.pipe(v.string(), v.isoTimestamp())
const outcome = v.pipe(v.string(), v.description('How it ended.'))

const line = v.pipe(
  v.variant('kind', [
    v.strictObject({
      kind: v.literal('begun'),
      until: timestamp,
      most: v.pipe(count, v.description('Calls a second that one isolate tells, at most.')),
    }),
    v.strictObject({
      kind: v.literal('call'),
      at: timestamp,
      service: v.pipe(v.string(), v.description('The name whose record answered. Empty: none did.')),
      caller: v.optional(v.string()),
      method: v.string(),
      path: v.pipe(v.string(), v.description('Masked, without the query.')),
      status: v.optional(v.pipe(count, v.description('Left out: the caller left before there was one.'))),
      outcome,
      tookMs: v.number(),
      attempts: v.array(v.strictObject({ endpoint: v.string(), outcome: v.optional(outcome), tookMs: v.number() })),
      rule: v.optional(v.string()),
      error: v.optional(v.pipe(v.string(), v.description('The error of the mesh, where it was one.'))),
      traceId: v.optional(v.string()),
      isolate: v.string(),
    }),
    v.strictObject({
      kind: v.literal('left-out'),
      calls: v.pipe(count, v.description('For which there was no room.')),
    }),
    v.strictObject({ kind: v.literal('waiting') }),
    v.strictObject({
      kind: v.literal('over'),
      reason: v.pipe(
        v.picklist(['time', 'lost']),
        v.description('`lost`: what holds the tap was restarted. A new one goes on.'),
      ),
    }),
  ]),
  v.metadata({ ref: 'TapLine' }),
)

export function tap(clock: Clock) {
  return new Hono<AdminEnv>().get(
    '/tap',
    operation({
      id: 'tap',
      summary: 'Calls as they are made',
      description:
        'One JSON object a line, as long as it is read. Isolates are told within 5 s, and tell within 5 s; one without calls tells nothing.',
      answers: { 200: { description: 'Lines, until `over`.', schema: line, mediaType: 'application/x-ndjson' } },
      refusals: [404, 409],
    }),
    query(asked),
    async (c) => {
      const { service, seconds = SECONDS, ...rest } = c.req.valid('query')
      const token = allow(c, 'read', service === undefined ? [] : [service])
      const object = told(c.env)
      const opened = await object.openTap(filterOf({ service, ...rest }, token), seconds * 1000)
      if (!opened) throw refusal(409, 'As many taps are open as may be at once. One ends when its reader leaves.')
      const lines = tapLines({ object, opened, clock, isShown: (of) => reaches(token, of) })
      return c.body(lines, 200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
    },
  )
}

interface Wanted extends Pick<TapFilter, 'service' | 'method' | 'path' | 'caller'> {
  readonly status?: string | undefined
}

/** An id in the path would find the calls of one person: it is masked, as theirs are. */
function filterOf({ status, path, ...wanted }: Wanted, { prefixes }: Token): TapFilter {
  return {
    ...wanted,
    path: path && shownPath(path),
    status: status === undefined ? undefined : range(status),
    prefixes,
  }
}

function range(status: string): readonly [number, number] {
  if (/^\d+$/.test(status)) return [Number(status), Number(status)]
  const least = 100 * Number(status.charAt(0))
  return [least, least + 99]
}

function upper(text: string): string {
  return text.toUpperCase()
}
