/** Requests of which a copy goes elsewhere. */
import type { Feature } from '../requirement.ts'

const mirror = (name: string, share: object = {}) => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name, port: 8080 }, ...share },
})
const backendRefs = [{ name: 'v1', port: 8080 }]
const MODIFY = {
  type: 'RequestHeaderModifier',
  requestHeaderModifier: {
    set: [{ name: 'x-set', value: '1' }],
    add: [{ name: 'x-add', value: 'new' }],
    remove: ['x-remove'],
  },
}
const MODIFIED = { headers: { 'x-set': '1' }, absent: ['x-remove'] }
const ADDED = { headers: { 'x-set': '1', 'x-add': 'old,new' }, absent: ['x-remove'] }

export const mirrors: readonly Feature[] = [
  {
    name: 'HTTPRouteRequestMirror',
    level: 'Extended',
    requirements: [
      {
        says: 'a copy is sent, and its answer ignored',
        source: 'HTTPRequestMirrorFilter',
        rules: [{ filters: [mirror('v2')], backendRefs }],
        steps: [
          {
            path: '/x?y=1',
            expect: { backend: 'v1', seen: { path: '/x?y=1' }, copies: { v2: 1 }, at: { v2: { path: '/x?y=1' } } },
          },
          {
            method: 'POST',
            body: 'hello',
            expect: {
              backend: 'v1',
              seen: { body: 'hello' },
              copies: { v2: 1 },
              at: { v2: { method: 'POST', body: 'hello' } },
            },
          },
        ],
      },
      {
        says: 'the request is answered where the copy can go nowhere',
        source: 'HTTPRequestMirrorFilter.backendRef',
        rules: [{ filters: [mirror('missing')], backendRefs }],
        steps: [{ expect: { backend: 'v1' } }],
      },
      {
        says: 'headers are changed for both',
        source: 'HTTPRouteRule.filters',
        rules: [
          {
            filters: [
              { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-set', value: '1' }] } },
              mirror('v2'),
            ],
            backendRefs,
          },
        ],
        steps: [
          { expect: { backend: 'v1', seen: { headers: { 'x-set': '1' } }, copies: { v2: 1 }, at: { v2: MODIFIED } } },
        ],
      },
    ],
  },
  {
    name: 'HTTPRouteRequestMultipleMirrors',
    level: 'Extended',
    requirements: [
      {
        says: 'a rule may have several mirrors',
        source: 'HTTPRouteRule.filters',
        rules: [{ filters: [mirror('v2'), mirror('v3')], backendRefs }],
        steps: [{ times: 5, expect: { backend: 'v1', copies: { v2: 1, v3: 1 } } }],
      },
      {
        says: 'headers are changed for all of them',
        source: 'HTTPRouteRule.filters',
        rules: [{ filters: [MODIFY, mirror('v2'), mirror('v3')], backendRefs }],
        steps: [
          {
            headers: { 'x-add': 'old', 'x-remove': '1' },
            expect: { backend: 'v1', copies: { v2: 1, v3: 1 }, at: { v1: ADDED, v2: ADDED, v3: ADDED } },
          },
        ],
      },
      {
        says: 'each copy is there for itself, though another can go nowhere',
        source: 'HTTPRequestMirrorFilter.backendRef',
        rules: [{ filters: [mirror('missing'), mirror('v2')], backendRefs }],
        steps: [{ times: 5, expect: { backend: 'v1', copies: { v2: 1 } } }],
      },
    ],
  },
  {
    name: 'HTTPRouteRequestPercentageMirror',
    level: 'Extended',
    requirements: [
      {
        says: 'a percentage of the requests is mirrored',
        source: 'HTTPRequestMirrorFilter.percent',
        rules: [{ filters: [mirror('v2', { percent: 20 })], backendRefs }],
        steps: [{ times: 2000, expect: { backend: 'v1', copies: { v2: 0.2 } } }],
      },
      {
        says: 'a fraction of the requests is mirrored',
        source: 'HTTPRequestMirrorFilter.fraction',
        rules: [{ filters: [mirror('v2', { fraction: { numerator: 1, denominator: 2 } })], backendRefs }],
        steps: [{ times: 2000, expect: { backend: 'v1', copies: { v2: 0.5 } } }],
      },
      {
        says: 'of a percentage, headers are changed for request and copy',
        source: 'HTTPRouteRule.filters',
        rules: [{ filters: [MODIFY, mirror('v2', { percent: 35 })], backendRefs }],
        steps: [
          {
            times: 500,
            headers: { 'x-add': 'old', 'x-remove': '1' },
            expect: { backend: 'v1', copies: { v2: 0.35 }, at: { v1: ADDED, v2: ADDED } },
          },
        ],
      },
      {
        says: 'a fraction without a denominator is one of a hundred',
        source: 'Fraction.denominator',
        rules: [{ filters: [mirror('v2', { fraction: { numerator: 10 } })], backendRefs }],
        steps: [{ times: 500, expect: { backend: 'v1', copies: { v2: 0.1 } } }],
      },
      {
        says: 'nothing is mirrored at zero percent',
        source: 'HTTPRequestMirrorFilter.percent',
        rules: [{ filters: [mirror('v2', { percent: 0 })], backendRefs }],
        steps: [{ times: 50, expect: { backend: 'v1', copies: { v2: 0 } } }],
      },
      {
        says: 'percent and fraction exclude each other',
        source: 'HTTPRequestMirrorFilter, validation',
        rules: [{ filters: [mirror('v2', { percent: 20, fraction: { numerator: 1 } })], backendRefs }],
        refused: '$.rules[0].filters[0]',
      },
    ],
  },
]
