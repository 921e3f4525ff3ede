import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Asked, asked } from '../../../src/features/route/asked.ts'
import { matcher } from '../../../src/features/route/match.ts'
import type { Match, ValueMatch } from '../../../src/features/route/policy.ts'

const ask = (path: string, init: RequestInit = {}) => asked(new Request('http://users/', init), path, 'users')
const exact = (value: string): Match => ({ path: { type: 'Exact', value } })
const prefix = (value: string): Match => ({ path: { type: 'PathPrefix', value } })
const expression = (value: string): Match => ({ path: { type: 'RegularExpression', value } })
const rulesOf = (...matches: readonly Match[][]) => matches.map((matches) => ({ matches }))

describe('a match', () => {
  it.each<[string, Match, string, boolean]>([
    ['an exact path', exact('/a'), '/a', true],
    ['an exact path', exact('/a'), '/a?b=1', true],
    ['an exact path', exact('/a'), '/a/', false],
    ['an exact path', exact('/a'), '/a/b', false],
    ['an exact path', exact('/a'), '/A', false],
    ['an exact path with a closing slash', exact('/a/'), '/a', false],
    ['a prefix', prefix('/a'), '/a', true],
    ['a prefix', prefix('/a'), '/a/', true],
    ['a prefix', prefix('/a'), '/a/b', true],
    ['a prefix', prefix('/a'), '/a?b', true],
    ['a prefix', prefix('/a'), '/ab', false],
    ['a prefix', prefix('/a'), '/b/a', false],
    ['a prefix', prefix('/a'), '/A', false],
    ['a prefix with a closing slash', prefix('/a/'), '/a', true],
    ['a prefix with a closing slash', prefix('/a/'), '/a/b', true],
    ['a prefix with a closing slash', prefix('/a/'), '/ab', false],
    ['the prefix of everything', prefix('/'), '/', true],
    ['the prefix of everything', prefix('/'), '/a/b', true],
    ['nothing at all', {}, '/a/b', true],
    ['a path without a value', { path: {} }, '/a/b', true],
    ['a regular expression', expression('/a/[0-9]+'), '/a/42', true],
    ['a regular expression', expression('/a/[0-9]+'), '/a/42?x=y', true],
    ['a regular expression, which matches the whole path', expression('/a/[0-9]+'), '/a/42/b', false],
  ])('of %s, %j, on %s is %s', (_, match, path, answer) => {
    expect(matcher(rulesOf([match]))(ask(path))).toBe(answer ? 0 : -1)
  })

  it.each<[string, readonly ValueMatch[], Record<string, string>, boolean]>([
    ['a header', [{ name: 'X-Env', value: 'canary' }], { 'x-env': 'canary' }, true],
    ['a header of another value', [{ name: 'x-env', value: 'canary' }], { 'x-env': 'Canary' }, false],
    ['a header that is missing', [{ name: 'x-env', value: 'canary' }], {}, false],
    [
      'two headers',
      [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
      { a: '1', b: '2' },
      true,
    ],
    [
      'two headers of which one differs',
      [
        { name: 'a', value: '1' },
        { name: 'b', value: '2' },
      ],
      { a: '1', b: '3' },
      false,
    ],
    [
      'the first of two by one name',
      [
        { name: 'a', value: '1' },
        { name: 'A', value: '2' },
      ],
      { a: '1' },
      true,
    ],
    [
      'the second of two by one name',
      [
        { name: 'a', value: '1' },
        { name: 'A', value: '2' },
      ],
      { a: '2' },
      false,
    ],
    ['a regular expression', [{ type: 'RegularExpression', name: 'a', value: 'v[12]' }], { a: 'v2' }, true],
    ['a regular expression, whole', [{ type: 'RegularExpression', name: 'a', value: 'v[12]' }], { a: 'v22' }, false],
    ['a regular expression on nothing', [{ type: 'RegularExpression', name: 'a', value: '.*' }], {}, false],
    ['the host of the URL', [{ name: 'Host', value: 'users' }], {}, true],
    ['the name called, however it was said', [{ name: 'Host', value: 'users' }], { host: 'Users.mesh:8787' }, true],
  ])('of %s', (_, headers, said, answer) => {
    expect(matcher(rulesOf([{ headers }]))(ask('/', { headers: said }))).toBe(answer ? 0 : -1)
  })

  it.each<[readonly ValueMatch[], string, boolean]>([
    [[{ name: 'v', value: '2' }], '/?v=2', true],
    [[{ name: 'v', value: '2' }], '/?V=2', false],
    [[{ name: 'v', value: '2' }], '/', false],
    [[{ name: 'v', value: '2' }], '/?v=1&v=2', false],
    [[{ name: 'v', value: '1' }], '/?v=1&v=2', true],
    [[{ name: 'v', value: 'a b/é' }], '/?v=a+b%2F%C3%A9', true],
    [
      [
        { name: 'v', value: '1' },
        { name: 'V', value: '2' },
      ],
      '/?V=2&v=1',
      true,
    ],
    [
      [
        { name: 'v', value: '1' },
        { name: 'w', value: '2' },
      ],
      '/?v=1',
      false,
    ],
    [[{ type: 'RegularExpression', name: 'v', value: '\\d+' }], '/?v=12', true],
    [[{ type: 'RegularExpression', name: 'v', value: '\\d+' }], '/?v=1a', false],
  ])('of the query parameters %j on %s is %s', (queryParams, path, answer) => {
    expect(matcher(rulesOf([{ queryParams }]))(ask(path))).toBe(answer ? 0 : -1)
  })

  it('of a method', () => {
    const match = matcher(rulesOf([{ method: 'POST' }]))
    expect(match(ask('/', { method: 'POST' }))).toBe(0)
    expect(match(ask('/'))).toBe(-1)
  })
})

describe('among the matches that hold', () => {
  it.each<[string, Match[][], string, RequestInit, number]>([
    [
      'an exact path comes before a longer regular expression',
      [[expression('/a(b|c|d|e)?')], [exact('/a')]],
      '/a',
      {},
      1,
    ],
    [
      'a regular expression comes before a longer prefix',
      [[prefix('/a/bcdef')], [expression('/a/.*')]],
      '/a/bcdef',
      {},
      1,
    ],
    ['the longer regular expression comes first', [[expression('/.*')], [expression('/a/.*')]], '/a/b', {}, 1],
    ['the longer prefix comes first', [[prefix('/a')], [prefix('/a/b')], [prefix('/')]], '/a/b/c', {}, 1],
    [
      'a longer prefix comes before a method and headers',
      [[{ ...prefix('/a'), method: 'GET', headers: [{ name: 'a', value: '1' }] }], [prefix('/a/b')]],
      '/a/b',
      { headers: { a: '1' } },
      1,
    ],
    [
      'a method comes before headers',
      [[{ headers: [{ name: 'a', value: '1' }] }], [{ method: 'GET' }]],
      '/',
      { headers: { a: '1' } },
      1,
    ],
    [
      'headers come before query parameters',
      [
        [
          {
            queryParams: [
              { name: 'a', value: '1' },
              { name: 'b', value: '1' },
            ],
          },
        ],
        [{ headers: [{ name: 'a', value: '1' }] }],
      ],
      '/?a=1&b=1',
      { headers: { a: '1' } },
      1,
    ],
    [
      'more headers come first',
      [
        [{ headers: [{ name: 'a', value: '1' }] }],
        [
          {
            headers: [
              { name: 'b', value: '1' },
              { name: 'a', value: '1' },
            ],
          },
        ],
      ],
      '/',
      { headers: { a: '1', b: '1' } },
      1,
    ],
    [
      'a header that is said twice counts once',
      [
        [{ headers: [{ name: 'b', value: '1' }] }],
        [
          {
            headers: [
              { name: 'a', value: '1' },
              { name: 'A', value: '2' },
            ],
          },
        ],
      ],
      '/',
      { headers: { a: '1', b: '1' } },
      0,
    ],
    [
      'more query parameters come first',
      [
        [{ queryParams: [{ name: 'a', value: '1' }] }],
        [
          {
            queryParams: [
              { name: 'b', value: '1' },
              { name: 'a', value: '1' },
            ],
          },
        ],
      ],
      '/?a=1&b=1',
      {},
      1,
    ],
    ['the first rule comes first', [[exact('/b')], [exact('/a')], [exact('/a')]], '/a', {}, 1],
    [
      'it is the match that counts, not its rule',
      [[prefix('/'), prefix('/a')], [exact('/b'), prefix('/a/b')], [exact('/a')]],
      '/a/b',
      {},
      1,
    ],
  ])('%s', (_, matches, path, init, rule) => {
    expect(matcher(rulesOf(...matches))(ask(path, init))).toBe(rule)
  })

  it('is the one that the specification names, whatever the rules', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyMatch, { maxLength: 4 }), { minLength: 1, maxLength: 8 }),
        fc.array(anyRequest, { minLength: 1, maxLength: 6 }),
        (matches, requests) => {
          const match = matcher(rulesOf(...matches))
          for (const said of requests) expect(match(sent(said)), JSON.stringify(said)).toBe(byTheText(matches, said))
        },
      ),
      { numRuns: 2000, seed: 4 },
    )
  })
})

describe('what matching costs', () => {
  const many = (rules: number, matches: number, matchOf: (number: number) => Match) =>
    Array.from({ length: rules }, (_, rule) =>
      Array.from({ length: matches }, (_, match) => matchOf(rule * matches + match)),
    )

  it.each<[string, (number: number) => Match, (number: number) => Asked]>([
    ['exact paths', (n) => exact(`/items/${n}`), (n) => ask(`/items/${n}`)],
    ['prefixes', (n) => prefix(`/items/${n}`), (n) => ask(`/items/${n}/details`)],
    [
      'headers',
      (n) => ({ headers: [{ name: 'x-tenant', value: `t${n}` }] }),
      (n) => ask('/', { headers: { 'x-tenant': `t${n}` } }),
    ],
    ['query parameters', (n) => ({ queryParams: [{ name: 'tenant', value: `t${n}` }] }), (n) => ask(`/?tenant=t${n}`)],
    [
      'headers beside one that all have',
      (n) => ({
        headers: [
          { name: 'a', value: '1' },
          { name: 'x-tenant', value: `t${n}` },
        ],
      }),
      (n) => ask('/', { headers: { a: '1', 'x-tenant': `t${n}` } }),
    ],
    [
      'headers beneath one expression of the path',
      (n) => ({ ...expression('/a/.*'), headers: [{ name: 'x-tenant', value: `t${n}` }] }),
      (n) => ask('/a/b', { headers: { 'x-tenant': `t${n}` } }),
    ],
    [
      'expressions on a header',
      (n) => ({ headers: [{ type: 'RegularExpression', name: 'x-tenant', value: `[a-z]${n}` }] }),
      (n) => ask('/', { headers: { 'x-tenant': `t${n}` } }),
    ],
    [
      'expressions on a query parameter, beside others',
      (n) => ({
        queryParams: [
          { type: 'RegularExpression', name: 'a', value: '.*' },
          { type: 'RegularExpression', name: 'tenant', value: `[a-z]${n}` },
        ],
      }),
      (n) => ask(`/?a=1&tenant=t${n}`),
    ],
  ])('does not grow with their number: 2,000 %s', (_, matchOf, askOf) => {
    const few = matcher(rulesOf(...many(1, 8, matchOf)))
    const all = matcher(rulesOf(...many(250, 8, matchOf)))
    let tried = 0
    const counted = (number: number): Asked => {
      const said = askOf(number)
      const look = <Said>(said: Said) => {
        tried += 1
        return said
      }
      const found = new Map<unknown, unknown>()
      const counting: Asked = {
        path: said.path,
        method: 'GET',
        header: (name) => look(said.header(name)),
        query: (name) => look(said.query(name)),
        once: <Of>(find: (asked: Asked) => Of) => {
          if (!found.has(find)) found.set(find, find(counting))
          return found.get(find) as Of
        },
      }
      return counting
    }
    expect(few(counted(7))).toBe(0)
    const ofFew = tried
    tried = 0
    expect(all(counted(1999))).toBe(249)
    expect(tried).toBe(ofFew)
  })
})

/** A request as its client means it: names and values before they are written into a URL, or joined. */
interface Said {
  readonly path: string
  readonly method: string
  readonly headers: readonly (readonly [string, string])[]
  readonly query: readonly (readonly [string, string])[]
}

function sent({ path, method, headers, query }: Said): Asked {
  const written = new Headers()
  for (const [name, value] of headers) written.append(name, value)
  const search = query.map(([name, value], index) => {
    // Percent-encoded or as a form does it, and without "=" where there is nothing behind it.
    const form = (text: string) =>
      index % 2 ? encodeURIComponent(text).replaceAll('%20', '+') : encodeURIComponent(text)
    return value === '' && index % 2 ? form(name) : `${form(name)}=${form(value)}`
  })
  return ask(search.length > 0 ? `${path}?${search.join('&')}` : path, { method, headers: written })
}

/** The text of the specification, followed word by word: slow, and plain. */
function byTheText(matches: readonly (readonly Match[])[], said: Said): number {
  const all = matches.flatMap((some, rule) =>
    (some.length > 0 ? some : [{} as Match]).map((match) => ({ match, rule })),
  )
  const holding = all.filter(({ match }) => holds(match, said))
  const order: ((match: Match) => number)[] = [
    ({ path }) => ({ Exact: 2, RegularExpression: 1, PathPrefix: 0 })[path?.type ?? 'PathPrefix'],
    ({ path }) => (path?.value ?? '/').length,
    ({ method }) => (method ? 1 : 0),
    ({ headers = [] }) => new Set(headers.map(({ name }) => name.toLowerCase())).size,
    ({ queryParams = [] }) => new Set(queryParams.map(({ name }) => name)).size,
  ]
  holding.sort(
    (one, other) => order.map((by) => by(other.match) - by(one.match)).find((difference) => difference !== 0) ?? 0,
  )
  return holding[0]?.rule ?? -1
}

function holds(
  { path: { type = 'PathPrefix', value = '/' } = {}, method, headers = [], queryParams = [] }: Match,
  said: Said,
): boolean {
  const segments = (text: string) => text.split('/').slice(1)
  const wanted = segments(value.replace(/\/$/, ''))
  const isPath = {
    Exact: () => said.path === value,
    PathPrefix: () => wanted.every((segment, index) => segments(said.path)[index] === segment),
    RegularExpression: () => new RegExp(`^(?:${value})$`).test(said.path),
  }[type]()
  const isValue = ({ type, value }: ValueMatch, text: string | null) =>
    text !== null && (type === 'RegularExpression' ? new RegExp(`^(?:${value})$`).test(text) : text === value)
  const firstOf = (all: readonly ValueMatch[], fold: (name: string) => string) =>
    all.filter(({ name }, index) => all.findIndex((other) => fold(other.name) === fold(name)) === index)
  return (
    isPath &&
    (method === undefined || method === said.method) &&
    firstOf(headers, (name) => name.toLowerCase()).every((header) =>
      isValue(header, headerOf(said, header.name.toLowerCase())),
    ) &&
    firstOf(queryParams, (name) => name).every((parameter) =>
      isValue(parameter, said.query.find(([name]) => name === parameter.name)?.[1] ?? null),
    )
  )
}

function headerOf({ headers }: Said, wanted: string): string | null {
  if (wanted === 'host') return 'users'
  // RFC 9110 §5.3: several lines are one list.
  const all = headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value)
  return all.length > 0 ? all.join(', ') : null
}

const matched = ['/', '/a', '/a/', '/a/b', '/a/b/', '/a/b/c', '/ab', '/b', '/%C3%A9', '/a;b=c']
const paths = fc.constantFrom(...matched)
const asking = fc.constantFrom(...matched, '/a%2Fb', '/a%2fb', '/a//b', '/A', '/%61', '/é', '/a.b/c')
const values = fc.constantFrom('1', '2', 'v1', 'a b', 'é', '1, 2', '+', '%31')
const anyValueMatch: fc.Arbitrary<ValueMatch> = fc.oneof(
  fc.record({ name: fc.constantFrom('a', 'A', 'b', 'c', 'Host'), value: fc.oneof(values, fc.constant('users')) }),
  fc.record({
    type: fc.constant('RegularExpression' as const),
    name: fc.constantFrom('a', 'b'),
    value: fc.constantFrom('.*', 'v?1', '[12]'),
  }),
)
const anyMatch: fc.Arbitrary<Match> = fc.record(
  {
    path: fc.oneof(
      fc.record({ type: fc.constantFrom('Exact' as const, 'PathPrefix' as const), value: paths }),
      fc.record({
        type: fc.constant('RegularExpression' as const),
        value: fc.constantFrom('/a.*', '/(a|b)', '/.+/.+'),
      }),
    ),
    headers: fc.array(anyValueMatch, { maxLength: 3 }),
    queryParams: fc.array(anyValueMatch, { maxLength: 3 }),
    method: fc.constantFrom('GET', 'POST'),
  },
  { requiredKeys: [] },
)
const pairs = fc.array(fc.tuple(fc.constantFrom('a', 'A', 'b', 'c'), fc.oneof(values, fc.constant(''))), {
  maxLength: 4,
})
const anyRequest: fc.Arbitrary<Said> = fc.record({
  path: asking,
  headers: pairs,
  query: pairs,
  method: fc.constantFrom('GET', 'POST'),
})
