/** Which caller keeps its endpoint, and for how long: SessionPersistence of the Gateway API (GEP-1619). */
import * as v from 'valibot'
import { durationMs } from '../../schema/duration.ts'
import { headerName } from '../../schema/http.ts'
import { byType, duration, must, object, oneOf, text } from '../../schema/kit.ts'

export type SessionPersistence = {
  /** The session ends so long after it began. Default: it does not. */
  absoluteTimeout?: string | undefined
} & (
  | {
      type?: 'Cookie' | undefined
      cookie: {
        /** Default: one of the rule's own. */
        name?: string | undefined
        /** Default `/`. */
        path?: string | undefined
        /** Permanent outlives the browser, for `absoluteTimeout`. Default Session. */
        lifetimeType?: 'Session' | 'Permanent' | undefined
      }
    }
  | { type: 'Header'; header: { name: string } }
)

export function sessionPersistence(): v.GenericSchema<SessionPersistence> {
  const absoluteTimeout = v.optional(duration())
  const cookie = object({
    name: v.optional(headerName()),
    path: v.optional(text(/^\/[!-:<-~]{0,1023}$/, 'a path: "/" first, 1024 characters at most')),
    lifetimeType: v.optional(oneOf('Session', 'Permanent')),
  })
  const session = byType(
    { Cookie: { absoluteTimeout, cookie }, Header: { absoluteTimeout, header: object({ name: headerName() }) } },
    'Cookie',
  ) as v.GenericSchema<SessionPersistence>
  return v.pipe(
    session,
    must(
      (session: SessionPersistence) =>
        !('cookie' in session && session.cookie.lifetimeType === 'Permanent') ||
        durationMs(session.absoluteTimeout ?? '0s') > 0,
      'an absoluteTimeout, which a Permanent cookie needs',
    ),
  )
}
