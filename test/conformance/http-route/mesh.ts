/** What a mesh makes of services and their routes: GAMMA. */
import type { Feature } from '../requirement.ts'

const told = (value: string) => ({
  type: 'ResponseHeaderModifier',
  responseHeaderModifier: { set: [{ name: 'x-told', value }] },
})

export const mesh: readonly Feature[] = [
  {
    name: 'Mesh',
    level: 'Core',
    requirements: [
      {
        says: 'a service without routes is reached as it is',
        source: 'GEP-1294',
        record: { endpoints: ['{v1}'] },
        steps: [{ path: '/any/where?x=1', expect: { backend: 'v1', seen: { path: '/any/where?x=1' } } }],
      },
      {
        says: 'a route is for the service that is called, and for no other with the same endpoints',
        source: 'GEP-1294, frontends and backends',
        record: { endpoints: ['{v1}'] },
        rules: [{ filters: [told('so')] }],
        beside: { other: { endpoints: ['{v1}'] } },
        steps: [
          { expect: { backend: 'v1', answer: { headers: { 'x-told': 'so' } } } },
          { to: 'other', expect: { backend: 'v1', answer: { absent: ['x-told'] } } },
        ],
      },
      {
        says: 'a backend means endpoints: routes of that service are not for what is sent there',
        source: 'GEP-1294, frontends and backends',
        rules: [{ backendRefs: [{ name: '{self}-other', port: 8080 }] }],
        beside: {
          other: { endpoints: ['{v1}'], rules: [{ filters: [told('so')], backendRefs: [{ name: 'v2', port: 8080 }] }] },
        },
        steps: [
          { expect: { backend: 'v1', answer: { absent: ['x-told'] } } },
          { to: 'other', expect: { backend: 'v2', answer: { headers: { 'x-told': 'so' } } } },
        ],
      },
      {
        says: 'a route may send to the service that it is for',
        source: 'GEP-1294, frontends and backends',
        record: { endpoints: ['{v1}'] },
        rules: [
          { backendRefs: [{ name: '{self}', port: 8080 }] },
          { matches: [{ path: { value: '/v2' } }], backendRefs: [{ name: 'v2', port: 8080 }] },
        ],
        steps: [{ expect: { backend: 'v1' } }, { path: '/v2', expect: { backend: 'v2' } }],
      },
      {
        says: 'a backend may be a service of another namespace',
        source: 'GEP-1294, BackendObjectReference.namespace',
        rules: [{ backendRefs: [{ name: '{self}-other', namespace: 'shop', port: 8080 }] }],
        beside: { 'other.shop': { endpoints: ['{v2}'] } },
        steps: [{ expect: { backend: 'v2' } }],
      },
      {
        says: 'a route without a port is for every port of the service',
        source: 'ParentReference.port',
        rules: [{ filters: [told('so')], backendRefs: [{ name: 'v1', port: 8080 }] }],
        steps: [80, 8080].map((port) => ({
          port,
          expect: { backend: 'v1' as const, answer: { headers: { 'x-told': 'so' } } },
        })),
      },
      {
        says: 'a service may be split by path into versions',
        source: 'GEP-1294',
        rules: ['v1', 'v2'].map((name) => ({
          matches: [{ path: { type: 'Exact', value: `/${name}` } }],
          backendRefs: [{ name, port: 80 }],
        })),
        steps: [
          { path: '/v1', expect: { backend: 'v1' } },
          { path: '/v2', expect: { backend: 'v2' } },
          { path: '/v3', expect: { status: 404, nobody: true } },
        ],
      },
    ],
  },
]
