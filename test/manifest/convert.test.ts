import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convert } from '../../src/manifest/convert.ts'
import { parseRecord } from '../../src/record/parse.ts'
import { createTestMesh } from '../../src/testing.ts'

const V1 = 'gateway.networking.k8s.io/v1'
const parentRefs = [{ group: '', kind: 'Service', name: 'users' }]
const to = (name: string) => ({ backendRefs: [{ name, port: 8080 }] })

function route(name: string, spec: object, metadata: object = {}, kind = 'HTTPRoute') {
  return { apiVersion: V1, kind, metadata: { name, ...metadata }, spec }
}

const converted = (...values: unknown[]) => convert(values.map((value) => ({ value })))
const told = (...values: unknown[]) =>
  converted(...values).findings.map(({ path, reason, severity }) => `${severity} ${path.join('.')}: ${reason}`)
const errors = (...values: unknown[]) => told(...values).filter((text) => text.startsWith('error'))

describe('an HTTPRoute', () => {
  it('becomes the record of its parent Service, word by word, which neither retries nor has a budget', () => {
    const rule = { matches: [{ path: { type: 'Exact', value: '/a' } }], ...to('users-v2') }
    const { records, findings } = converted(route('a', { parentRefs, rules: [rule] }))
    expect([...records]).toEqual([
      ['services/users', { rules: [{ ...rule, retry: { attempts: 0 } }], retryConstraint: 'off' }],
    ])
    expect(findings.map(({ severity }) => severity)).toEqual(['note'])
    expect(() => parseRecord(JSON.stringify(records.get('services/users')))).not.toThrow()
  })

  it('becomes a record for each of its hostnames where it has no Service for parent', () => {
    const spec = {
      parentRefs: [{ name: 'gateway' }],
      hostnames: ['a.example.com', '*.b.example.com'],
      rules: [to('v1')],
    }
    expect([...converted(route('a', spec)).records.keys()]).toEqual([
      'services/*.b.example.com',
      'services/a.example.com',
    ])
  })

  it('keeps a retry policy that it has', () => {
    const rules = [{ ...to('v1'), retry: { codes: [503], attempts: 3, backoff: '50ms' } }]
    const [record] = converted(route('a', { parentRefs, rules })).records.values()
    expect(record).toMatchObject({ rules: [{ retry: { codes: [503], attempts: 3, backoff: '50ms' } }] })
  })

  it('is called, and refers, within its own namespace', () => {
    const filters = [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'copy', port: 80 } } }]
    const rules = [
      {
        filters,
        backendRefs: [
          { name: 'v1', port: 80 },
          { name: 'v2', namespace: 'other', port: 80 },
        ],
      },
    ]
    const { records } = converted(route('a', { parentRefs, rules }, { namespace: 'shop' }))
    expect(records.get('services/users.shop')).toMatchObject({
      rules: [
        {
          filters: [{ requestMirror: { backendRef: { name: 'copy', namespace: 'shop' } } }],
          backendRefs: [
            { name: 'v1', namespace: 'shop' },
            { name: 'v2', namespace: 'other' },
          ],
        },
      ],
    })
  })

  it.each([
    ['nobody could call', { rules: [to('v1')] }, 'error spec: has neither a hostname nor a Service'],
    ['is for the callers of one namespace', { parentRefs: [{ ...parentRefs[0], namespace: 'other' }] }, 'namespace'],
    [
      'has a hostname that is none',
      { hostnames: ['No Host'], parentRefs },
      'error spec.hostnames.0: Expected a DNS name',
    ],
    ['has a field that is not known', { parentRefs, rules: [], colour: 'red' }, 'error spec.colour: is not a field'],
    ['has no list of rules', { parentRefs, rules: 'all' }, 'error spec.rules: Expected a list, got "all"'],
  ])('that %s is refused, with the place', (_, spec, expected) => {
    const { records } = converted(route('a', spec))
    expect(errors(route('a', spec)).join('\n')).toContain(expected)
    expect(records.size).toBe(0)
  })

  it.each([
    [{ filters: [{ type: 'ExtensionRef', extensionRef: { name: 'x' } }] }, 'spec.rules.0.filters.0.type'],
    [{ backendRefs: [{ kind: 'Bucket', name: 'v1' }] }, 'spec.rules.0.backendRefs.0.kind'],
    [{ matches: [{ path: { value: 'no' } }] }, 'spec.rules.0.matches.0.path'],
    [{ timeouts: { request: '1.5s' } }, 'spec.rules.0.timeouts.request'],
  ])('with the rule %j is refused as a whole, at %s', (rule, place) => {
    expect(errors(route('a', { parentRefs, rules: [rule] })).join('\n')).toContain(`error ${place}`)
    expect(converted(route('a', { parentRefs, rules: [rule] })).records.size).toBe(0)
  })

  const gateway = { name: 'public' }
  const onHost = (more: object) => ({ hostnames: ['a.example.com'], rules: [to('v1')], ...more })
  it.each([
    [
      'a parent with a field that is not known',
      onHost({ parentRefs: [{ ...gateway, colour: 'red' }] }),
      'parentRefs.0.colour',
    ],
    ['a parent without a name', onHost({ parentRefs: [{ kind: 'Gateway' }] }), 'parentRefs.0.name'],
    ['a parent of another kind', onHost({ parentRefs: [{ ...gateway, kind: 'Mesh' }] }), 'parentRefs.0.kind'],
    ['a parent of another group', onHost({ parentRefs: [{ ...parentRefs[0], group: 'a.io' }] }), 'parentRefs.0.kind'],
    ['a port that is none', onHost({ parentRefs: [{ ...gateway, port: 0 }] }), 'parentRefs.0.port'],
    ['33 parents', onHost({ parentRefs: Array.from({ length: 33 }, (_, i) => ({ name: `g${i}` })) }), 'parentRefs'],
    ['one parent twice', onHost({ parentRefs: [gateway, gateway] }), 'parentRefs'],
    ['a section of a parent and the whole', onHost({ parentRefs: [gateway, { ...gateway, port: 80 }] }), 'parentRefs'],
    ['17 hostnames', onHost({ hostnames: Array.from({ length: 17 }, (_, i) => `h${i}`) }), 'hostnames'],
    ['an address for a hostname', onHost({ hostnames: ['10.0.0.1'] }), 'hostnames.0'],
    ['a Service that cannot be called', { parentRefs: [{ ...parentRefs[0], name: 'Users' }] }, 'parentRefs.0.name'],
    ['a backend without a port', onHost({ rules: [{ backendRefs: [{ name: 'v1' }] }] }), 'rules.0.backendRefs.0'],
    [
      'a mirror without a port',
      onHost({
        rules: [{ ...to('a'), filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'b' } } }] }],
      }),
      'rules.0.filters.0.requestMirror.backendRef',
    ],
    ['no retries asked for', onHost({ rules: [{ ...to('v1'), retry: { attempts: 0 } }] }), 'rules.0.retry.attempts'],
    ['no rules', onHost({ rules: [] }), 'rules'],
    ['a rule that is none', onHost({ rules: [to('v1'), 'all'] }), 'rules.1'],
  ])('with %s is refused, at its place', (_, spec, place) => {
    expect(errors(route('a', spec)).join('\n')).toContain(`error spec.${place}: `)
    expect(converted(route('a', spec)).records.size).toBe(0)
  })

  it('is refused for a field beside its spec, and for metadata that are none', () => {
    const odd = { ...route('a', onHost({}), { creationTimestamp: 'May', colour: 'red' }), colour: 'red' }
    expect(errors(odd).map((text) => text.split(': ')[0])).toEqual([
      'error metadata.creationTimestamp',
      'error metadata.colour',
      'error colour',
    ])
    expect(errors({ ...odd, metadata: { name: 'A_b' } })).toContain(
      'error metadata.name: Expected a name: a DNS name in lower case, got "A_b".',
    )
  })

  it('is told of everything that is wrong with it at once', () => {
    const rule = {
      ...to('v1'),
      colour: 'red',
      taste: 'sweet',
      matches: [{ path: { value: 'no' }, method: 'get', smell: 1 }],
    }
    expect(
      errors(route('a', { parentRefs, colour: 'red', rules: [rule] })).map((text) => text.split(': ')[0]?.slice(6)),
    ).toEqual(
      expect.arrayContaining([
        'spec.colour',
        'spec.rules.0.colour',
        'spec.rules.0.taste',
        'spec.rules.0.matches.0.path',
        'spec.rules.0.matches.0.method',
        'spec.rules.0.matches.0.smell',
      ]),
    )
  })

  const toHttps = { filters: [{ type: 'RequestRedirect', requestRedirect: { scheme: 'https', statusCode: 301 } }] }
  const secure = route('www', onHost({ parentRefs: [{ ...gateway, sectionName: 'https' }] }))
  it.each([
    [{ sectionName: 'http' }, 'sectionName: "http"', toHttps],
    [{ port: 80 }, 'port: 80', toHttps],
    [
      { sectionName: 'http' },
      'sectionName: "http"',
      {
        filters: [
          { type: 'RequestRedirect', requestRedirect: { scheme: 'https', port: 443, hostname: 'a.example.com' } },
        ],
      },
    ],
  ])('that redirects a listener of %j to https is refused, and the one for https is converted', (at, place, rule) => {
    const redirect = route('to-https', onHost({ parentRefs: [{ ...gateway, ...at }], rules: [rule] }))
    expect(errors(redirect, secure)).toEqual([
      `error spec.parentRefs.0.${place}: a name has no listeners, so that requests by https would be redirected to themselves, too: redirect http to https at the zone.`,
    ])
    const { records } = converted(redirect, secure)
    expect([...records.values()]).toMatchObject([{ rules: [to('v1')] }])
  })

  it.each([
    ['a Gateway', onHost({ parentRefs: [gateway], rules: [toHttps] })],
    ['nobody', onHost({ rules: [toHttps] })],
    ['a Service', { parentRefs, rules: [toHttps] }],
  ])('that redirects to https, of %s, is converted with a warning', (_, spec) => {
    const { records, findings } = converted(route('a', spec))
    expect(records.size).toBe(1)
    expect(findings.filter(({ reason }) => reason.includes('https'))).toMatchObject([
      {
        path: ['spec', 'rules', 0, 'filters', 0, 'requestRedirect'],
        severity: 'note',
        reason:
          'requests by https would be redirected to themselves, too, for a name has no listeners: redirect http to https at the zone.',
      },
    ])
  })

  it.each([
    [{ scheme: 'https', hostname: 'b.example.com' }],
    [{ scheme: 'https', port: 8443 }],
    [{ scheme: 'https', path: { type: 'ReplaceFullPath', replaceFullPath: '/' } }],
    [{ hostname: 'b.example.com' }],
  ])('that redirects to %j is converted without one', (requestRedirect) => {
    const rules = [{ filters: [{ type: 'RequestRedirect', requestRedirect }] }]
    const parent = { ...gateway, sectionName: 'http' }
    expect(told(route('a', onHost({ parentRefs: [parent], rules }))).join()).not.toContain('themselves')
    expect(converted(route('a', onHost({ parentRefs: [parent], rules }))).records.size).toBe(1)
  })

  it('says that a name has no listeners', () => {
    const at = { ...gateway, sectionName: 'https', port: 443 }
    expect(told(route('a', onHost({ parentRefs: [at] }))).slice(0, 2)).toEqual([
      'note spec.parentRefs.0.sectionName: "https": a name has no listeners, so that the route is for all of its requests.',
      'note spec.parentRefs.0.port: 443: a name has no listeners, so that the route is for all of its requests.',
    ])
  })

  it('says nothing where a field is null', () => {
    const rule = { name: null, matches: null, filters: null, ...to('v1'), retry: null, timeouts: { request: null } }
    const spec = { parentRefs: [{ ...parentRefs[0], namespace: null, port: null }], hostnames: null, rules: [rule] }
    const { records } = converted(route('a', spec, { creationTimestamp: null, labels: null, uid: 'u', generation: 1 }))
    expect(records.get('services/users')).toMatchObject({ rules: [{ timeouts: {}, retry: { attempts: 0 } }] })
  })

  it('is told of a field that is not known where that is null, too', () => {
    const rule = { ...to('v1'), timeout: null }
    expect(errors(route('a', { parentRefs, hostname: null, rules: [rule] }, { colour: null }))).toEqual([
      'error metadata.colour: is not a field that this version knows.',
      'error spec.hostname: is not a field that this version knows. Did you mean "hostnames"?',
      'error spec.rules.0.timeout: is not a field that this version knows. Did you mean "timeouts"?',
    ])
  })

  it('has a rule for everything where it has no rules, and says that nobody answers', () => {
    const { records } = converted(route('a', { parentRefs }))
    expect(records.get('services/users')).toMatchObject({ rules: [{ retry: { attempts: 0 } }] })
    expect(told(route('a', { parentRefs })).join('\n')).toContain('note spec: names no backend')
  })

  it('says what is not read, and what is read otherwise', () => {
    const metadata = {
      annotations: { 'retry.linkerd.io/http': '5xx', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
    }
    const spec = {
      parentRefs: [{ kind: 'Service', name: 'users', port: 80 }, gateway],
      hostnames: ['users.example.com'],
      rules: [{ ...to('v1'), retry: { attempts: 1 } }],
    }
    expect(told(route('a', spec, metadata)).map((text) => text.split(': ')[0])).toEqual([
      'note metadata.annotations.retry.linkerd.io/http',
      'note spec.rules.0.retry',
      'note spec.parentRefs.0.group',
      'note spec.parentRefs.0.port',
      'note spec.hostnames',
      'note spec.parentRefs.1',
      'note spec',
    ])
    expect([...converted(route('a', spec, metadata)).records.keys()]).toEqual(['services/users'])
  })

  it.each([
    ['ExtensionRef', { extensionRef: { name: 'x' } }, 'what it names stands in the cluster'],
    ['ExternalAuth', { externalAuth: {} }, 'no other service is asked whether a request may pass'],
  ])('says of %s why no record has it', (type, fields, why) => {
    const filters = [
      { type: 'CORS', cors: {} },
      { type, ...fields },
    ]
    const [onRule, onBackend] = [{ ...to('v1'), filters }, { backendRefs: [{ name: 'v1', port: 80, filters }] }]
    const found = `error spec.rules.0.filters.1.type: "${type}" is not supported: ${why}.`
    expect(errors(route('a', { parentRefs, rules: [onRule] }))).toEqual([found])
    expect(errors(route('a', { parentRefs, rules: [onBackend] }))).toEqual([
      found.replace('filters', 'backendRefs.0.filters'),
    ])
    const own = { ...to('v1'), filters: filters.slice(1) }
    expect(errors(route('a', { parentRefs, rules: [own] }, {}, 'GRPCRoute'))).toEqual([found.replace('1', '0')])
  })

  it('may be of v1beta1', () => {
    const beta = { ...route('a', { parentRefs, rules: [to('v1')] }), apiVersion: 'gateway.networking.k8s.io/v1beta1' }
    expect(errors(beta)).toEqual([])
    expect([...converted(beta).records.keys()]).toEqual(['services/users'])
  })

  it('leaves the others as they are where one is refused', () => {
    const bad = route('bad', { hostnames: ['bad.example.com'], rules: [{ ...to('v1'), colour: 'red' }] })
    const good = route('good', { hostnames: ['good.example.com'], rules: [to('v1')] })
    expect([...converted(bad, good).records.keys()]).toEqual(['services/good.example.com'])
  })
})

describe('sessionPersistence as it was before v1.6', () => {
  const from = (sessionPersistence: unknown, kind = 'HTTPRoute') =>
    route('a', { parentRefs, rules: [{ ...to('v1'), sessionPersistence }] }, {}, kind)
  const place = 'spec.rules.0.sessionPersistence'
  const isNow = (field: string) => `is called ${field} since v1.6, and is taken for it.`

  it.each([
    [
      { sessionName: 's', absoluteTimeout: '12h', type: 'Cookie', cookieConfig: { lifetimeType: 'Permanent' } },
      { absoluteTimeout: '12h', type: 'Cookie', cookie: { name: 's', lifetimeType: 'Permanent' } },
      [`sessionName: ${isNow('cookie.name')}`, `cookieConfig: ${isNow('cookie')}`],
    ],
    [{ sessionName: 's' }, { cookie: { name: 's' } }, [`sessionName: ${isNow('cookie.name')}`]],
    [
      { cookieConfig: { lifetimeType: 'Session' }, sessionName: null },
      { cookie: { lifetimeType: 'Session' } },
      [`cookieConfig: ${isNow('cookie')}`],
    ],
    [
      { sessionName: 'x-s', type: 'Header' },
      { type: 'Header', header: { name: 'x-s' } },
      [`sessionName: ${isNow('header.name')}`],
    ],
  ])('is said in the present words: %j', (old, present, notes) => {
    for (const kind of ['HTTPRoute', 'GRPCRoute']) {
      const { records } = converted(from(old, kind))
      expect([...records.values()]).toMatchObject([{ rules: [{ sessionPersistence: present }] }])
      const { rules } = records.get('services/users') as { rules: { sessionPersistence: object }[] }
      expect(Object.keys(rules[0]?.sessionPersistence ?? {})).toEqual(Object.keys(present))
      expect(told(from(old, kind)).filter((text) => text.includes('v1.6'))).toEqual(
        notes.map((text) => `note ${place}.${text}`),
      )
    }
  })

  it.each([
    [
      { idleTimeout: '1h', cookie: {} },
      ['idleTimeout: is gone from the Gateway API: absoluteTimeout alone ends a session.'],
    ],
    [
      { sessionName: 's', cookie: { name: 's' } },
      ['sessionName: is of the API before v1.6, and "cookie" of the present one: leave one out.'],
    ],
    [
      { type: 'Header', cookieConfig: {}, header: { name: 'x' } },
      ['cookieConfig: is of the API before v1.6, and "header" of the present one: leave one out.'],
    ],
    [
      { type: 'Header', sessionName: 'x', cookieConfig: {} },
      ['cookieConfig: is of a cookie, and the session has a header.'],
    ],
    [{ cookieConfig: 'Session' }, ['cookieConfig: Expected an object, got "Session".']],
    [{ cookieConfig: { colour: 'red' } }, ['cookieConfig.colour: is not a field that this version knows.']],
  ])('is refused where it says %j', (session, reasons) => {
    expect(errors(from(session))).toEqual(reasons.map((text) => `error ${place}.${text}`))
    expect(converted(from(session)).records.size).toBe(0)
  })
})

describe('routes of one host', () => {
  const rule = (name: string) => ({ name, matches: [{ path: { value: `/${name}` } }], ...to('v1') })
  const named = (name: string, metadata: object) => route(name, { parentRefs, rules: [rule(name)] }, metadata)
  const order = (...routes: unknown[]) =>
    (converted(...routes).records.get('services/users') as { rules: { name: string }[] }).rules.map(({ name }) => name)

  it('are joined, the oldest first, then by namespace and name', () => {
    const old = named('old', { creationTimestamp: '2025-01-01T00:00:00Z' })
    const young = named('young', { creationTimestamp: '2026-01-01T00:00:00Z' })
    const b = named('b', { creationTimestamp: '2025-06-01T00:00:00Z' })
    const a = named('a', { creationTimestamp: '2025-06-01T00:00:00Z' })
    expect(order(young, b, a, old)).toEqual(['old', 'a', 'b', 'young'])
  })

  it('come last where they do not say when they were made', () => {
    expect(order(named('never', {}), named('made', { creationTimestamp: '2026-01-01T00:00:00Z' }))).toEqual([
      'made',
      'never',
    ])
  })

  const many = (name: string, rules: number, matches = 1) =>
    route(name, {
      parentRefs,
      rules: Array.from({ length: rules }, (_, rule) => ({
        ...to('v1'),
        matches: Array.from({ length: matches }, (_, index) => ({ path: { value: `/${name}/${rule}/${index}` } })),
      })),
    })

  it('may be 64 rules and 128 matches together, and of one route 16', () => {
    const most = ['a', 'b', 'c', 'd'].map((name) => many(name, 16, 2))
    expect(errors(...most)).toEqual([])
    const [record] = converted(...most).records.values()
    expect(record?.rules).toHaveLength(64)
    expect(() => parseRecord(JSON.stringify(record))).not.toThrow()
    expect(errors(many('a', 17))).toEqual(['error spec.rules: Expected 1 to 16 rules of a route, got 17.'])
    expect(
      errors(route('g', { parentRefs, rules: Array.from({ length: 17 }, () => to('v1')) }, {}, 'GRPCRoute')),
    ).toEqual(['error spec.rules: Expected 1 to 16 rules of a route, got 17.'])
  })

  it.each([
    ['rules', [16, 16, 16, 16, 1].map((rules, index) => many(`r${index}`, rules)), '65 rules, and a record holds 64.'],
    ['matches', [many('a', 2, 60), many('b', 1, 9)], '129 matches, and a record holds 128.'],
  ])('are refused where they are too many %s together, with the count', (_, routes, count) => {
    const others = routes.slice(0, -1).map(({ metadata: { name } }) => `HTTPRoute default/${name}`)
    expect(errors(...routes)).toEqual([
      `error spec.rules: "users": Together with ${others.join(', ')}: ${count} None of them is converted.`,
    ])
    expect(converted(...routes).records.size).toBe(0)
    expect(converted(...routes).leftOut).toHaveLength(routes.length)
  })

  it('keep the names of their rules apart', () => {
    const old = route('old', { parentRefs, rules: [rule('all')] }, { creationTimestamp: '2025-01-01T00:00:00Z' })
    const young = route('young', { parentRefs, rules: [rule('all'), rule('more')] })
    expect(order(young, old)).toEqual(['all', 'all.young.default', 'more'])
    expect(told(young, old).join('\n')).toContain('note spec.rules.0.name: is taken by an older route')
    expect(errors(young, old)).toEqual([])
  })

  it('are one only where they stand twice, and said so', () => {
    expect(errors(named('a', {}), named('a', {}))).toEqual(['error metadata.name: HTTPRoute default/a stands twice.'])
    expect(order(named('a', {}), named('a', {}))).toEqual(['a'])
    expect(errors(named('a', {}), route('a', { parentRefs, rules: [] }, {}, 'GRPCRoute')).join()).not.toContain('twice')
  })

  const behind = (name: string, ...parents: object[]) =>
    route(name, { hostnames: ['a.example.com'], parentRefs: parents, rules: [rule(name)] })
  it.each([
    ['two listeners of a Gateway', [{ name: 'g', sectionName: 'http' }], [{ name: 'g', sectionName: 'https' }], false],
    ['two ports of a Gateway', [{ name: 'g', port: 80 }], [{ name: 'g', port: 443 }], false],
    ['two Gateways', [{ name: 'g' }], [{ name: 'h' }], false],
    ['a Gateway of two namespaces', [{ name: 'g' }], [{ name: 'g', namespace: 'other' }], false],
    ['a Gateway and one of its listeners', [{ name: 'g' }], [{ name: 'g', sectionName: 'https' }], true],
    ['one listener of several', [{ name: 'g', port: 80 }, { name: 'h' }], [{ name: 'h', sectionName: 'a' }], true],
    ['a Gateway, and nobody', [{ name: 'g' }], [], true],
  ])('behind %s are joined only where one listener has them all', (_, some, others, areJoined) => {
    const routes = [behind('a', ...some), behind('b', ...others)]
    expect(converted(...routes).records.size).toBe(areJoined ? 1 : 0)
    const place = expect.stringMatching(
      /^error spec.parentRefs.0: "a.example.com" has routes behind different listeners, /,
    )
    expect(errors(...routes)).toEqual(areJoined ? [] : [place, place])
  })

  it('behind different listeners are told of each other, and the others are converted', () => {
    const at = (sectionName: string) => ({ name: 'g', sectionName })
    const routes: unknown[] = [
      behind('a', at('https')),
      behind('b', at('http'), { name: 'h', port: 80 }),
      behind('c'),
      route('d', { hostnames: ['a.example.com', 'd.example.com'], parentRefs: [at('https')], rules: [rule('d')] }),
    ]
    const why = 'a name has no listeners, so that none of them is converted. Leave one out.'
    const [https, http] = ['https of Gateway default/g', 'http of Gateway default/g or port 80 of Gateway default/h']
    const { records, findings } = converted(...routes)
    const found = findings.filter(({ severity }) => severity === 'error')
    expect(found.map(({ source, reason }) => [routes.indexOf(source.value), reason])).toEqual(
      [
        `${https} here and ${http} for HTTPRoute default/b`,
        `${http} here and ${https} for HTTPRoute default/a`,
        `${http} for HTTPRoute default/b and ${https} for HTTPRoute default/a`,
        `${https} here and ${http} for HTTPRoute default/b`,
      ].map((places, index) => [index, `"a.example.com" has routes behind different listeners, ${places}: ${why}`]),
    )
    expect([...records.keys()]).toEqual(['services/d.example.com'])
  })

  it('that agree two by two, and not all together, are refused, too', () => {
    const on = (...ports: number[]) => behind(`p${ports.join('')}`, ...ports.map((port) => ({ name: 'g', port })))
    expect(errors(on(1, 2), on(2, 3), on(1, 3))).toHaveLength(3)
    expect(converted(on(1, 2), on(2, 3), on(1, 3)).records.size).toBe(0)
  })

  it('of different ports of a Service are not joined', () => {
    const on = (port: number) => route(`p${port}`, { parentRefs: [{ ...parentRefs[0], port }], rules: [to('v1')] })
    expect(errors(on(80), on(81)).join()).toContain(
      '"users" has routes behind different ports, port 81 of users here and port 80 of users for HTTPRoute default/p80: a name has no ports',
    )
    expect(converted(on(80)).records.size).toBe(1)
  })

  it.each([
    ['a Service', { parentRefs }, 'GRPCRoute'],
    ['a hostname', { hostnames: ['users'] }, 'HTTPRoute'],
  ])('of two kinds are not joined: of %s %j goes first', (_, where, winner) => {
    const rules = [{ name: 'r', ...to('v1') }]
    const http = route('http', { ...where, rules }, { creationTimestamp: '2025-01-01T00:00:00Z' })
    const grpc = route('grpc', { ...where, rules: [{ ...to('v2') }] }, {}, 'GRPCRoute')
    const { records, findings } = converted(grpc, http)
    expect(records.get('services/users')).toMatchObject({
      rules: [{ backendRefs: [{ name: winner === 'HTTPRoute' ? 'v1' : 'v2' }] }],
    })
    const found = findings.filter(({ severity }) => severity === 'error')
    expect(found.map(({ source, path }) => [source.value, path.join()])).toEqual([
      [winner === 'HTTPRoute' ? grpc : http, 'kind'],
    ])
  })

  it('tell of a field at the route that it stands in', () => {
    const bad = route('b', { parentRefs, rules: [{ ...to('v1'), colour: 'red' }] })
    const good = route('a', { parentRefs, rules: [to('v1')] })
    const { findings } = convert([{ value: good }, { value: bad }])
    const found = findings.filter(({ severity }) => severity === 'error')
    expect(found.map(({ source, path }) => [source.value, path.join('.')])).toEqual([[bad, 'spec.rules.0.colour']])
  })
})

describe('a GRPCRoute', () => {
  const rulesOf = (method: object) => {
    const { records } = converted(
      route('a', { parentRefs, rules: [{ matches: [{ method }], ...to('v1') }] }, {}, 'GRPCRoute'),
    )
    return (records.get('services/users') as { rules: { matches: object[] }[] } | undefined)?.rules[0]?.matches
  }

  it.each([
    [
      { service: 'shop.Orders', method: 'Get' },
      { type: 'Exact', value: '/shop.Orders/Get' },
    ],
    [{ service: 'shop.Orders' }, { type: 'PathPrefix', value: '/shop.Orders/' }],
    [{ method: 'Get' }, { type: 'RegularExpression', value: '/[^/]+/Get' }],
    [
      { type: 'RegularExpression', service: 'shop[.].+', method: 'G.*' },
      { type: 'RegularExpression', value: '/shop[.].+/G.*' },
    ],
    [
      { type: 'RegularExpression', service: 'a|b', method: 'Get|Put' },
      { type: 'RegularExpression', value: '/(?:a|b)/(?:Get|Put)' },
    ],
    [
      { type: 'RegularExpression', service: '[^a]', method: '' },
      { type: 'RegularExpression', value: '/[^a]/[^/]+' },
    ],
    [{ service: '.foo.Bar' }, { type: 'PathPrefix', value: '/.foo.Bar/' }],
  ])('makes a path of the method %j', (method, path) => {
    expect(rulesOf(method)).toEqual([{ path }])
  })

  it('keeps its headers', () => {
    const headers = [{ name: 'version', value: 'one' }]
    const rules = [{ matches: [{ headers }], ...to('v1') }]
    const [record] = converted(route('a', { parentRefs, rules }, {}, 'GRPCRoute')).records.values()
    expect(record).toMatchObject({ rules: [{ matches: [{ headers }] }] })
  })

  it.each([
    [{}],
    [{ service: 'a/b', method: 'Get' }],
    [{ type: 'Glob', service: 'a', method: 'b' }],
    [{ service: '', method: 'Get' }],
    [{ service: 'a..b' }],
    [{ service: 'a.' }],
    [{ service: 'a', method: 'b.c' }],
    [{ service: 'a', method: ['b'] }],
    [{ service: 'a'.repeat(1025) }],
    [{ type: 'RegularExpression', service: '', method: '' }],
    [{ type: 'RegularExpression', service: '^a$' }],
    [{ type: 'RegularExpression', service: '(a' }],
    [{ type: 'RegularExpression', service: ['a'] }],
    [{ service: 'a', colour: 'red' }],
  ])('refuses the method %j', (method) => {
    expect(rulesOf(method)).toBeUndefined()
  })

  const grpc = (rule: object) => errors(route('a', { parentRefs, rules: [{ ...to('v1'), ...rule }] }, {}, 'GRPCRoute'))
  it('tells what is wrong with an expression where it was written', () => {
    const method = { type: 'RegularExpression', service: '(a' }
    expect(grpc({ matches: [{ method }] })).toEqual([
      expect.stringMatching(/^error spec.rules.0.matches.0.method: Expected a regular expression/),
    ])
  })

  it('has no filters that only HTTP has', () => {
    const filters = [{ type: 'URLRewrite', urlRewrite: { hostname: 'a' } }]
    expect(grpc({ filters }).join()).toContain('spec.rules.0.filters.0.type: "URLRewrite": a GRPCRoute may have')
    const backendRefs = [{ name: 'v1', port: 80, filters }]
    expect(grpc({ backendRefs }).join()).toContain('error spec.rules.0.backendRefs.0.filters.0.type')
  })

  it('is refused where a method alone would go before a service alone', () => {
    const rules = [{ service: 'shop.Orders' }, { method: 'Get' }].map((method) => ({
      matches: [{}, { method }],
      ...to('v1'),
    }))
    const mixed = route('a', { parentRefs, rules }, {}, 'GRPCRoute')
    expect(errors(mixed).join()).toContain('error spec.rules.1.matches.1.method: of "users" names a method alone')
    expect(converted(mixed).records.size).toBe(0)
    for (const rule of rules) expect(grpc(rule)).toEqual([])
  })

  it('has no fields that only HTTP has', () => {
    const rules = [{ ...to('v1'), timeouts: { request: '1s' } }]
    expect(errors(route('a', { parentRefs, rules }, {}, 'GRPCRoute')).join('\n')).toContain('spec.rules.0.timeouts')
  })
})

describe('an XBackendTrafficPolicy', () => {
  const policy = (spec: object) => ({
    apiVersion: 'gateway.networking.x-k8s.io/v1alpha1',
    kind: 'XBackendTrafficPolicy',
    metadata: { name: 'p' },
    spec: { targetRefs: [{ group: '', kind: 'Service', name: 'users' }], ...spec },
  })
  const users = route('a', { parentRefs, rules: [to('users')] })

  it('gives the record of its Service a retry budget, and says that there is no floor', () => {
    const budgeted = policy({
      retryConstraint: { budget: { percent: 10, interval: '5s' }, minRetryRate: { count: 10, interval: '1s' } },
    })
    const { records, findings } = converted(users, budgeted)
    expect(records.get('services/users')).toMatchObject({
      retryConstraint: { budget: { percent: 10, interval: '5s' } },
    })
    expect(findings.map(({ path, severity }) => [severity, path.join('.')])).toEqual([
      ['note', 'spec.retryConstraint.minRetryRate'],
    ])
  })

  it.each([
    [{ retryConstraint: { minRetryRate: { count: 0 } } }, 'spec.retryConstraint.minRetryRate.count'],
    [{ retryConstraint: { minRetryRate: { interval: '0s' } } }, 'spec.retryConstraint.minRetryRate.interval'],
    [{ retryConstraint: { minRetryRate: { colour: 'red' } } }, 'spec.retryConstraint.minRetryRate.colour'],
    [{ retryConstraint: { budget: { percent: 1.5 } } }, 'spec.retryConstraint.budget.percent'],
    [{ retryConstraint: { budget: { interval: '999ms' } } }, 'spec.retryConstraint.budget.interval'],
    [{ targetRefs: [] }, 'spec.targetRefs'],
    [{ targetRefs: [{ kind: 'Service', name: 'users' }] }, 'spec.targetRefs.0.group'],
    [
      { targetRefs: [{ group: '', kind: 'Service', name: 'users', namespace: 'other' }] },
      'spec.targetRefs.0.namespace',
    ],
    [{ targetRefs: [1, 2].map(() => ({ group: '', kind: 'Service', name: 'users' })) }, 'spec.targetRefs'],
  ])('that says %j is refused, and the record with it', (spec, place) => {
    const refused = policy({ retryConstraint: {}, ...spec })
    expect(errors(users, refused).join('\n')).toContain(`error ${place}: `)
    const { records, findings } = converted(users, policy({ retryConstraint: {}, sessionPersistence: {} }))
    expect(records.size).toBe(0)
    expect(findings.map(({ source, reason }) => [source.value, reason])).toContainEqual([
      users,
      '"users" is left out: XBackendTrafficPolicy default/p is refused.',
    ])
  })

  it('counts where it is the oldest for its Service, and the others are told', () => {
    const aged = (name: string, percent: number, creationTimestamp?: string) => ({
      ...policy({ retryConstraint: { budget: { percent } } }),
      metadata: { name, creationTimestamp },
    })
    const policies = [aged('b', 1), aged('a', 2), aged('c', 3, '2025-01-01T00:00:00Z')]
    expect(converted(users, ...policies).records.get('services/users')).toMatchObject({
      retryConstraint: { budget: { percent: 3 } },
    })
    expect(errors(users, ...policies)).toEqual([
      'error spec.targetRefs.0: "users" has an older policy, default/c: one of them counts.',
      'error spec.targetRefs.0: "users" has an older policy, default/c: one of them counts.',
    ])
  })

  it('may say nothing', () => {
    const { records, findings } = converted(users, policy({}))
    expect(records.get('services/users')).toMatchObject({ retryConstraint: 'off' })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  const budget = { retryConstraint: { budget: { percent: 0 } } }
  const public_ = route('a', {
    hostnames: ['a.example.com'],
    rules: [{ ...to('users'), retry: { codes: [503], attempts: 3, backoff: '1ms' } }],
  })

  it('is in the record of its Service where that has no route: the budget of a backend is its own', async () => {
    const callsWith = async (...manifests: unknown[]) => {
      const { records } = converted(public_, ...manifests)
      let calls = 0
      const fails = () => {
        calls += 1
        return new Response(null, { status: 503 })
      }
      const mesh = createTestMesh({
        'a.example.com': records.get('services/a.example.com') ?? {},
        users: { retryConstraint: 'off', ...records.get('services/users'), endpoints: [fails] },
      })
      await mesh.clock.run(mesh.fetch('http://a.example.com/'))
      return calls
    }
    expect(await callsWith()).toBe(4)
    expect(await callsWith(policy(budget))).toBe(1)
    const { records, findings, lacking, leftOut } = converted(public_, policy(budget))
    expect(records.get('services/users')).toEqual({ rules: [{ retry: { attempts: 0 } }], ...budget })
    expect(() => parseRecord(JSON.stringify(records.get('services/users')))).not.toThrow()
    expect(findings.map(({ reason }) => reason)).toEqual([expect.stringContaining('"a.example.com" is given')])
    expect(lacking.map(({ reason }) => reason)).toEqual([
      '"users" needs endpoints beside its rules: write those of the Service into services/users, too.',
    ])
    expect(leftOut).toEqual([])
  })

  it('is told where no rule leads to its Service', () => {
    const { records, findings } = converted(route('a', { parentRefs, rules: [to('users-v1')] }), policy(budget))
    expect(records.get('services/users')).toMatchObject(budget)
    expect(findings.map(({ severity, path, reason }) => `${severity} ${path.join('.')}: ${reason}`)).toEqual([
      'note spec.targetRefs.0: No rule here leads to "users", whose budget is read where one does. Write the endpoints of the Service into services/users.',
    ])
  })

  it('is asked for in words where there is none and a rule retries', () => {
    expect(converted(public_).lacking.map(({ reason }) => reason)).toEqual([
      '"users" needs a record with endpoints, and "retryConstraint": "off" to be retried without a budget: services/users.',
    ])
  })

  it('is left out where an older one counts, or the routes of its Service are', () => {
    const younger = { ...policy(budget), metadata: { name: 'z' } }
    const both = policy({
      ...budget,
      targetRefs: ['users', 'orders'].map((name) => ({ group: '', kind: 'Service', name })),
    })
    expect(converted(users, both, younger).leftOut).toEqual([{ object: 'XBackendTrafficPolicy default/z', names: [] }])
    const bad = [80, 81].map((port) =>
      route(`p${port}`, { parentRefs: [{ ...parentRefs[0], port }], rules: [to('users')] }),
    )
    expect(converted(...bad, both).leftOut).toEqual([
      { object: 'HTTPRoute default/p80', names: [] },
      { object: 'HTTPRoute default/p81', names: [] },
      { object: 'XBackendTrafficPolicy default/p', names: ['users'] },
    ])
  })

  it('is told of what it says of sessions, and of a budget that is out of range', () => {
    expect(errors(users, policy({ retryConstraint: {}, sessionPersistence: {} })).join()).toContain(
      'sessionPersistence',
    )
    const found = errors(users, policy({ retryConstraint: { budget: { percent: 101 } } })).join('\n')
    expect(found).toContain('spec.retryConstraint.budget.percent')
  })
})

describe('names that rules lead to', () => {
  const mirror = (name: string) => ({ type: 'RequestMirror', requestMirror: { backendRef: { name, port: 80 } } })
  const lacking = (...values: unknown[]) =>
    converted(...values).lacking.map(({ source, path, reason, severity }) => {
      expect(severity).toBe('note')
      return [values.indexOf(source.value), path.join('.'), reason]
    })
  const needs = (name: string) => `"${name}" needs a record with endpoints: services/${name}.`

  it('are told, each once, where they are first referred to', () => {
    const rules = [
      { filters: [mirror('copy')], backendRefs: [{ name: 'v1', port: 80, filters: [mirror('v2')] }] },
      { backendRefs: [{ name: 'v2', port: 80 }, { name: 'v3', port: 80, weight: 0 }, to('v1').backendRefs[0]] },
    ]
    const young = route('young', { hostnames: ['a.example.com', 'b.example.com'], rules }, { namespace: 'shop' })
    const old = route('old', { hostnames: ['z.example.com'], rules }, { creationTimestamp: '2025-01-01T00:00:00Z' })
    const here = [
      ['spec.rules.0.filters.0.requestMirror.backendRef', 'copy'],
      ['spec.rules.0.backendRefs.0', 'v1'],
      ['spec.rules.0.backendRefs.0.filters.0.requestMirror.backendRef', 'v2'],
      ['spec.rules.1.backendRefs.1', 'v3'],
    ]
    expect(lacking(young, old)).toEqual([
      ...here.map(([place, name]) => [0, place, needs(`${name}.shop`)]),
      ...here.map(([place, name]) => [1, place, needs(`${name}`)]),
    ])
  })

  it('are told of a GRPCRoute, too, and not of a route that is left out', () => {
    const grpc = route('a', { parentRefs, rules: [to('v1')] }, {}, 'GRPCRoute')
    expect(lacking(route('b', { rules: [to('v2')] }), grpc)).toEqual([[1, 'spec.rules.0.backendRefs.0', needs('v1')]])
  })

  it('may be of the records that are made here: those need endpoints, too', async () => {
    const rules = [{ matches: [{ path: { value: '/v2' } }], ...to('users-v2') }, to('users')]
    const users = route('a', { parentRefs, rules }, { namespace: 'shop' })
    expect(lacking(users)).toEqual([
      [0, 'spec.rules.0.backendRefs.0', needs('users-v2.shop')],
      [
        0,
        'spec.rules.1.backendRefs.0',
        '"users.shop" needs endpoints beside its rules: write those of the Service into services/users.shop, too.',
      ],
    ])
    const mesh = createTestMesh({
      'users.shop': {
        ...converted(users).records.get('services/users.shop'),
        endpoints: [() => new Response('the Service')],
      },
      'users-v2.shop': () => new Response('v2'),
    })
    const said = async (path: string) => (await mesh.clock.run(mesh.fetch(`http://users.shop${path}`))).text()
    expect([await said('/v2/a'), await said('/')]).toEqual(['v2', 'the Service'])
  })
})

describe('what is left out', () => {
  it('is named, with the names that it is left out for where it is of others', () => {
    const host = (name: string, hostnames: string[], sectionName: string, rules: object[] = [to('v1')]) =>
      route(name, { hostnames, rules, parentRefs: [{ name: 'g', sectionName }] }, { namespace: 'shop' })
    const { leftOut } = converted(
      host('both', ['a.example.com', 'b.example.com'], 'https'),
      host('one', ['a.example.com'], 'http'),
      host('bad', ['c.example.com'], 'http', [{ colour: 'red' }]),
      host('good', ['d.example.com'], 'http'),
      { apiVersion: 'v1', kind: 'Service', metadata: { name: 'v1' } },
      { ...route('p', {}), apiVersion: 'gateway.networking.x-k8s.io/v1alpha1', kind: 'XBackendTrafficPolicy' },
    )
    expect(leftOut).toEqual([
      { object: 'HTTPRoute shop/both', names: ['a.example.com'] },
      { object: 'HTTPRoute shop/one', names: [] },
      { object: 'HTTPRoute shop/bad', names: [] },
      { object: 'XBackendTrafficPolicy default/p', names: [] },
    ])
  })
})

describe('convert', () => {
  const users = route('users', { parentRefs, rules: [to('users')] })

  it('says once that records have no budget', () => {
    const hosts = route('a', { hostnames: ['b.example.com', 'c.example.com'], rules: [to('v1')] })
    const users = route('u', { hostnames: ['a.example.com'], rules: [to('v1')] })
    const { findings } = converted(hosts, users)
    expect(findings).toEqual([
      {
        source: { value: users },
        path: ['spec'],
        severity: 'note',
        reason:
          '"a.example.com", "b.example.com", "c.example.com" are given "retryConstraint": "off", since the Gateway API retries without a budget.',
      },
    ])
  })

  it.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ apiVersion: V1, kind: 'TLSRoute' }],
    [{ apiVersion: V1, kind: 'BackendTLSPolicy' }],
    [{ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' }],
  ])('says of %j that it cannot be converted', (value) => {
    expect(errors(value)).toHaveLength(1)
    expect(converted(value).records.size).toBe(0)
  })

  it.each([
    ['Gateway', V1],
    ['GatewayClass', V1],
    ['ReferenceGrant', 'gateway.networking.k8s.io/v1beta1'],
    ['Service', 'v1'],
    ['Namespace', 'v1'],
    ['Deployment', 'apps/v1'],
  ])('notes a %s in the stream, and converts the rest', (kind, apiVersion) => {
    const { records, findings, leftOut } = converted({ apiVersion, kind, metadata: { name: 'a' } }, users)
    expect(findings.map(({ severity, path, reason }) => [severity, path.join('.'), reason]).slice(0, 1)).toEqual([
      ['note', 'kind', `"${apiVersion} ${kind}": HTTPRoute, GRPCRoute and XBackendTrafficPolicy can be converted.`],
    ])
    expect([...records.keys()]).toEqual(['services/users'])
    expect(leftOut).toEqual([])
  })

  it.each([
    [
      'HTTPRoute',
      'gateway.networking.k8s.io/v1alpha2',
      'gateway.networking.k8s.io/v1 or gateway.networking.k8s.io/v1beta1',
    ],
    ['HTTPRoute', 'policy.linkerd.io/v1beta3', 'gateway.networking.k8s.io/v1 or gateway.networking.k8s.io/v1beta1'],
    ['XBackendTrafficPolicy', V1, 'gateway.networking.x-k8s.io/v1alpha1'],
  ])('names the apiVersion of %s %s as what it does not read, and leaves it out', (kind, apiVersion, read) => {
    const other = { ...users, kind, apiVersion }
    expect(errors(other)).toEqual([`error apiVersion: "${apiVersion}": the kind ${kind} is read as ${read}.`])
    expect(converted(other).leftOut).toEqual([{ object: `${kind} default/users`, names: [] }])
  })

  it.each([
    [
      'hostname',
      { hostnames: ['a.example.com', 'users.mesh'], rules: [to('v1')] },
      {},
      'spec.hostnames.1',
      'users.mesh',
    ],
    ['wildcard', { hostnames: ['*.mesh'], rules: [to('v1')] }, {}, 'spec.hostnames.0', '*.mesh'],
    ['Service', { parentRefs, rules: [to('v1')] }, { namespace: 'mesh' }, 'spec.parentRefs.0.name', 'users.mesh'],
  ])('refuses a %s that ends in the domain of the mesh, with the way out', (_, spec, metadata, place, name) => {
    const short = name.replace('.mesh', '')
    expect(errors(route('a', spec, metadata))).toEqual([
      `error ${place}: "${name}" is looked up as "${short}": the mesh takes its own domain off a name. Call it "${short}", or give the mesh another MESH_DOMAIN, and --domain here.`,
    ])
    const other = convert([{ value: route('a', spec, metadata) }], { domain: 'internal' })
    expect([...other.records.keys()]).toContain(`services/${name}`)
    const internal = convert([{ value: route('a', { ...spec, hostnames: ['x.internal'], parentRefs: [] }) }], {
      domain: 'internal',
    })
    expect(internal.records.size).toBe(0)
  })

  it('gives routes without a name the one that is said, and leaves the others theirs', () => {
    const bare = route('bare', { parentRefs: [{ name: 'g' }], rules: [{ name: 'bare', ...to('v1') }] })
    const own = route('own', { parentRefs: [{ name: 'g' }], hostnames: ['b.example.com'], rules: [to('v2')] })
    const more = route('more', { parentRefs: [{ name: 'g' }], hostnames: ['a.example.com'], rules: [to('v3')] })
    expect(errors(bare)).toEqual([
      'error spec: has neither a hostname nor a Service for parent: nobody could call it by name. --hostname gives it one.',
    ])
    const values = [bare, own, more, users].map((value) => ({ value }))
    const { records, findings } = convert(values, { hostname: 'a.example.com' })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect([...records.keys()]).toEqual(['services/a.example.com', 'services/b.example.com', 'services/users'])
    expect(records.get('services/a.example.com')?.rules).toHaveLength(2)
  })

  it('takes "core" for the core group everywhere', () => {
    const group = 'core'
    const mirror = (name: string) => ({
      type: 'RequestMirror',
      requestMirror: { backendRef: { group, name, port: 80 } },
    })
    const rules = [{ filters: [mirror('a')], backendRefs: [{ group, name: 'v1', port: 80, filters: [mirror('b')] }] }]
    const one = route('a', { parentRefs: [{ group, kind: 'Service', name: 'users' }], rules })
    const { records, findings } = converted(one)
    const notes = findings.filter(({ reason }) => reason.includes('core group')).map(({ path }) => path.join('.'))
    expect(notes.toSorted()).toEqual([
      'spec.parentRefs.0.group',
      'spec.rules.0.backendRefs.0.filters.0.requestMirror.backendRef.group',
      'spec.rules.0.backendRefs.0.group',
      'spec.rules.0.filters.0.requestMirror.backendRef.group',
    ])
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(() => parseRecord(JSON.stringify(records.get('services/users')))).not.toThrow()
    const portless = route('a', { parentRefs, rules: [{ backendRefs: [{ group, name: 'v1' }] }] })
    expect(errors(portless)).toEqual(['error spec.rules.0.backendRefs.0: has no port, which a Service needs.'])
  })

  it.each([
    ['RequestHeaderModifier', { requestHeaderModifier: { remove: ['a'] } }],
    ['ResponseHeaderModifier', { responseHeaderModifier: { remove: ['a'] } }],
    ['RequestMirror', { requestMirror: { backendRef: { name: 'a', port: 80 } } }],
  ])('refuses %s beside a redirect, which would do nothing there', (type, fields) => {
    const redirect = { type: 'RequestRedirect', requestRedirect: { hostname: 'b.example.com' } }
    expect(errors(route('a', { parentRefs, rules: [{ filters: [redirect, { type, ...fields }] }] })).join()).toContain(
      'error spec.rules.0.filters: Expected no filter but CORS beside a RequestRedirect, which answers by itself',
    )
  })

  it('finds issues and never throws, whatever stands in a field (seed 11)', () => {
    const anything = fc.anything({ withNullPrototype: false, maxDepth: 3 })
    const spec = fc.record(
      {
        parentRefs: fc.oneof(anything, fc.constant(parentRefs)),
        hostnames: anything,
        rules: fc.oneof(anything, fc.array(anything)),
      },
      { requiredKeys: [] },
    )
    const manifest = fc.record(
      {
        apiVersion: fc.constant(V1),
        kind: fc.constantFrom('HTTPRoute', 'GRPCRoute', 'XBackendTrafficPolicy'),
        metadata: fc.oneof(anything, fc.constant({ name: 'a' })),
        spec: fc.oneof(anything, spec),
      },
      { requiredKeys: ['apiVersion', 'kind'] },
    )
    fc.assert(
      fc.property(fc.array(manifest, { maxLength: 3 }), (manifests) => {
        const { records } = converted(...manifests)
        for (const record of records.values()) expect(() => parseRecord(JSON.stringify(record))).not.toThrow()
      }),
      { seed: 11, numRuns: 500 },
    )
  })
})
