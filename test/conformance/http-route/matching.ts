/** Which requests a rule is for. */
import type { Feature, Step } from '../requirement.ts'

const to = (name: string, ...matches: object[]) => ({ matches, backendRefs: [{ name, port: 8080 }] })
const path = (value: string, type = 'PathPrefix') => ({ path: { type, value } })
const reaches = (backend: 'v1' | 'v2' | 'v3', ...paths: string[]): Step[] =>
  paths.map((path) => ({ path, expect: { backend } }))
const misses = (...paths: string[]): Step[] => paths.map((path) => ({ path, expect: { status: 404, nobody: true } }))

export const matching: readonly Feature[] = [
  {
    name: 'HTTPRoute',
    level: 'Core',
    requirements: [
      {
        says: 'a rule without matches is for every request',
        source: 'HTTPRouteRule.matches',
        rules: [{ backendRefs: [{ name: 'v1', port: 8080 }] }],
        steps: reaches('v1', '/', '/any/where?x=1'),
      },
      {
        says: 'a match without a path has the prefix "/"',
        source: 'HTTPRouteMatch.path',
        rules: [to('v1', { headers: [{ name: 'version', value: 'one' }] })],
        steps: [
          { path: '/deep/down', headers: { version: 'one' }, expect: { backend: 'v1' } },
          ...misses('/deep/down'),
        ],
      },
      {
        says: 'a path match without a type is a prefix',
        source: 'HTTPPathMatch.type',
        rules: [to('v1', { path: { value: '/v1' } })],
        steps: [...reaches('v1', '/v1', '/v1/42'), ...misses('/v10')],
      },
      {
        says: 'a request that no rule is for is answered with 404',
        source: 'HTTPRouteRule.matches',
        rules: [to('v1', path('/only', 'Exact'))],
        steps: [...reaches('v1', '/only'), ...misses('/', '/only/', '/other')],
      },
      {
        says: 'an exact path is matched whole and with case',
        source: 'PathMatchExact',
        rules: [to('v1', path('/one', 'Exact')), to('v2', path('/two', 'Exact'))],
        steps: [
          ...reaches('v1', '/one', '/one?x=1'),
          ...reaches('v2', '/two'),
          ...misses('/', '/one/example', '/two/', '/Two', '/ONE'),
        ],
      },
      {
        says: 'a prefix is matched segment by segment and with case',
        source: 'PathMatchPathPrefix',
        rules: [to('v1', path('/abc'))],
        steps: [
          ...reaches('v1', '/abc', '/abc/', '/abc/def', '/abc?x=1'),
          ...misses('/abcd', '/abcd/abc', '/ABC', '/'),
        ],
      },
      {
        says: 'a slash at the end of a prefix is ignored',
        source: 'PathMatchPathPrefix',
        rules: [to('v1', path('/abc/'))],
        steps: [...reaches('v1', '/abc', '/abc/', '/abc/def'), ...misses('/abcd')],
      },
      {
        says: 'the conditions of one match are all to hold, the matches of a rule are alternatives',
        source: 'HTTPRouteRule.matches',
        rules: [
          to('v1', { ...path('/a'), headers: [{ name: 'version', value: 'one' }] }, path('/b')),
          to('v2', path('/other')),
        ],
        steps: [
          { path: '/a', headers: { version: 'one' }, expect: { backend: 'v1' } },
          ...reaches('v1', '/b'),
          { path: '/a', headers: { version: 'two' }, expect: { status: 404, nobody: true } },
          ...misses('/a'),
        ],
      },
      {
        says: 'matches of several rules are told apart by path and header',
        source: 'HTTPRouteRule.matches',
        rules: [
          to('v1', path('/'), { headers: [{ name: 'version', value: 'one' }] }),
          to('v2', path('/v2'), { headers: [{ name: 'version', value: 'two' }] }),
        ],
        steps: [
          ...reaches('v1', '/', '/example', '/v2example', '/foo/v2/example'),
          ...reaches('v2', '/v2', '/v2/', '/v2/example'),
          { headers: { Version: 'one' }, expect: { backend: 'v1' } },
          { headers: { Version: 'two' }, expect: { backend: 'v2' } },
        ],
      },
      {
        says: 'header names are matched without case, values exactly',
        source: 'HTTPHeaderMatch',
        rules: [to('v1', { headers: [{ name: 'X-Color', value: 'blue' }] })],
        steps: [
          { headers: { 'x-color': 'blue' }, expect: { backend: 'v1' } },
          { headers: { 'X-COLOR': 'blue' }, expect: { backend: 'v1' } },
          { headers: { 'x-color': 'Blue' }, expect: { status: 404, nobody: true } },
          { headers: { 'x-color': 'blue2' }, expect: { status: 404, nobody: true } },
        ],
      },
      {
        says: 'all headers of a match are to be there',
        source: 'HTTPRouteMatch.headers',
        rules: [
          to('v1', {
            headers: [
              { name: 'version', value: 'two' },
              { name: 'color', value: 'orange' },
            ],
          }),
          to('v2', { headers: [{ name: 'version', value: 'two' }] }),
        ],
        steps: [
          { headers: { version: 'two', color: 'orange' }, expect: { backend: 'v1' } },
          { headers: { version: 'two' }, expect: { backend: 'v2' } },
          { headers: { color: 'orange' }, expect: { status: 404, nobody: true } },
        ],
      },
      {
        says: 'several values of a header are alternatives, as matches of one rule',
        source: 'HTTPRouteRule.matches',
        rules: [
          to('v1', { headers: [{ name: 'color', value: 'blue' }] }, { headers: [{ name: 'color', value: 'green' }] }),
          to('v2', { headers: [{ name: 'color', value: 'red' }] }, { headers: [{ name: 'color', value: 'yellow' }] }),
        ],
        steps: [
          ...(['blue', 'green'] as const).map((color): Step => ({ headers: { color }, expect: { backend: 'v1' } })),
          ...(['red', 'yellow'] as const).map((color): Step => ({ headers: { color }, expect: { backend: 'v2' } })),
          { headers: { color: 'purple' }, expect: { status: 404, nobody: true } },
          { headers: { 'some-other-header': 'blue' }, expect: { status: 404, nobody: true } },
        ],
      },
      {
        says: 'of header names that differ in case alone, the first entry counts',
        source: 'HTTPHeaderMatch.name',
        rules: [
          to('v1', {
            headers: [
              { name: 'Version', value: 'one' },
              { name: 'version', value: 'two' },
            ],
          }),
        ],
        steps: [
          { headers: { version: 'one' }, expect: { backend: 'v1' } },
          { headers: { version: 'two' }, expect: { status: 404, nobody: true } },
        ],
      },
    ],
  },
  {
    name: 'HTTPRoute',
    level: 'Core',
    requirements: [
      {
        says: 'an exact path goes before every prefix, whatever the order of the rules',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', path('/match')), to('v2', path('/match', 'Exact')), to('v3', path('/'))],
        steps: [...reaches('v2', '/match'), ...reaches('v1', '/match/', '/match/x'), ...reaches('v3', '/matchless')],
      },
      {
        says: 'the longer prefix goes first',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', path('/a')), to('v2', path('/a/b/c')), to('v3', path('/a/b'))],
        steps: [...reaches('v1', '/a/x'), ...reaches('v3', '/a/b/x'), ...reaches('v2', '/a/b/c/x')],
      },
      {
        says: 'exact paths and prefixes of one another are each found, whatever the order of the rules',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [
          to('v1', path('/match', 'Exact')),
          to('v2', path('/match/exact', 'Exact')),
          to('v3', path('/match/exact/one', 'Exact')),
          to('v3', path('/match/')),
          to('v1', path('/match/prefix/')),
          to('v2', path('/match/prefix/one')),
        ],
        steps: [
          ...reaches('v3', '/match/exact/one', '/match/any'),
          ...reaches('v2', '/match/exact', '/match/prefix/one/any'),
          ...reaches('v1', '/match', '/match/prefix/any'),
        ],
      },
      {
        says: 'with paths alike, the match with more headers goes first',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [
          to('v1', { ...path('/'), headers: [{ name: 'a', value: '1' }] }),
          to('v2', {
            ...path('/'),
            headers: [
              { name: 'a', value: '1' },
              { name: 'b', value: '2' },
            ],
          }),
        ],
        steps: [
          { headers: { a: '1', b: '2' }, expect: { backend: 'v2' } },
          { headers: { a: '1' }, expect: { backend: 'v1' } },
        ],
      },
      {
        says: 'a longer path goes before more headers',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', { ...path('/a'), headers: [{ name: 'a', value: '1' }] }), to('v2', path('/a/b'))],
        steps: [{ path: '/a/b', headers: { a: '1' }, expect: { backend: 'v2' } }],
      },
      {
        says: 'with all alike, the first rule in the list goes first',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', path('/same')), to('v2', path('/same'))],
        steps: reaches('v1', '/same'),
      },
      {
        says: 'precedence is of each match, not of the rule that holds it',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', path('/'), path('/a/b/c')), to('v2', path('/a/b'))],
        steps: [...reaches('v1', '/a/b/c'), ...reaches('v2', '/a/b'), ...reaches('v1', '/a')],
      },
    ],
  },
  {
    name: 'HTTPRouteMethodMatching',
    level: 'Extended',
    requirements: [
      {
        says: 'a match with a method is for that method alone',
        source: 'HTTPRouteMatch.method',
        rules: [to('v1', { method: 'POST' }), to('v2', { method: 'GET' })],
        steps: [
          { method: 'POST', body: 'x', expect: { backend: 'v1' } },
          { method: 'GET', expect: { backend: 'v2' } },
          { method: 'HEAD', expect: { status: 404, nobody: true } },
        ],
      },
      {
        says: 'with paths alike, a match with a method goes before one with headers',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', { headers: [{ name: 'version', value: 'one' }] }), to('v2', { method: 'PATCH' })],
        steps: [
          { method: 'PATCH', body: 'x', headers: { version: 'one' }, expect: { backend: 'v2' } },
          { method: 'GET', headers: { version: 'one' }, expect: { backend: 'v1' } },
        ],
      },
      {
        says: 'a method is one condition among those of a match',
        source: 'HTTPRouteRule.matches',
        rules: [
          to(
            'v1',
            { ...path('/path3'), method: 'PATCH' },
            {
              ...path('/path4'),
              headers: [{ name: 'version', value: 'three' }],
              method: 'DELETE',
            },
          ),
          to('v2', { headers: [{ name: 'version', value: 'one' }], method: 'PUT' }),
        ],
        steps: [
          { method: 'PATCH', path: '/path3', body: 'x', expect: { backend: 'v1' } },
          { method: 'DELETE', path: '/path4', headers: { version: 'three' }, expect: { backend: 'v1' } },
          { method: 'PUT', body: 'x', headers: { version: 'one' }, expect: { backend: 'v2' } },
          { method: 'PUT', body: 'x', expect: { status: 404, nobody: true } },
          { method: 'DELETE', path: '/path4', expect: { status: 404, nobody: true } },
          { method: 'DELETE', path: '/path3', expect: { status: 404, nobody: true } },
        ],
      },
      {
        says: 'a longer path goes before a method',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', { ...path('/path'), method: 'GET' }), to('v2', path('/path/deep'))],
        steps: reaches('v2', '/path/deep'),
      },
    ],
  },
  {
    name: 'HTTPRouteQueryParamMatching',
    level: 'Extended',
    requirements: [
      {
        says: 'a parameter is matched by its exact name and value',
        source: 'HTTPQueryParamMatch',
        rules: [
          to('v1', { queryParams: [{ name: 'animal', value: 'whale' }] }),
          to('v2', { queryParams: [{ name: 'animal', value: 'dolphin' }] }),
        ],
        steps: [
          ...reaches('v1', '/?animal=whale', '/?x=1&animal=whale'),
          ...reaches('v2', '/?animal=dolphin'),
          ...misses('/?Animal=whale', '/?ANIMAL=whale', '/?animal=Whale', '/?animal=whales', '/?animal', '/'),
          ...misses('/?animal=whaledolphin', '/?animal=dog', '/?animal='),
        ],
      },
      {
        says: 'values are compared after decoding',
        source: 'HTTPQueryParamMatch.value',
        rules: [to('v1', { queryParams: [{ name: 'q', value: 'a b&c' }] })],
        steps: reaches('v1', '/?q=a%20b%26c', '/?q=a+b%26c'),
      },
      {
        says: 'all parameters of a match are to be there, and more of them go first',
        source: 'HTTPRouteMatch.queryParams',
        rules: [
          to('v1', { queryParams: [{ name: 'animal', value: 'whale' }] }),
          to('v2', {
            queryParams: [
              { name: 'animal', value: 'whale' },
              { name: 'color', value: 'blue' },
            ],
          }),
        ],
        steps: [
          ...reaches('v1', '/?animal=whale'),
          ...reaches('v2', '/?animal=whale&color=blue'),
          ...misses('/?color=blue'),
        ],
      },
      {
        says: 'names that differ in case are different parameters',
        source: 'HTTPQueryParamMatch.name',
        rules: [
          to('v1', { queryParams: [{ name: 'animal', value: 'whale' }] }),
          to('v2', { queryParams: [{ name: 'ANIMAL', value: 'Whale' }] }),
        ],
        steps: [...reaches('v2', '/?ANIMAL=Whale'), ...reaches('v1', '/?animal=whale', '/?ANIMAL=Dog&animal=whale')],
      },
      {
        says: 'of a parameter that is there several times, the first value is compared',
        source: 'HTTPQueryParamMatch.name, recommended',
        rules: [to('v1', { queryParams: [{ name: 'animal', value: 'whale' }] })],
        steps: [...reaches('v1', '/?animal=whale&animal=dog'), ...misses('/?animal=dog&animal=whale')],
      },
      {
        says: 'a parameter is one condition among those of a match',
        source: 'HTTPRouteRule.matches',
        rules: [
          to(
            'v1',
            { ...path('/path3'), queryParams: [{ name: 'animal', value: 'shark' }] },
            {
              ...path('/path4'),
              headers: [{ name: 'version', value: 'three' }],
              queryParams: [{ name: 'animal', value: 'kraken' }],
            },
          ),
        ],
        steps: [
          ...reaches('v1', '/path3?animal=shark'),
          { path: '/path4?animal=kraken', headers: { version: 'three' }, expect: { backend: 'v1' } },
          ...misses('/?animal=shark', '/path4?animal=kraken', '/path4?animal=shark'),
        ],
      },
      {
        says: 'a longer path goes before parameters',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', { queryParams: [{ name: 'animal', value: 'hydra' }] }), to('v2', path('/path5'))],
        steps: [...reaches('v2', '/path5?animal=hydra'), ...reaches('v1', '/?animal=hydra')],
      },
      {
        says: 'a method goes before parameters',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [to('v1', { queryParams: [{ name: 'a', value: '1' }] }), to('v2', { method: 'GET' })],
        steps: reaches('v2', '/?a=1'),
      },
      {
        says: 'headers go before parameters',
        source: 'HTTPRouteRule.matches, precedence',
        rules: [
          to('v1', {
            queryParams: [
              { name: 'a', value: '1' },
              { name: 'b', value: '2' },
            ],
          }),
          to('v2', { headers: [{ name: 'version', value: 'one' }] }),
        ],
        steps: [{ path: '/?a=1&b=2', headers: { version: 'one' }, expect: { backend: 'v2' } }],
      },
    ],
  },
  {
    name: 'RegularExpression',
    level: 'Implementation-specific',
    requirements: [
      {
        says: 'a path is matched as a whole by a regular expression',
        source: 'PathMatchRegularExpression',
        rules: [to('v1', path('/users/[0-9]+', 'RegularExpression'))],
        steps: [...reaches('v1', '/users/42'), ...misses('/users/', '/users/x', '/users/42/orders', '/v1/users/42')],
      },
      {
        says: 'a header is matched as a whole by a regular expression',
        source: 'HeaderMatchRegularExpression',
        rules: [to('v1', { headers: [{ name: 'version', type: 'RegularExpression', value: '(one|two)[.]x' }] })],
        steps: [
          { headers: { version: 'one.x' }, expect: { backend: 'v1' } },
          { headers: { version: 'onexx' }, expect: { status: 404, nobody: true } },
        ],
      },
      {
        says: 'a parameter is matched as a whole by a regular expression',
        source: 'QueryParamMatchRegularExpression',
        rules: [to('v1', { queryParams: [{ name: 'id', type: 'RegularExpression', value: '[a-f0-9]{4}' }] })],
        steps: [...reaches('v1', '/?id=00ff'), ...misses('/?id=00fg', '/?id=00ff0')],
      },
    ],
  },
  {
    name: 'HTTPRouteNamedRouteRule',
    level: 'Extended',
    requirements: [
      {
        says: 'rules may have names, which change nothing of what they match',
        source: 'HTTPRouteRule.name',
        rules: [{ name: 'named', ...to('v1', path('/named')) }, to('v2', path('/unnamed'))],
        steps: [...reaches('v1', '/named'), ...reaches('v2', '/unnamed')],
      },
      {
        says: 'a name is there once',
        source: 'HTTPRouteSpec.rules, name uniqueness',
        rules: [
          { name: 'one', ...to('v1', path('/a')) },
          { name: 'one', ...to('v2', path('/b')) },
        ],
        refused: '$.rules',
      },
    ],
  },
]
