/** Where a rule sends what it is for. */
import type { Feature } from '../requirement.ts'

const backendRefs = (...refs: (string | [name: string, weight: number])[]) =>
  refs.map((ref) =>
    typeof ref === 'string' ? { name: ref, port: 8080 } : { name: ref[0], port: 8080, weight: ref[1] },
  )

export const backends: readonly Feature[] = [
  {
    name: 'HTTPRoute',
    level: 'Core',
    requirements: [
      {
        says: 'requests are shared out by weight',
        source: 'HTTPBackendRef.weight',
        rules: [{ backendRefs: backendRefs(['v1', 70], ['v2', 30], ['v3', 0]) }],
        steps: [{ times: 2000, expect: { shares: { v1: 0.7, v2: 0.3, v3: 0 } } }],
      },
      {
        says: 'a weight that is not said is one',
        source: 'HTTPBackendRef.weight',
        rules: [{ backendRefs: backendRefs('v1', ['v2', 3]) }],
        steps: [{ times: 2000, expect: { shares: { v1: 0.25, v2: 0.75 } } }],
      },
      {
        says: 'a single backend is sent everything, whatever its weight',
        source: 'HTTPBackendRef.weight',
        rules: [{ backendRefs: backendRefs(['v1', 7]) }],
        steps: [{ times: 20, expect: { shares: { v1: 1 } } }],
      },
      {
        says: 'a backend that does not exist fails its share of the requests with 500',
        source: 'HTTPRouteRule.backendRefs',
        rules: [{ backendRefs: backendRefs(['v1', 80], ['missing', 20]) }],
        steps: [{ times: 2000, expect: { status: [200, 500], shares: { v1: 0.8, '500': 0.2 } } }],
      },
      {
        says: 'a rule none of whose backends exist answers 500',
        source: 'HTTPRouteRule.backendRefs',
        rules: [{ backendRefs: backendRefs('missing') }],
        steps: [{ expect: { status: 500, nobody: true } }],
      },
      {
        says: 'a rule without backends answers 500 where its service has no endpoints of its own',
        source: 'HTTPRouteRule.backendRefs',
        record: { endpoints: undefined },
        rules: [
          { matches: [{ path: { value: '/forward' } }], backendRefs: backendRefs('v1') },
          { matches: [{ path: { value: '/omitted' } }] },
          { matches: [{ path: { value: '/empty' } }], backendRefs: [] },
        ],
        steps: [
          { path: '/forward', expect: { backend: 'v1' } },
          ...['/omitted', '/empty'].map((path) => ({ path, expect: { status: 500, nobody: true as const } })),
        ],
      },
      {
        says: 'a service that has no endpoint answers 503 for its share, not 500',
        source: 'HTTPRouteRule.backendRefs',
        rules: [{ backendRefs: [{ name: '{self}-empty', port: 8080 }] }],
        beside: { empty: { endpoints: [{ binding: 'NOT_THERE' }] } },
        steps: [{ expect: { status: 503, nobody: true } }],
      },
      {
        says: 'a backend of an unknown kind answers 500, and the other rules go on',
        source: 'BackendObjectReference.kind',
        rules: [
          { matches: [{ path: { value: '/odd' } }], backendRefs: [{ kind: 'NonExistent', name: 'v1', port: 8080 }] },
          { matches: [{ path: { value: '/v2' } }], backendRefs: backendRefs('v2') },
        ],
        // What is not understood is refused as a whole: no record of ours has a kind that the mesh does not know.
        refused: '$.rules[0].backendRefs[0].kind',
      },
      {
        says: 'with all weights zero nobody is reached',
        source: 'HTTPBackendRef.weight',
        rules: [{ backendRefs: backendRefs(['v1', 0], ['v2', 0]) }],
        steps: [{ expect: { status: [500, 503], nobody: true } }],
      },
    ],
  },
  {
    name: 'HTTPRouteBackendRequestHeaderModification',
    level: 'Extended',
    requirements: [
      {
        says: 'a filter of a backend is for what that backend is sent, and for no other',
        source: 'HTTPBackendRef.filters',
        rules: [
          {
            backendRefs: [
              {
                name: 'v1',
                port: 8080,
                weight: 1,
                filters: [
                  {
                    type: 'RequestHeaderModifier',
                    requestHeaderModifier: { set: [{ name: 'x-backend', value: 'one' }], remove: ['x-gone'] },
                  },
                ],
              },
              { name: 'v2', port: 8080, weight: 0 },
            ],
          },
          { matches: [{ path: { value: '/plain' } }], backendRefs: backendRefs('v1') },
        ],
        steps: [
          {
            headers: { 'x-gone': '1' },
            expect: { backend: 'v1', seen: { headers: { 'x-backend': 'one' }, absent: ['x-gone'] } },
          },
          {
            path: '/plain',
            headers: { 'x-gone': '1' },
            expect: { backend: 'v1', seen: { headers: { 'x-gone': '1' }, absent: ['x-backend'] } },
          },
        ],
      },
      {
        says: 'each of the backends that share the requests is sent its own, and what the rule says, too',
        source: 'HTTPBackendRef.filters',
        rules: [
          {
            filters: [
              { type: 'RequestHeaderModifier', requestHeaderModifier: { add: [{ name: 'x-way', value: 'rule' }] } },
            ],
            backendRefs: [
              ['v1', 50],
              ['v2', 30],
              ['v3', 20],
            ].map(([name, weight]) => ({
              name,
              weight,
              port: 8080,
              filters: [
                {
                  type: 'RequestHeaderModifier',
                  requestHeaderModifier: {
                    set: [{ name: 'x-backend', value: name }],
                    add: [{ name: 'x-way', value: name }],
                  },
                },
              ],
            })),
          },
        ],
        steps: [
          {
            times: 500,
            expect: {
              shares: { v1: 0.5, v2: 0.3, v3: 0.2 },
              at: {
                v1: { headers: { 'x-backend': 'v1', 'x-way': 'rule,v1' } },
                v2: { headers: { 'x-backend': 'v2', 'x-way': 'rule,v2' } },
                v3: { headers: { 'x-backend': 'v3', 'x-way': 'rule,v3' } },
              },
            },
          },
        ],
      },
    ],
  },
  {
    name: 'HTTPRouteBackendURLRewrite',
    level: 'Extended',
    requirements: [
      {
        says: 'a backend may be sent another path than its siblings',
        source: 'HTTPBackendRef.filters',
        rules: [
          {
            matches: [{ path: { value: '/prefix' } }],
            backendRefs: [
              {
                name: 'v1',
                port: 8080,
                filters: [
                  {
                    type: 'URLRewrite',
                    urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/one' } },
                  },
                ],
              },
            ],
          },
        ],
        steps: [{ path: '/prefix/x?y=1', expect: { backend: 'v1', seen: { path: '/one/x?y=1' } } }],
      },
      {
        says: 'a backend may be sent one path for all',
        source: 'HTTPBackendRef.filters',
        rules: [
          {
            matches: [{ path: { value: '/full' } }],
            backendRefs: [
              {
                name: 'v1',
                port: 8080,
                filters: [
                  { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/all' } } },
                ],
              },
            ],
          },
        ],
        steps: [{ path: '/full/original?y=1', expect: { backend: 'v1', seen: { path: '/all?y=1' } } }],
      },
    ],
  },
  {
    name: 'HTTPRouteBackendRequestRedirect',
    level: 'Extended',
    requirements: [
      {
        says: 'a backend may stand for a redirect',
        source: 'HTTPBackendRef.filters',
        rules: [
          {
            backendRefs: [
              {
                name: 'v1',
                port: 8080,
                filters: [{ type: 'RequestRedirect', requestRedirect: { hostname: 'example.org', statusCode: 301 } }],
              },
            ],
          },
        ],
        steps: [
          {
            path: '/x?y=1',
            expect: { status: 301, nobody: true, answer: { headers: { location: 'http://example.org/x?y=1' } } },
          },
        ],
      },
      ...(
        [
          ['whole path', { type: 'ReplaceFullPath', replaceFullPath: '/to' }, '/to'],
          ['prefix', { type: 'ReplacePrefixMatch', replacePrefixMatch: '/to' }, '/to/original'],
        ] as const
      ).map(([what, path, location]) => ({
        says: `a redirect of a backend may replace the ${what}`,
        source: 'HTTPBackendRef.filters',
        rules: [
          {
            matches: [{ path: { value: '/from' } }],
            backendRefs: [
              { name: 'v1', port: 8080, filters: [{ type: 'RequestRedirect', requestRedirect: { path } }] },
            ],
          },
        ],
        steps: [
          {
            path: '/from/original',
            expect: {
              status: 302,
              nobody: true as const,
              answer: { headers: { location: `http://{host}${location}` } },
            },
          },
        ],
      })),
    ],
  },
]
