/**
 * Time limits, retries and sessions of a rule. The backends wait for `?ms=`, and fail as `/status?code=` says. What must be in
 * time has half a second at least: a machine that has other work is slow.
 */
import type { Feature, Step } from '../requirement.ts'

const backendRefs = [{ name: 'v1', port: 8080 }]
const sharing = [
  { name: 'v1', port: 8080, weight: 50 },
  { name: 'v2', port: 8080, weight: 50 },
]

/** What is lent to an endpoint that has never answered counts as used when no answer comes (docs/allowance.md): this one has. */
const answered: Step = { expect: { backend: 'v1' } }

export const reliability: readonly Feature[] = [
  {
    name: 'HTTPRouteRequestTimeout',
    level: 'Extended',
    requirements: [
      {
        says: 'a request that takes longer than its limit is answered with 504',
        source: 'HTTPRouteTimeouts.request',
        rules: [{ timeouts: { request: '500ms' }, backendRefs }],
        steps: [
          { path: '/slow?ms=1', expect: { backend: 'v1' } },
          { path: '/slow?ms=10000', expect: { status: 504 } },
        ],
      },
      {
        says: 'zero switches the limit off',
        source: 'HTTPRouteTimeouts.request',
        // No backend is named: the record's own limit would hold.
        rules: [{ timeouts: { request: '0s' } }],
        record: { timeouts: { request: '50ms' } },
        steps: [{ path: '/slow?ms=200', expect: { backend: 'v3' } }],
      },
    ],
  },
  {
    name: 'HTTPRouteBackendTimeout',
    level: 'Extended',
    requirements: [
      {
        says: 'an attempt that takes longer than its limit is answered with 504',
        source: 'HTTPRouteTimeouts.backendRequest',
        rules: [{ timeouts: { backendRequest: '500ms' }, retry: { attempts: 1 }, backendRefs }],
        steps: [
          { path: '/slow?ms=1', expect: { backend: 'v1' } },
          { path: '/slow?ms=10000', expect: { status: 504 } },
        ],
      },
      {
        says: 'an attempt is limited where nothing is said of retries',
        source: 'HTTPRouteTimeouts.backendRequest',
        rules: [{ timeouts: { backendRequest: '500ms' }, backendRefs }],
        steps: [
          { path: '/slow?ms=1', expect: { backend: 'v1' } },
          { path: '/slow?ms=10000', expect: { status: 504 } },
        ],
      },
      {
        says: 'zero switches the limit of an attempt off',
        source: 'HTTPRouteTimeouts.backendRequest',
        rules: [{ timeouts: { backendRequest: '0s' } }],
        record: { timeouts: { backendRequest: '50ms' } },
        steps: [{ path: '/slow?ms=200', expect: { backend: 'v3', attempts: 1 } }],
      },
      {
        says: 'an attempt may take as long as it likes where the request has no limit',
        source: 'HTTPRouteTimeouts, validation',
        rules: [{ timeouts: { request: '0s', backendRequest: '2s' }, backendRefs }],
        steps: [{ path: '/slow?ms=1', expect: { backend: 'v1' } }],
      },
      {
        says: 'the limit of an attempt is no longer than that of the request',
        source: 'HTTPRouteTimeouts, validation',
        rules: [{ timeouts: { request: '1s', backendRequest: '2s' }, backendRefs }],
        refused: '$.rules[0].timeouts',
      },
    ],
  },
  {
    name: 'HTTPRouteRetry',
    level: 'Experimental',
    requirements: [
      {
        says: 'a status that is listed is retried as often as is said, and the last one is answered',
        source: 'HTTPRouteRetry',
        rules: [{ retry: { codes: [500, 503], attempts: 2, backoff: '1ms' }, backendRefs }],
        steps: [
          { path: '/status?code=503', expect: { status: 503, attempts: 3 } },
          { path: '/status?code=500', expect: { status: 500, attempts: 3 } },
        ],
      },
      ...[500, 502, 503, 504].map((code) => ({
        says: `${code} is retried where it is listed, until an attempt succeeds or none is left`,
        source: 'HTTPRouteRetry.codes',
        rules: [{ retry: { codes: [500, 502, 503, 504], attempts: 2, backoff: '1ms' }, backendRefs }],
        steps: [
          { path: `/until?attempt=2&code=${code}`, expect: { attempts: 2 } },
          { path: `/until?attempt=4&code=${code}`, expect: { status: code, attempts: 3 } },
        ],
      })),
      {
        says: 'as many retries are made as are said, and no more than are needed',
        source: 'HTTPRouteRetry.attempts',
        rules: [{ retry: { codes: [500], attempts: 3, backoff: '1ms' }, backendRefs }],
        steps: [
          { path: '/until?attempt=1&code=500', expect: { attempts: 1 } },
          { path: '/until?attempt=3&code=500', expect: { attempts: 3 } },
          { path: '/until?attempt=4&code=500', expect: { attempts: 4 } },
          { path: '/until?attempt=5&code=500', expect: { status: 500, attempts: 4 } },
        ],
      },
      {
        says: 'a body is sent again with the request',
        source: 'HTTPRouteRetry',
        rules: [{ retry: { codes: [503], attempts: 2, backoff: '1ms' }, backendRefs }],
        steps: [
          {
            method: 'PUT',
            path: '/until?attempt=3&code=503',
            body: 'hello',
            expect: { attempts: 3, at: { v1: { method: 'PUT', body: 'hello' } } },
          },
        ],
      },
      {
        says: 'a status that is not listed is not retried',
        source: 'HTTPRouteRetry.codes',
        rules: [{ retry: { codes: [500], attempts: 2, backoff: '1ms' }, backendRefs }],
        steps: [{ path: '/status?code=502', expect: { status: 502, attempts: 1 } }],
      },
      {
        says: 'the limit of the request ends the retries',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [{ retry: { codes: [503], attempts: 3, backoff: '5s' }, timeouts: { request: '500ms' }, backendRefs }],
        steps: [{ path: '/status?code=503', expect: { status: 504, attempts: 1 } }],
      },
    ],
  },
  {
    name: 'HTTPRouteRetryBackendTimeout',
    level: 'Experimental',
    requirements: [
      {
        says: 'an attempt that ran out of time is retried',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [{ retry: { attempts: 1, backoff: '1ms' }, timeouts: { backendRequest: '500ms' }, backendRefs }],
        steps: [answered, { path: '/slow?ms=10000', expect: { status: 504, attempts: 2 } }],
      },
      {
        says: 'attempts that ran out of time are followed by one that does not, or by 504',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [{ retry: { attempts: 2, backoff: '1ms' }, timeouts: { backendRequest: '500ms' }, backendRefs }],
        steps: [
          answered,
          { path: '/until?attempt=3&code=500&ms=10000', expect: { attempts: 3 } },
          { path: '/until?attempt=4&code=500&ms=10000', expect: { status: 504, attempts: 3 } },
        ],
      },
      {
        says: 'retries that fit the limit of the request are made, and what does not fit is answered with 504',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [
          {
            retry: { codes: [500], attempts: 5, backoff: '10ms' },
            timeouts: { backendRequest: '1s', request: '2s' },
            backendRefs,
          },
        ],
        steps: [
          { path: '/until?attempt=2&code=500', expect: { attempts: 2 } },
          { path: '/until?attempt=6&code=500&ms=600', expect: { status: 504 } },
        ],
      },
    ],
  },
  {
    name: 'HTTPRouteRetryConnectionError',
    level: 'Experimental',
    requirements: [
      {
        says: 'a connection that is reset is retried, listed or not',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [{ retry: { codes: [500], attempts: 2, backoff: '1ms' }, backendRefs }],
        steps: [answered, { path: '/reset', expect: { status: 503, attempts: 3 } }],
      },
      {
        says: 'a connection is retried until it holds, or no retry is left',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [{ retry: { attempts: 3, backoff: '1ms' }, backendRefs }],
        steps: [
          answered,
          { path: '/until?attempt=3', expect: { attempts: 3 } },
          { path: '/until?attempt=5', expect: { status: [500, 503], attempts: 4 } },
        ],
      },
    ],
  },
  {
    name: 'HTTPRouteSessionPersistence',
    level: 'Experimental',
    requirements: [
      {
        says: 'a session by cookie stays with the backend that it began with',
        source: 'SessionPersistence, GEP-1619',
        rules: [{ sessionPersistence: { type: 'Cookie', cookie: {} }, backendRefs: sharing }],
        steps: [
          {
            expect: {
              cookie: { has: ['Path=/', 'HttpOnly', 'SameSite=Strict'], lacks: ['Max-Age', 'Expires'] },
            },
          },
          { times: 50, inSession: true, expect: { sticky: true } },
        ],
      },
      {
        says: 'a cookie has the name and the path that are said',
        source: 'CookieConfig',
        rules: [{ sessionPersistence: { cookie: { name: 'mine', path: '/shop' } }, backendRefs: sharing }],
        steps: [{ expect: { cookie: { has: ['mine=', 'Path=/shop'] } } }],
      },
      {
        says: 'a session by header stays with the backend that it began with',
        source: 'SessionPersistence, GEP-1619',
        rules: [{ sessionPersistence: { type: 'Header', header: { name: 'x-session' } }, backendRefs: sharing }],
        steps: [{ expect: {} }, { times: 20, inSession: true, expect: { sticky: true } }],
      },
      {
        says: 'new sessions follow the weights',
        source: 'SessionPersistence, GEP-1619',
        rules: [
          {
            sessionPersistence: { type: 'Cookie', cookie: {} },
            backendRefs: [
              { name: 'v1', port: 8080, weight: 70 },
              { name: 'v2', port: 8080, weight: 30 },
            ],
          },
        ],
        steps: [{ times: 2000, expect: { shares: { v1: 0.7, v2: 0.3 } } }],
      },
      {
        says: 'a permanent cookie says when it ends',
        source: 'CookieConfig.lifetimeType',
        rules: [
          {
            sessionPersistence: {
              type: 'Cookie',
              absoluteTimeout: '1h',
              cookie: { name: 'stay', lifetimeType: 'Permanent' },
            },
            backendRefs: sharing,
          },
        ],
        steps: [
          { expect: { cookie: { has: ['stay=', 'Max-Age=3600'] } } },
          { times: 10, inSession: true, expect: { sticky: true } },
        ],
      },
      {
        says: 'a permanent cookie needs a time at which it ends',
        source: 'SessionPersistence, validation',
        rules: [
          { sessionPersistence: { type: 'Cookie', cookie: { lifetimeType: 'Permanent' } }, backendRefs: sharing },
        ],
        refused: '$.rules[0].sessionPersistence',
      },
    ],
  },
]
