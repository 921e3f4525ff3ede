import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeshError } from '../../src/core/errors.ts'
import { parseRecord } from '../../src/record/parse.ts'
import { timed } from '../support/cpu.ts'

/** The message with which rules are refused; `taken` where they are not. */
function refusal(rules: unknown): string {
  try {
    parseRecord(JSON.stringify({ rules }))
    return 'taken'
  } catch (error) {
    expect(error).toHaveProperty('code', 'record_invalid')
    return (error as MeshError).message
  }
}

const ofRule = (rule: object) => refusal([rule])
const ofMatch = (match: object) => ofRule({ matches: [match] })
const ofPath = (value: string, type?: string) => ofMatch({ path: { type, value } })
const ofFilter = (filter: object, rule: object = {}) => ofRule({ ...rule, filters: [filter] })
const filter = (type: string, value: unknown) => ({
  type,
  [type === 'CORS' ? 'cors' : type === 'URLRewrite' ? 'urlRewrite' : `r${type.slice(1)}`]: value,
})
const times = <Of>(length: number, of: (index: number) => Of) => Array.from({ length }, (_, index) => of(index))

const FULLEST = {
  name: 'canary.users',
  matches: [
    {
      path: { type: 'PathPrefix', value: '/api' },
      headers: [
        { type: 'Exact', name: 'X-Env', value: 'canary' },
        { type: 'RegularExpression', name: 'x-version', value: 'v[12]' },
      ],
      queryParams: [{ name: 'debug', value: '1' }],
      method: 'GET',
    },
  ],
  filters: [
    {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'a', value: '1' }], add: [{ name: 'b', value: '2' }], remove: ['c'] },
    },
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } },
    {
      type: 'URLRewrite',
      urlRewrite: { hostname: 'users.example.com', path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/v2' } },
    },
    { type: 'RequestMirror', requestMirror: { backendRef: { name: 'shadow' }, percent: 10 } },
    {
      type: 'RequestMirror',
      requestMirror: { backendRef: { name: 'shadow', port: 80 }, fraction: { numerator: 1, denominator: 1000 } },
    },
    {
      type: 'CORS',
      cors: {
        allowOrigins: ['https://*.example.com'],
        allowMethods: ['*'],
        allowHeaders: ['x-a'],
        exposeHeaders: ['x-b'],
        allowCredentials: true,
        maxAge: 60,
      },
    },
  ],
  backendRefs: [
    { group: '', kind: 'Service', name: 'users-v1', namespace: 'shop', port: 8080, weight: 90 },
    {
      name: 'users@pr-7',
      weight: 10,
      filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: '/' } } }],
    },
  ],
  timeouts: { request: '2s', backendRequest: '1s' },
  retry: { codes: [500], attempts: 1, backoff: '10ms' },
  sessionPersistence: {
    absoluteTimeout: '1h',
    type: 'Cookie',
    cookie: { name: 'sid', path: '/api', lifetimeType: 'Permanent' },
  },
}

describe('rules', () => {
  it('at their fullest are kept as they are written', () => {
    expect(parseRecord(JSON.stringify({ rules: [FULLEST, {}] })).rules).toEqual([FULLEST, {}])
  })

  it('may stand beside endpoints, and not beside an alias', () => {
    const rules = [{ matches: [{}] }]
    expect(parseRecord(JSON.stringify({ endpoints: ['https://a.example'], rules })).rules).toEqual(rules)
    expect(() => parseRecord(JSON.stringify({ alias: 'a', rules }))).toThrow('or else an "alias"')
  })

  it('may be 64, as the routes of one name are together', () => {
    expect(refusal(times(64, () => ({})))).toBe('taken')
  })

  it('may have CORS beside a redirect, and backends that differ in what they do', () => {
    const [cors, redirect] = [filter('CORS', { allowOrigins: ['*'] }), filter('RequestRedirect', {})]
    const other = filter('RequestHeaderModifier', { remove: ['a'] })
    expect(ofRule({ filters: [cors, redirect] })).toBe('taken')
    const backendRefs = [
      { name: 'a', filters: [redirect] },
      { name: 'b', filters: [other] },
    ]
    expect(ofRule({ filters: [cors], backendRefs })).toBe('taken')
  })

  it.each<[string, string, string]>([
    ['no rules', refusal([]), '$.rules: Expected 1 to 64 rules, got [].'],
    ['65 rules', refusal(times(65, () => ({}))), '$.rules: Expected 1 to 64 rules, got [{},'],
    [
      '65 matches',
      ofRule({ matches: times(65, () => ({})) }),
      '$.rules[0].matches: Expected 0 to 64 matches, got [{},',
    ],
    [
      '129 matches in all',
      refusal(times(3, () => ({ matches: times(43, () => ({})) }))),
      '$.rules: Expected 128 matches in all rules together, got [{',
    ],
    [
      '17 filters',
      ofRule({ filters: times(17, () => FULLEST.filters[3]) }),
      '$.rules[0].filters: Expected 0 to 16 filters, got [{',
    ],
    [
      '17 backends',
      ofRule({ backendRefs: times(17, () => ({ name: 'a' })) }),
      '$.rules[0].backendRefs: Expected 0 to 16 backends, got [{',
    ],
    [
      '17 headers',
      ofMatch({ headers: times(17, (n) => ({ name: `a${n}`, value: '1' })) }),
      '$.rules[0].matches[0].headers: Expected 0 to 16 headers, got [{',
    ],
    [
      'two rules of one name',
      refusal([{ name: 'a' }, { name: 'a' }]),
      '$.rules: Expected each name of a rule once, got [',
    ],
    [
      'a name in capitals',
      ofRule({ name: 'A' }),
      '$.rules[0].name: Expected a name: a DNS name in lower case, got "A".',
    ],
    ['a field that nobody knows', ofRule({ match: [] }), '$.rules[0].match: is not a field that this version knows.'],
    ['no path', ofPath('users'), '$.rules[0].matches[0].path: Expected a path: "/" first, without "//"'],
    ['a path with two slashes', ofPath('/a//b'), '$.rules[0].matches[0].path: Expected a path'],
    ['a path with a dot', ofPath('/a/./b', 'Exact'), '$.rules[0].matches[0].path: Expected a path'],
    ['a path that ends in dots', ofPath('/a/..'), '$.rules[0].matches[0].path: Expected a path'],
    ['a path with a slash in disguise', ofPath('/a%2fb'), '$.rules[0].matches[0].path: Expected a path'],
    ['a path with a fragment', ofPath('/a#b'), '$.rules[0].matches[0].path: Expected a path'],
    ['a path with a query', ofPath('/a?b'), '$.rules[0].matches[0].path: Expected a path'],
    ['a path with half a triplet', ofPath('/a%4'), '$.rules[0].matches[0].path: Expected a path'],
    [
      'a path of 1025 characters',
      ofPath(`/${'a'.repeat(1024)}`),
      '$.rules[0].matches[0].path.value: Expected at most 1024 characters, got "/aaa',
    ],
    [
      'a type of path that nobody knows',
      ofPath('/', 'Prefix'),
      '$.rules[0].matches[0].path.type: Expected one of "Exact", "PathPrefix", "RegularExpression", got "Prefix".',
    ],
    [
      'an expression that looks back',
      ofPath('/(a)\\1', 'RegularExpression'),
      '$.rules[0].matches[0].path: Expected a regular expression of the RE2 kind without "\\1", which is not supported, at character 5, got {',
    ],
    [
      'an expression of a header that never ends',
      ofMatch({ headers: [{ type: 'RegularExpression', name: 'a', value: '(a' }] }),
      '$.rules[0].matches[0].headers[0]: Expected a regular expression of the RE2 kind without "(" that is not closed at character 1, got {',
    ],
    [
      'a header without a name',
      ofMatch({ headers: [{ name: '', value: '1' }] }),
      '$.rules[0].matches[0].headers[0].name: Expected a name of 1 to 256',
    ],
    [
      'a header with a colon',
      ofMatch({ headers: [{ name: ':path', value: '1' }] }),
      '$.rules[0].matches[0].headers[0].name: Expected a name of 1 to 256',
    ],
    [
      'a header without a value',
      ofMatch({ headers: [{ name: 'a' }] }),
      '$.rules[0].matches[0].headers[0].value: is missing.',
    ],
    [
      'an empty value',
      ofMatch({ headers: [{ name: 'a', value: '' }] }),
      '$.rules[0].matches[0].headers[0].value: Expected 1 to 4096 characters, got "".',
    ],
    [
      'a value of 1025 characters',
      ofMatch({ queryParams: [{ name: 'a', value: 'a'.repeat(1025) }] }),
      '$.rules[0].matches[0].queryParams[0].value: Expected 1 to 1024 characters, got "aaa',
    ],
    [
      'one header twice',
      ofMatch({
        headers: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      }),
      '$.rules[0].matches[0].headers: Expected each name once, got [',
    ],
    ['a method in lower case', ofMatch({ method: 'get' }), '$.rules[0].matches[0].method: Expected one of "GET", '],
    [
      'a filter of another kind',
      ofFilter({ type: 'ExtensionRef', extensionRef: {} }),
      '$.rules[0].filters[0].type: Expected one of "RequestHeaderModifier", ',
    ],
    ['a filter that says nothing', ofFilter({ type: 'CORS' }), '$.rules[0].filters[0].cors: is missing.'],
    [
      'a filter with the field of another',
      ofFilter({ type: 'CORS', cors: {}, urlRewrite: {} }),
      '$.rules[0].filters[0].urlRewrite: is not a field that this version knows.',
    ],
    ['a filter without a type', ofFilter({ cors: {} }), '$.rules[0].filters[0].type: is missing.'],
    [
      'one filter twice',
      ofRule({ filters: [filter('CORS', {}), filter('CORS', {})] }),
      '$.rules[0].filters: Expected each type of filter once, but for RequestMirror, got [',
    ],
    [
      'redirect and rewrite',
      ofRule({ filters: [filter('RequestRedirect', {}), filter('URLRewrite', {})] }),
      '$.rules[0].filters: Expected no filter but CORS beside a RequestRedirect, which answers by itself, got [',
    ],
    [
      'a redirect with backends',
      ofFilter(filter('RequestRedirect', {}), { backendRefs: [{ name: 'a' }] }),
      '$.rules[0]: Expected no backendRefs beside a RequestRedirect, got {',
    ],
    ...(['RequestHeaderModifier', 'ResponseHeaderModifier', 'RequestMirror'] as const).flatMap(
      (type): [string, string, string][] => {
        const other = FULLEST.filters.find((one) => one.type === type)
        const redirect = filter('RequestRedirect', {})
        const backendRefs = [{ name: 'a' }, { name: 'b', filters: [redirect] }]
        const beside = 'Expected no filter but CORS beside a RequestRedirect, which answers by itself, got ['
        return [
          [`a redirect beside ${type}`, ofRule({ filters: [other, redirect] }), `$.rules[0].filters: ${beside}`],
          [
            `a redirect of a backend beside ${type}`,
            ofRule({ filters: [other], backendRefs }),
            '$.rules[0]: Expected no filter but CORS where a backend has a RequestRedirect, got {',
          ],
          [
            `a redirect and ${type} of one backend`,
            ofRule({ backendRefs: [{ name: 'a', filters: [redirect, other] }] }),
            `$.rules[0].backendRefs[0].filters: ${beside}`,
          ],
        ]
      },
    ),
    [
      'a redirect of a backend beside a rewrite of its rule',
      ofRule({
        filters: [filter('URLRewrite', { hostname: 'a' })],
        backendRefs: [{ name: 'a', filters: [filter('RequestRedirect', {})] }],
      }),
      '$.rules[0]: Expected no filter but CORS where a backend has a RequestRedirect',
    ],
    [
      'a query in a path that is put in place of another',
      ofFilter(filter('RequestRedirect', { path: { type: 'ReplaceFullPath', replaceFullPath: '/a?b=1' } })),
      '$.rules[0].filters[0].requestRedirect.path.replaceFullPath: Expected at most 1024 characters of a path without "?", "#" or blanks, got "/a?b=1".',
    ],
    [
      'a status that is no redirect',
      ofFilter(filter('RequestRedirect', { statusCode: 304 })),
      '$.rules[0].filters[0].requestRedirect.statusCode: Expected 301, 302, 303, 307 or 308, got 304.',
    ],
    [
      'a host with a wildcard',
      ofFilter(filter('RequestRedirect', { hostname: '*.a' })),
      '$.rules[0].filters[0].requestRedirect.hostname: Expected a host',
    ],
    ...['www.123', '256.1.1.1', 'xn--a'].map((hostname): [string, string, string] => [
      `the host ${hostname}, which no URL can have`,
      ofFilter(filter('URLRewrite', { hostname })),
      '$.rules[0].filters[0].urlRewrite.hostname: Expected a host that a URL may have',
    ]),
    [
      'port 0',
      ofFilter(filter('RequestRedirect', { port: 0 })),
      '$.rules[0].filters[0].requestRedirect.port: Expected a port, 1 to 65535, got 0.',
    ],
    [
      'a path modifier with the other field',
      ofFilter(filter('URLRewrite', { path: { type: 'ReplaceFullPath', replacePrefixMatch: '/' } })),
      '$.rules[0].filters[0].urlRewrite.path.replaceFullPath: is missing.',
    ],
    [
      'a prefix replaced without one',
      ofFilter(filter('URLRewrite', FULLEST.filters[2]?.urlRewrite), {
        matches: [{ path: { type: 'Exact', value: '/a' } }],
      }),
      '$.rules[0]: Expected one match, of a PathPrefix, where a ReplacePrefixMatch stands, got {',
    ],
    [
      'a prefix replaced at a backend, of two',
      ofRule({ matches: [{}, {}], backendRefs: [{ name: 'a', filters: [FULLEST.filters[2]] }] }),
      '$.rules[0]: Expected one match, of a PathPrefix, where a ReplacePrefixMatch stands, got {',
    ],
    [
      'a prefix replaced where there is no match',
      ofFilter(filter('URLRewrite', FULLEST.filters[2]?.urlRewrite), { matches: [] }),
      '$.rules[0]: Expected one match, of a PathPrefix, where a ReplacePrefixMatch stands, got {',
    ],
    [
      'a name with two dots in a row',
      ofRule({ name: 'a..b' }),
      '$.rules[0].name: Expected a name: a DNS name in lower case, got "a..b".',
    ],
    [
      'a header of two lines',
      ofFilter(filter('RequestHeaderModifier', { set: [{ name: 'a', value: '1\nb: 2' }] })),
      '$.rules[0].filters[0].requestHeaderModifier.set[0].value: Expected 1 to 4096 characters that a header may hold, got "1',
    ],
    [
      'a header that no byte can write',
      ofFilter(filter('ResponseHeaderModifier', { add: [{ name: 'a', value: 'łódź' }] })),
      '$.rules[0].filters[0].responseHeaderModifier.add[0].value: Expected 1 to 4096 characters that a header may hold, got "łódź".',
    ],
    [
      'an origin with two dots in a row',
      ofFilter(filter('CORS', { allowOrigins: ['https://a..b'] })),
      '$.rules[0].filters[0].cors.allowOrigins[0]: Expected "*" or an origin',
    ],
    [
      'a modifier of Host',
      ofFilter(filter('RequestHeaderModifier', { set: [{ name: 'Host', value: 'a' }] })),
      '$.rules[0].filters[0].requestHeaderModifier.set[0].name: Expected a header that may be changed',
    ],
    [
      'a modifier of a header twice',
      ofFilter(filter('RequestHeaderModifier', { set: [{ name: 'A', value: 'a' }], remove: ['a'] })),
      '$.rules[0].filters[0].requestHeaderModifier: Expected each header once in "set", "add" and "remove" together, got {',
    ],
    [
      'a mirror by percent and fraction',
      ofFilter(filter('RequestMirror', { backendRef: { name: 'a' }, percent: 1, fraction: { numerator: 1 } })),
      '$.rules[0].filters[0].requestMirror: Expected either "percent" or "fraction", got {',
    ],
    [
      'a mirror of more than all',
      ofFilter(filter('RequestMirror', { backendRef: { name: 'a' }, fraction: { numerator: 101 } })),
      '$.rules[0].filters[0].requestMirror.fraction: Expected a numerator no greater than the denominator, got {',
    ],
    [
      'a mirror without a name',
      ofFilter(filter('RequestMirror', { backendRef: {} })),
      '$.rules[0].filters[0].requestMirror.backendRef.name: is missing.',
    ],
    [
      'any origin among others',
      ofFilter(filter('CORS', { allowOrigins: ['*', 'https://a'] })),
      '$.rules[0].filters[0].cors.allowOrigins: Expected "*" to stand alone, got [',
    ],
    [
      'an origin with a path',
      ofFilter(filter('CORS', { allowOrigins: ['https://a/b'] })),
      '$.rules[0].filters[0].cors.allowOrigins[0]: Expected "*" or an origin',
    ],
    [
      'an age of nothing',
      ofFilter(filter('CORS', { maxAge: 0 })),
      '$.rules[0].filters[0].cors.maxAge: Expected a whole number of seconds, from 1, got 0.',
    ],
    [
      'a weight below 0',
      ofRule({ backendRefs: [{ name: 'a', weight: -1 }] }),
      '$.rules[0].backendRefs[0].weight: Expected a whole number from 0 to 1,000,000, got -1.',
    ],
    [
      'a backend of another kind',
      ofRule({ backendRefs: [{ kind: 'Bucket', name: 'a' }] }),
      '$.rules[0].backendRefs[0].kind: Expected "Service", got "Bucket".',
    ],
    [
      'a backend of another group',
      ofRule({ backendRefs: [{ group: 'x.io', name: 'a' }] }),
      '$.rules[0].backendRefs[0].group: Expected "", got "x.io".',
    ],
    [
      'a backend that is no name',
      ofRule({ backendRefs: [{ name: 'A_b' }] }),
      '$.rules[0].backendRefs[0].name: Expected a service name',
    ],
    [
      'an attempt longer than the whole',
      ofRule({ timeouts: { request: '1s', backendRequest: '2s' } }),
      '$.rules[0].timeouts: Expected backendRequest to be no longer than request, got {',
    ],
    [
      'a permanent cookie without an end',
      ofRule({ sessionPersistence: { cookie: { lifetimeType: 'Permanent' } } }),
      '$.rules[0].sessionPersistence: Expected an absoluteTimeout, which a Permanent cookie needs, got {',
    ],
    [
      'a session by header with a cookie',
      ofRule({ sessionPersistence: { type: 'Header', header: { name: 'a' }, cookie: {} } }),
      '$.rules[0].sessionPersistence.cookie: is not a field that this version knows.',
    ],
    [
      'a session by cookie without one',
      ofRule({ sessionPersistence: {} }),
      '$.rules[0].sessionPersistence.cookie: is missing.',
    ],
  ])('refuse %s', (_, said, message) => {
    expect(said.slice(0, message.length)).toBe(message)
  })

  it.each([
    ['an empty list of everything', { matches: [], filters: [], backendRefs: [] }],
    ['a redirect with an empty list of backends', { filters: [filter('RequestRedirect', {})], backendRefs: [] }],
    ['a prefix replaced where the match says nothing', { matches: [{ method: 'GET' }], filters: [FULLEST.filters[2]] }],
    [
      'two headers that differ in case',
      {
        matches: [
          {
            headers: [
              { name: 'a', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
        ],
      },
    ],
    [
      'an empty replacement',
      { filters: [filter('URLRewrite', { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '' } })] },
    ],
    ['names of several labels', { name: 'a.b-c.1--2' }],
    [
      'headers with tabs, several spaces and letters of Latin-1',
      { filters: [filter('RequestHeaderModifier', { set: [{ name: 'a', value: 'a\t b  é' }] })] },
    ],
    ['an attempt longer than a whole that is off', { timeouts: { request: '0s', backendRequest: '2s' } }],
  ])('take %s', (_, rule) => {
    expect(ofRule(rule)).toBe('taken')
  })

  const expressions = (source: (index: number) => string) =>
    times(16, (rule) => ({
      matches: times(8, (match) => ({
        headers: times(16, (header) => ({
          type: 'RegularExpression',
          name: `x-${header}`,
          value: source(rule * 128 + match * 16 + header),
        })),
      })),
    }))

  it('take as many expressions as people write', () => {
    const matches = times(64, (index) => ({
      path: { type: 'RegularExpression', value: `/api/v[0-9]+/tenants/[^/]+/orders/[0-9]+/i${index}` },
      headers: [{ type: 'RegularExpression', name: 'x-version', value: '[0-9]+[.][0-9]+' }],
    }))
    expect(refusal([{ matches }, { matches }])).toBe('taken')
  })

  it.each<[string, (index: number) => string]>([
    ['have many steps', () => '.*a.{400}'],
    ['are many', (index) => `abc${index}`],
    [
      'have large classes',
      (index) => `x${index}[${times(300, (at) => String.fromCodePoint(0x400 + 2 * at)).join('')}]`,
    ],
    ['repeat much', () => `[${times(60, (index) => String.fromCodePoint(0x400 + 2 * index)).join('')}]{490}`],
  ])('are refused at once where their expressions %s', (_, source) => {
    const rules = expressions(source)
    const { result, cpuMs } = timed(() => refusal(rules))
    expect(result).toMatch(/^\$\.rules: Expected regular expressions of 10000 steps in all rules together, got \[\{/)
    expect(cpuMs).toBeLessThan(2000)
  })

  it('are refused for what is wrong, whatever stands where an expression does', () => {
    for (const odd of [
      null,
      1,
      [],
      {},
      { toString: 1 },
      { type: 'RegularExpression', name: 'a', value: { length: 9 } },
    ]) {
      for (const rules of [
        [odd],
        [{ matches: [odd] }],
        [{ matches: [{ path: odd }] }],
        [{ matches: [{ headers: [odd] }] }],
      ])
        expect(refusal(rules)).not.toMatch(/10000/)
    }
  })

  it('of any kind are taken or refused, in time', () => {
    const anything = fc.jsonValue({ maxDepth: 3 })
    const field = fc.constantFrom(
      'name',
      'matches',
      'filters',
      'backendRefs',
      'timeouts',
      'retry',
      'sessionPersistence',
    )
    const path = fc.array(
      fc.oneof(
        field,
        fc.constantFrom(
          'path',
          'headers',
          'type',
          'value',
          'cors',
          'requestMirror',
          'urlRewrite',
          'cookie',
          'set',
          0,
          1,
        ),
      ),
      { maxLength: 5 },
    )
    fc.assert(
      fc.property(path, anything, (path, value) => {
        const rule = structuredClone(FULLEST) as Record<string, unknown>
        let place = rule
        for (const key of path.slice(0, -1))
          if (typeof place[key] === 'object' && place[key] !== null) place = place[key] as typeof place
        place[path.at(-1) ?? 'name'] = value
        refusal([rule])
        refusal(value)
      }),
      { numRuns: 1000, seed: 4 },
    )
  })
})
