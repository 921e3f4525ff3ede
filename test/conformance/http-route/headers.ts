/** Headers that are changed on the way there and back. */
import type { Feature, Step } from '../requirement.ts'

const backendRefs = [{ name: 'v1', port: 8080 }]
const onRequest = (requestHeaderModifier: object) => ({ type: 'RequestHeaderModifier', requestHeaderModifier })
const onResponse = (responseHeaderModifier: object) => ({ type: 'ResponseHeaderModifier', responseHeaderModifier })
/** The backend answers with `x-upstream-said: so`. */
const said = (path: string, answer: NonNullable<Step['expect']['answer']>): Step => ({
  path,
  expect: { backend: 'v1', answer },
})

export const headers: readonly Feature[] = [
  {
    name: 'HTTPRoute',
    level: 'Core',
    requirements: [
      {
        says: 'set writes a header, whether or not it was there',
        source: 'HTTPHeaderFilter.set',
        rules: [{ filters: [onRequest({ set: [{ name: 'X-Header-Set', value: 'new' }] })], backendRefs }],
        steps: [
          { expect: { backend: 'v1', seen: { headers: { 'x-header-set': 'new' } } } },
          { headers: { 'x-header-set': 'old' }, expect: { seen: { headers: { 'x-header-set': 'new' } } } },
        ],
      },
      {
        says: 'add appends to what is there',
        source: 'HTTPHeaderFilter.add',
        rules: [{ filters: [onRequest({ add: [{ name: 'X-Header-Add', value: 'new' }] })], backendRefs }],
        steps: [
          { expect: { seen: { headers: { 'x-header-add': 'new' } } } },
          { headers: { 'x-header-add': 'old' }, expect: { seen: { headers: { 'x-header-add': 'old,new' } } } },
        ],
      },
      {
        says: 'remove takes a header away, whatever the case of its name',
        source: 'HTTPHeaderFilter.remove',
        rules: [{ filters: [onRequest({ remove: ['X-Header-Remove'] })], backendRefs }],
        steps: [
          {
            headers: { 'x-header-remove': 'val', 'x-header-kept': 'val' },
            expect: { seen: { headers: { 'x-header-kept': 'val' }, absent: ['x-header-remove'] } },
          },
        ],
      },
      {
        says: 'several headers are set, added and removed at once',
        source: 'HTTPHeaderFilter',
        rules: [
          {
            filters: [
              onRequest({
                set: [
                  { name: 'x-set-1', value: '1' },
                  { name: 'x-set-2', value: '2' },
                ],
                add: [
                  { name: 'x-add-1', value: '1' },
                  { name: 'x-add-2', value: '2' },
                ],
                remove: ['x-remove-1', 'x-remove-2'],
              }),
            ],
            backendRefs,
          },
        ],
        steps: [
          {
            headers: { 'x-set-1': 'old', 'x-add-2': 'old', 'x-remove-1': 'a', 'x-remove-2': 'b', 'x-other': 'kept' },
            expect: {
              seen: {
                headers: { 'x-set-1': '1', 'x-set-2': '2', 'x-add-1': '1', 'x-add-2': 'old,2', 'x-other': 'kept' },
                absent: ['x-remove-1', 'x-remove-2'],
              },
            },
          },
        ],
      },
      {
        says: 'a filter of one rule is not for the requests of another',
        source: 'HTTPRouteRule.filters',
        rules: [
          {
            matches: [{ path: { value: '/changed' } }],
            filters: [onRequest({ set: [{ name: 'x-set', value: '1' }] })],
            backendRefs,
          },
          { matches: [{ path: { value: '/' } }], backendRefs },
        ],
        steps: [
          { path: '/changed', expect: { seen: { headers: { 'x-set': '1' } } } },
          { path: '/plain', expect: { seen: { absent: ['x-set'] } } },
        ],
      },
    ],
  },
  {
    name: 'HTTPRouteResponseHeaderModification',
    level: 'Extended',
    requirements: [
      {
        says: 'set, add and remove are for the answer in the same way',
        source: 'HTTPRouteFilter.responseHeaderModifier',
        rules: [
          {
            matches: [{ path: { value: '/set' } }],
            filters: [onResponse({ set: [{ name: 'X-Upstream-Said', value: 'no' }] })],
            backendRefs,
          },
          {
            matches: [{ path: { value: '/add' } }],
            filters: [onResponse({ add: [{ name: 'X-Upstream-Said', value: 'too' }] })],
            backendRefs,
          },
          {
            matches: [{ path: { value: '/remove' } }],
            filters: [onResponse({ remove: ['X-Upstream-Said'] })],
            backendRefs,
          },
        ],
        steps: [
          said('/set', { headers: { 'x-upstream-said': 'no' } }),
          said('/add', { headers: { 'x-upstream-said': 'so,too' } }),
          said('/remove', { absent: ['x-upstream-said'] }),
        ],
      },
      {
        says: 'what the answer did not have is added by set and by add alike',
        source: 'HTTPRouteFilter.responseHeaderModifier',
        rules: [
          {
            filters: [
              onResponse({
                set: [{ name: 'x-set', value: '1' }],
                add: [{ name: 'x-add', value: '2' }],
                remove: ['x-none'],
              }),
            ],
            backendRefs,
          },
        ],
        steps: [said('/', { headers: { 'x-set': '1', 'x-add': '2', 'x-upstream-said': 'so' } })],
      },
      {
        says: 'several headers of the answer are changed at once, and of the request too, whatever the case of their names',
        source: 'HTTPRouteFilter.responseHeaderModifier',
        rules: [
          {
            filters: [
              onRequest({
                set: [{ name: 'X-Header-Set', value: 'set' }],
                add: [{ name: 'X-Header-Add', value: 'add' }],
                remove: ['X-Header-Remove'],
              }),
              onResponse({
                set: [
                  { name: 'X-Header-Set-1', value: '1' },
                  { name: 'X-HEADER-SET-2', value: '2' },
                ],
                add: [
                  { name: 'X-Header-Add-1', value: '1' },
                  { name: 'x-header-add-2', value: '2' },
                ],
                remove: ['X-Header-Remove-1', 'x-header-remove-2', 'X-HEADER-REMOVE'],
              }),
            ],
            backendRefs,
          },
        ],
        steps: [
          {
            headers: {
              'x-header-add': 'old',
              'x-header-remove': 'old',
              'x-answer': JSON.stringify({
                'X-Header-Set-2': 'old',
                'X-Header-Add-2': 'old',
                'x-header-remove-1': 'old',
                'X-Header-Remove-2': 'old',
                'Another-Header': 'kept',
              }),
            },
            expect: {
              backend: 'v1',
              seen: {
                headers: { 'x-header-set': 'set', 'x-header-add': 'old,add' },
                absent: ['x-header-remove', 'x-header-set-1'],
              },
              answer: {
                headers: {
                  'x-header-set-1': '1',
                  'x-header-set-2': '2',
                  'x-header-add-1': '1',
                  'x-header-add-2': 'old,2',
                  'another-header': 'kept',
                },
                absent: ['x-header-remove-1', 'x-header-remove-2', 'x-header-set'],
              },
            },
          },
        ],
      },
      {
        says: 'answers without a body are changed as others are',
        source: 'HTTPRouteFilter.responseHeaderModifier',
        rules: [{ filters: [onResponse({ set: [{ name: 'x-set', value: '1' }] })], backendRefs }],
        steps: [
          ...[204, 304].map((code) => ({
            path: `/status?code=${code}`,
            expect: { status: code, answer: { headers: { 'x-set': '1', 'x-upstream-said': 'so' } } },
          })),
          { method: 'HEAD', path: '/file', expect: { answer: { headers: { 'x-set': '1', etag: '"8"' } } } },
        ],
      },
    ],
  },
]
