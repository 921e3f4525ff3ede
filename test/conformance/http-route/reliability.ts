/** Time limits, retries and sessions of a rule. The backends wait for `?ms=`, and fail as `/status?code=` says. */
import type { Feature } from '../requirement.ts'

const backendRefs = [{ name: 'v1', port: 8080 }]
const sharing = [
  { name: 'v1', port: 8080, weight: 50 },
  { name: 'v2', port: 8080, weight: 50 },
]

export const reliability: readonly Feature[] = [
  {
    name: 'HTTPRouteRequestTimeout',
    level: 'Extended',
    requirements: [
      {
        says: 'a request that takes longer than its limit is answered with 504',
        source: 'HTTPRouteTimeouts.request',
        rules: [{ timeouts: { request: '200ms' }, backendRefs }],
        steps: [
          { path: '/slow?ms=1', expect: { backend: 'v1' } },
          { path: '/slow?ms=1500', expect: { status: 504 } },
        ],
      },
      {
        says: 'zero switches the limit off',
        source: 'HTTPRouteTimeouts.request',
        rules: [{ timeouts: { request: '0s' }, backendRefs }],
        record: { timeouts: { request: '50ms' } },
        steps: [{ path: '/slow?ms=200', expect: { backend: 'v1' } }],
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
        rules: [{ timeouts: { backendRequest: '200ms' }, retry: { attempts: 1 }, backendRefs }],
        steps: [
          { path: '/slow?ms=1', expect: { backend: 'v1' } },
          { path: '/slow?ms=1500', expect: { status: 504 } },
        ],
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
      {
        says: 'a status that is not listed is not retried',
        source: 'HTTPRouteRetry.codes',
        rules: [{ retry: { codes: [500], attempts: 2, backoff: '1ms' }, backendRefs }],
        steps: [{ path: '/status?code=502', expect: { status: 502, attempts: 1 } }],
      },
      {
        says: 'the limit of the request ends the retries',
        source: 'HTTPRouteRetry, GEP-1731',
        rules: [
          { retry: { codes: [503], attempts: 3, backoff: '400ms' }, timeouts: { request: '200ms' }, backendRefs },
        ],
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
        rules: [{ retry: { attempts: 1, backoff: '1ms' }, timeouts: { backendRequest: '150ms' }, backendRefs }],
        steps: [{ path: '/slow?ms=1500', expect: { status: 504, attempts: 2 } }],
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
        steps: [{ path: '/reset', expect: { status: 503, attempts: 3 } }],
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
        steps: [{ expect: {} }, { times: 20, inSession: true, expect: { sticky: true } }],
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
        steps: [{ expect: {} }, { times: 10, inSession: true, expect: { sticky: true } }],
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
