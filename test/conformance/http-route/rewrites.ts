/** Requests that reach their backend under another path or host. */
import type { Feature, Requirement } from '../requirement.ts'

const rewrite = (value: string, urlRewrite: object, filters: readonly object[] = []) => ({
  matches: [{ path: { type: 'PathPrefix', value } }],
  filters: [{ type: 'URLRewrite', urlRewrite }, ...filters],
  backendRefs: [{ name: 'v1', port: 8080 }],
})
const full = (replaceFullPath: string) => ({ path: { type: 'ReplaceFullPath', replaceFullPath } })
const prefix = (replacePrefixMatch: string) => ({ path: { type: 'ReplacePrefixMatch', replacePrefixMatch } })

/** Where a prefix and its replacement take a path. */
const takes = (value: string, replacement: string, path: string, seen: string): Requirement => ({
  says: `${value} replaced by ${replacement} takes ${path} to ${seen}`,
  source: 'HTTPPathModifier.replacePrefixMatch, table',
  rules: [rewrite(value, prefix(replacement))],
  steps: [{ path, expect: { backend: 'v1', seen: { path: seen } } }],
})

export const rewrites: readonly Feature[] = [
  {
    name: 'HTTPRoutePathRewrite',
    level: 'Extended',
    requirements: [
      takes('/foo', '/xyz', '/foo/bar', '/xyz/bar'),
      takes('/foo', '/xyz/', '/foo/bar', '/xyz/bar'),
      takes('/foo/', '/xyz', '/foo/bar', '/xyz/bar'),
      takes('/foo/', '/xyz/', '/foo/bar', '/xyz/bar'),
      takes('/foo', '/xyz', '/foo', '/xyz'),
      takes('/foo/', '/xyz', '/foo/', '/xyz/'),
      takes('/foo', '/', '/foo/bar', '/bar'),
      takes('/foo', '/', '/foo', '/'),
      takes('/foo', '/', '/foo/', '/'),
      takes('/', '/xyz', '/bar', '/xyz/bar'),
      {
        says: 'the query is kept as it was',
        source: 'HTTPURLRewriteFilter.path',
        rules: [rewrite('/foo', prefix('/xyz'))],
        steps: [{ path: '/foo/bar?a=1&b=%20', expect: { seen: { path: '/xyz/bar?a=1&b=%20' } } }],
      },
      {
        says: 'the whole path is replaced',
        source: 'HTTPPathModifier.replaceFullPath',
        rules: [rewrite('/full', full('/one'))],
        steps: [{ path: '/full/one/two?x=1', expect: { seen: { path: '/one?x=1' } } }],
      },
      {
        says: 'path and headers are changed together',
        source: 'HTTPRouteRule.filters',
        rules: [
          rewrite('/full', full('/test'), [
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: {
                set: [{ name: 'X-Header-Set', value: 'set-overwrites-values' }],
                add: [{ name: 'X-Header-Add-Append', value: 'header-val-2' }],
                remove: ['X-Header-Remove'],
              },
            },
          ]),
        ],
        steps: [
          {
            path: '/full/x',
            headers: { 'x-header-remove': 'x', 'x-header-add-append': 'append-val-1', 'x-header-set': 'set-val' },
            expect: {
              seen: {
                path: '/test',
                headers: {
                  'x-header-set': 'set-overwrites-values',
                  'x-header-add-append': 'append-val-1,header-val-2',
                },
                absent: ['x-header-remove'],
              },
            },
          },
        ],
      },
      {
        says: 'the prefix and headers are changed together',
        source: 'HTTPRouteRule.filters',
        rules: [
          rewrite('/prefix/deep', prefix('/prefix'), [
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: { add: [{ name: 'x-add', value: 'new' }], remove: ['x-remove'] },
            },
          ]),
        ],
        steps: [
          {
            path: '/prefix/deep/one',
            headers: { 'x-add': 'old', 'x-remove': '1' },
            expect: { seen: { path: '/prefix/one', headers: { 'x-add': 'old,new' }, absent: ['x-remove'] } },
          },
        ],
      },
      {
        says: 'a prefix is replaced only where the rule has one match, a prefix',
        source: 'HTTPRouteRule, validation',
        rules: [{ ...rewrite('/foo', prefix('/xyz')), matches: [{ path: { type: 'Exact', value: '/foo' } }] }],
        refused: '$.rules[0]',
      },
    ],
  },
  {
    name: 'HTTPRouteHostRewrite',
    level: 'Extended',
    requirements: [
      {
        says: 'the backend is told the other host',
        source: 'HTTPURLRewriteFilter.hostname',
        rules: [rewrite('/', { hostname: 'one.example.org' })],
        // A URL endpoint sees its own authority as Host: what was rewritten travels beside it.
        steps: [{ expect: { backend: 'v1', seen: { headers: { 'x-forwarded-host': 'one.example.org' } } } }],
      },
      {
        says: 'host and headers are changed together',
        source: 'HTTPRouteRule.filters',
        rules: [
          rewrite('/', { hostname: 'test.example.org' }, [
            {
              type: 'RequestHeaderModifier',
              requestHeaderModifier: { set: [{ name: 'x-set', value: 'new' }], remove: ['x-remove'] },
            },
          ]),
        ],
        steps: [
          {
            headers: { 'x-set': 'old', 'x-remove': '1' },
            expect: {
              seen: { headers: { 'x-forwarded-host': 'test.example.org', 'x-set': 'new' }, absent: ['x-remove'] },
            },
          },
        ],
      },
      {
        says: 'host and path are replaced together',
        source: 'HTTPURLRewriteFilter',
        rules: [rewrite('/foo', { hostname: 'two.example.org', ...full('/bar') })],
        steps: [
          {
            path: '/foo/x',
            expect: { seen: { path: '/bar', headers: { 'x-forwarded-host': 'two.example.org' } } },
          },
        ],
      },
    ],
  },
]
