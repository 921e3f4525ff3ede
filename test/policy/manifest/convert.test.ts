import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { convert } from '../../../src/policy/manifest/convert.ts'
import { parseRecord } from '../../../src/policy/parse.ts'

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

  it('leaves the others as they are where one is refused', () => {
    const bad = route('bad', { hostnames: ['bad.example.com'], rules: [{ ...to('v1'), colour: 'red' }] })
    const good = route('good', { hostnames: ['good.example.com'], rules: [to('v1')] })
    expect([...converted(bad, good).records.keys()]).toEqual(['services/good.example.com'])
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

  it('are refused where they are too many rules together, and said so', () => {
    const many = (name: string) => route(name, { parentRefs, rules: Array.from({ length: 9 }, () => to('v1')) })
    expect(errors(many('a'), many('b')).join('\n')).toContain('error spec.rules')
    expect(converted(many('a'), many('b')).records.size).toBe(0)
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
  ])('makes a path of the method %j', (method, path) => {
    expect(rulesOf(method)).toEqual([{ path }])
  })

  it('keeps its headers', () => {
    const headers = [{ name: 'version', value: 'one' }]
    const rules = [{ matches: [{ headers }], ...to('v1') }]
    const [record] = converted(route('a', { parentRefs, rules }, {}, 'GRPCRoute')).records.values()
    expect(record).toMatchObject({ rules: [{ matches: [{ headers }] }] })
  })

  it.each([[{}], [{ service: 'a/b', method: 'Get' }], [{ type: 'Glob', service: 'a', method: 'b' }]])(
    'refuses the method %j',
    (method) => {
      expect(rulesOf(method)).toBeUndefined()
    },
  )

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

  it('is told where its Service has no record here', () => {
    expect(errors(policy({ retryConstraint: {} })).join('\n')).toContain('no route for "users"')
  })

  it('is told of what it says of sessions, and of a budget that is out of range', () => {
    expect(errors(users, policy({ retryConstraint: {}, sessionPersistence: {} })).join()).toContain(
      'sessionPersistence',
    )
    const found = errors(users, policy({ retryConstraint: { budget: { percent: 101 } } })).join('\n')
    expect(found).toContain('spec.retryConstraint.budget.percent')
  })
})

describe('convert', () => {
  it.each([
    [null],
    ['text'],
    [[]],
    [{}],
    [{ apiVersion: V1, kind: 'Gateway' }],
    [{ apiVersion: 'v1', kind: 'Service' }],
  ])('says of %j that it cannot be converted', (value) => {
    expect(errors(value)).toHaveLength(1)
    expect(converted(value).records.size).toBe(0)
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
