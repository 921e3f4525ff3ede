/** What a route may not say: the limits of its structure. Each is refused, with the place. */
import type { Feature, Requirement } from '../requirement.ts'

const backendRefs = [{ name: 'v1', port: 8080 }]
const match = (path: object) => [{ matches: [{ path }], backendRefs }]
const refuses = (says: string, rules: readonly object[], refused: string): Requirement => ({
  says,
  source: 'validation',
  rules,
  refused,
})
const many = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index))
const path = (index: number) => ({ path: { value: `/${index}` } })
const filters = (...list: object[]) => [{ filters: list, backendRefs }]
const HEADERS = { type: 'RequestHeaderModifier', requestHeaderModifier: { remove: ['a'] } }
const REWRITE = { type: 'URLRewrite', urlRewrite: { hostname: 'a.example' } }
const REDIRECT = { type: 'RequestRedirect', requestRedirect: { hostname: 'a.example' } }

export const limits: readonly Feature[] = [
  {
    name: 'HTTPRoute',
    level: 'Core',
    requirements: [
      refuses(
        'more than 64 rules of a name (of a route, 16: `convert` tells)',
        many(65, (index) => ({ matches: [path(index)], backendRefs })),
        '$.rules',
      ),
      refuses('more than 64 matches of a rule', [{ matches: many(65, path), backendRefs }], '$.rules[0].matches'),
      refuses(
        'more than 128 matches in all',
        many(3, () => ({ matches: many(43, path), backendRefs })),
        '$.rules',
      ),
      refuses('more than 16 backends', [{ backendRefs: many(17, () => backendRefs[0]) }], '$.rules[0].backendRefs'),
      refuses(
        'a weight above a million',
        [{ backendRefs: [{ name: 'v1', weight: 1_000_001 }] }],
        '$.rules[0].backendRefs[0].weight',
      ),
      refuses('a path that does not begin with a slash', match({ value: 'abc' }), '$.rules[0].matches[0].path'),
      ...['/a//b', '/a/./b', '/a/../b', '/a%2fb', '/a%2Fb', '/a#b', '/a/..', '/a/.', '/a b', '/a%zz'].map((value) =>
        refuses(`the path ${value}`, match({ value }), '$.rules[0].matches[0].path'),
      ),
      refuses(
        'a path of more than 1024 characters',
        match({ value: `/${'a'.repeat(1024)}` }),
        '$.rules[0].matches[0].path',
      ),
      refuses(
        'a kind of path match that there is not',
        match({ type: 'Glob', value: '/a' }),
        '$.rules[0].matches[0].path.type',
      ),
      refuses(
        'a header name that is none',
        [{ matches: [{ headers: [{ name: 'a b', value: '1' }] }], backendRefs }],
        '$.rules[0].matches[0].headers[0].name',
      ),
      refuses(
        'a method in lower case',
        [{ matches: [{ method: 'get' }], backendRefs }],
        '$.rules[0].matches[0].method',
      ),
      refuses('the same modifier twice', filters(HEADERS, HEADERS), '$.rules[0].filters'),
      refuses('a rewrite beside a redirect', [{ filters: [REWRITE, REDIRECT] }], '$.rules[0].filters'),
      refuses(
        'a filter without the field that its type names',
        filters({ type: 'URLRewrite' }),
        '$.rules[0].filters[0]',
      ),
      refuses(
        'a filter with the field of another type',
        filters({ ...HEADERS, urlRewrite: { hostname: 'a.example' } }),
        '$.rules[0].filters[0]',
      ),
      refuses('a type of filter that there is not', filters({ type: 'Sparkle' }), '$.rules[0].filters[0].type'),
      refuses(
        'the same header set and removed',
        filters({
          type: 'RequestHeaderModifier',
          requestHeaderModifier: { set: [{ name: 'a', value: '1' }], remove: ['A'] },
        }),
        '$.rules[0].filters[0].requestHeaderModifier',
      ),
      refuses(
        'a redirect with a status that is none',
        [{ filters: [{ type: 'RequestRedirect', requestRedirect: { statusCode: 304 } }] }],
        '$.rules[0].filters[0].requestRedirect.statusCode',
      ),
      refuses(
        'a duration in a form of its own',
        [{ timeouts: { request: '1.5s' }, backendRefs }],
        '$.rules[0].timeouts.request',
      ),
      refuses('a code to retry twice', [{ retry: { codes: [503, 503] }, backendRefs }], '$.rules[0].retry.codes'),
      refuses('a field that is not known', [{ backendRefs, colour: 'red' }], '$.rules[0].colour'),
    ],
  },
]
