/** What is predicted of changed records is what comes of the same requests once they are written. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { type VirtualClock, virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { type Place, predictor } from '../../../src/mesh/simulate/destination.ts'
import { type Counted, simulate } from '../../../src/mesh/simulate/simulate.ts'
import type { Simulation } from '../../../src/mesh/simulate/simulation.ts'
import { memoryRegistry, type WrittenEntry } from '../../../src/registry/memory.ts'
import type { Registry } from '../../../src/registry/registry.ts'
import { reporter } from '../../../src/telemetry/reporter.ts'
import type { Shape } from '../../../src/telemetry/shape/shape.ts'
import { access } from '../../../src/trust.ts'
import { recorder } from '../../../src/worker/shapes/recorder.ts'

type Records = Record<string, WrittenEntry>

interface Sent {
  readonly caller?: string | undefined
  readonly name: string
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
}

/** A request that went through the mesh: its shape, and where it came to. */
interface Served {
  readonly sent: Sent
  readonly shape: Shape
  /** A binding, or the code of an error. */
  readonly place: string
}

/** Nothing here waits for more than a turn. */
const quick = () => virtualClock({ flush: () => new Promise((resolve) => setImmediate(resolve)) })

const BINDINGS = ['A', 'B', 'C', 'D', 'E']

/** The mesh as the Worker has it, with every request recorded. */
async function serve(records: Records, requests: readonly Sent[], clock: VirtualClock): Promise<Served[]> {
  const shapes: Shape[] = []
  const recording = recorder({
    registry: memoryRegistry(records),
    share: 1,
    random: seeded(3),
    reporter: reporter({
      clock,
      random: seeded(4),
      send: async (digest) => void shapes.push(...(digest.shapes?.shapes ?? [])),
    }),
  })
  const reached: string[] = []
  const binding = (name: string) => ({
    async fetch() {
      reached.push(name)
      return new Response(null)
    },
  })
  const forward = proxy({
    registry: recording.registry,
    env: Object.fromEntries(BINDINGS.map((name) => [name, binding(name)])),
    clock,
    random: seeded(5),
    freshMs: 0,
    log: 'off',
    trust: access,
  })
  const served: Served[] = []
  for (const sent of requests) {
    const request = new Request(`http://mesh.test${sent.path}`, { method: sent.method, headers: sent.headers })
    const identify = () => ({ name: sent.name, path: sent.path })
    const works: Promise<unknown>[] = []
    const defer = (work: Promise<unknown>) => void works.push(work)
    const { caller } = sent
    const by = { trusted: caller !== undefined, caller, proof: caller === undefined ? 'none' : 'binding' } as const
    const answer = await forward(request, { ...by, defer, identify })
    recording.record(request, identify, caller, defer)
    await clock.advance(5_000)
    const shape = shapes.pop()
    if (!shape) throw new Error('It was not recorded.')
    const error = answer.headers.get('selvedge-error')
    served.push({ sent, shape, place: error ?? reached.pop() ?? `answered ${answer.status}` })
  }
  return served
}

function placeOf(registry: Registry, clock: VirtualClock): Place {
  const bindings = Object.fromEntries(BINDINGS.map((name) => [name, 'service' as const]))
  const installation = { version: '0.0.0', cloud: true, bindings, variables: {} }
  return { registry, installation, clock, random: seeded(1) }
}

const predict = (records: Records, clock: VirtualClock) => predictor(placeOf(memoryRegistry(records), clock))

async function simulated(counted: readonly Counted[], before: Records, after: Records): Promise<Simulation> {
  const clock = quick()
  return simulate(counted, predict(before, clock), predict(after, clock))
}

const to = (binding: string) => ({ endpoints: [{ binding }] })
const given = (sent: Partial<Sent> = {}): Sent => ({ name: 'users', method: 'GET', path: '/', headers: {}, ...sent })
const shapeOf = (over: Partial<Shape> = {}): Shape => ({
  service: 'users',
  method: 'GET',
  path: '/',
  headers: [],
  queries: [],
  values: {},
  class: 'default',
  ...over,
})
const counted = (shape: Partial<Shape> = {}, requests = 1): Counted => ({ shape: shapeOf(shape), requests })

const NAMES = ['users', 'orders', 'cart.shop', 'old']
const BACKENDS = ['users', 'orders', 'plain', 'gone', 'dead', 'old']

const match = fc.record(
  {
    path: fc.constantFrom(
      { value: '/a' },
      { type: 'Exact', value: '/a/b' },
      { value: '/users' },
      { type: 'Exact', value: '/users/42' },
      { value: '/users/43/orders' },
      { type: 'RegularExpression', value: '/users/[0-9]+' },
    ),
    method: fc.constantFrom('GET', 'POST'),
    headers: fc.constantFrom(
      [{ name: 'x-canary', value: '1' }],
      [{ name: 'x-canary', type: 'RegularExpression', value: '[0-9]+' }],
      [{ name: 'authorization', value: 'secret' }],
      [{ name: 'x-new', value: '1' }],
    ),
    queryParams: fc.constantFrom([{ name: 'v', value: '2' }], [{ name: 'token', value: 't' }]),
  },
  { requiredKeys: [] },
)
const rule = fc.record(
  {
    matches: fc.array(match, { minLength: 1, maxLength: 2 }),
    backendRefs: fc.constantFrom(...BACKENDS).map((name) => [
      { name, weight: 1 },
      { name: 'plain', weight: 0 },
    ]),
  },
  { requiredKeys: ['matches'] },
)
const record = fc.oneof(
  { weight: 1, arbitrary: fc.constantFrom(...BINDINGS, 'MISSING').map(to) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...BINDINGS), fc.array(rule, { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([binding, rules, isWhole]) => (isWhole ? { ...to(binding), rules } : { rules })),
  },
)
/** What may stand in the registry beside what always does. */
const guarded = fc
  .tuple(
    record,
    fc.option(
      fc.record(
        {
          default: fc.constantFrom('allow', 'deny'),
          mode: fc.constantFrom('enforce', 'audit'),
          rules: fc.uniqueArray(
            fc.record(
              {
                name: fc.constantFrom('one', 'two', 'three'),
                effect: fc.constantFrom('allow', 'deny'),
                callers: fc.constantFrom(['checkout'], ['*']),
                methods: fc.constantFrom(['GET'], ['POST']),
                paths: fc.constantFrom(['/a'], ['/a/b'], ['/']),
              },
              { requiredKeys: ['name', 'effect'] },
            ),
            { minLength: 1, maxLength: 3, selector: ({ name }) => name },
          ),
        },
        { requiredKeys: [] },
      ),
    ),
  )
  .map(([record, access]) => (access ? { ...record, access } : record))
const registry = fc.record(
  {
    users: guarded,
    orders: guarded,
    '*.shop': record,
    'cart.shop': guarded,
    old: fc.constantFrom({ alias: 'users' }, { alias: ['gone', 'users'] }, { alias: 'old' }),
  },
  { requiredKeys: ['users'] },
)
const standing = { plain: to('E'), dead: to('MISSING') }

const request = fc.record({
  caller: fc.constantFrom(undefined, 'checkout', 'thumb'),
  name: fc.constantFrom(...NAMES),
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom(
    '/',
    '/a',
    '/a/b',
    '/a/b?v=2',
    '/users/42',
    '/users/43/orders',
    '/users/7?v=1&token=t',
    '/users/x',
  ),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { 'x-canary': '1' },
    { 'x-canary': 'no' },
    { authorization: 'secret' },
    { authorization: 'other', 'x-new': '1' },
  ),
})

const isError = (place: string) => place.includes('_')

describe('simulate', () => {
  it('predicts what is observed after the change, request by request, and counts the rest as unknown', async () => {
    let known = 0
    let unknown = 0
    await fc.assert(
      fc.asyncProperty(
        registry,
        registry,
        fc.array(request, { minLength: 1, maxLength: 25 }),
        async (written, changed, requests) => {
          const [before, after] = [written, changed].map((records) => ({ ...standing, ...records }) as Records) as [
            Records,
            Records,
          ]
          const was = await serve(before, requests, quick())
          const is = await serve(after, requests, quick())
          const clock = quick()
          const [now, then] = [predict(before, clock), predict(after, clock)]
          const expected = { moved: 0, broken: 0, mended: 0, unknown: 0 }
          for (const [index, { shape, place, sent }] of was.entries()) {
            const observed = is[index]?.place as string
            const one = await simulate([{ shape, requests: 1 }], now, then)
            if (one.unknown === 1) {
              unknown += 1
              expected.unknown += 1
              continue
            }
            known += 1
            const told = (await then.of(shape)).map(({ endpoints, error }) => error?.code ?? endpoints[0]?.[0])
            expect([observed === undefined ? '' : endpointOf(observed)], JSON.stringify(sent)).toEqual(told)
            if (place === observed) continue
            const kind =
              isError(observed) && !isError(place)
                ? 'broken'
                : isError(place) && !isError(observed)
                  ? 'mended'
                  : 'moved'
            expected[kind] += 1
          }
          const whole = await simulate(
            was.map(({ shape }) => ({ shape, requests: 1 })),
            now,
            then,
          )
          expect(whole).toMatchObject({ ...expected, requests: requests.length, shapes: requests.length })
        },
      ),
      { numRuns: 60, seed: 20261129 },
    )
    // Neither is everything unknown, nor is nothing.
    expect(known).toBeGreaterThan(2 * unknown)
    expect(unknown).toBeGreaterThan(20)
  })

  it('compares splits as expected shares, and the shares are those that are observed', async () => {
    const backends = (weight: number) => ({
      ...to('A'),
      rules: [
        {
          backendRefs: [
            { name: 'one', weight: 10 - weight },
            { name: 'two', weight },
          ],
        },
      ],
    })
    const records = (weight: number) => ({ users: backends(weight), one: to('A'), two: to('B') })
    const requests = Array.from({ length: 400 }, () => given())
    const observed = (served: readonly Served[]) => served.filter(({ place }) => place === 'B').length
    const was = await serve(records(1), requests, quick())
    const is = await serve(records(4), requests, quick())
    const told = await simulated(
      was.map(({ shape }) => ({ shape, requests: 1 })),
      records(1),
      records(4),
    )
    expect(told.moved).toBeCloseTo(120)
    expect(told.services[0]?.moves[0]).toMatchObject({ from: { backend: 'one' }, to: { backend: 'two' } })
    expect(told.services[0]?.moves[0]?.percent).toBeCloseTo(30)
    expect(Math.abs(observed(is) - observed(was) - told.moved)).toBeLessThan(20)
  })

  it('tells who would be led nowhere, with the error that the caller would get', async () => {
    const after = { users: { rules: [{ matches: [{ path: { value: '/v1' } }], backendRefs: [{ name: 'gone' }] }] } }
    const told = await simulated([counted({ path: '/v1/x' }, 3), counted({ path: '/x' }, 7)], { users: to('A') }, after)
    expect(told).toMatchObject({ requests: 10, broken: 10, moved: 0, unknown: 0 })
    expect(told.services).toMatchObject([
      {
        name: 'users',
        moves: [
          {
            kind: 'broken',
            requests: 7,
            percent: 70,
            from: { record: 'services/users', endpoints: ['binding:A'] },
            to: { error: { code: 'route_not_found', status: 404 } },
            example: { method: 'GET', path: '/x' },
          },
          {
            kind: 'broken',
            requests: 3,
            to: { rule: 'rules[0]', backend: 'gone', error: { code: 'backend_not_found', status: 500 } },
          },
        ],
      },
    ])
  })

  it.each([
    ['a record that goes', {}, 'service_not_found'],
    ['a binding that is not there', { users: to('MISSING') }, 'no_endpoint'],
    ['aliases that go round', { users: { alias: 'a' }, a: { alias: 'users' } }, 'loop_detected'],
    ['a record that is not understood', { users: '{"endpoint":1}' }, 'record_invalid'],
  ])('foresees what comes of %s', async (_, after, code) => {
    const told = await simulated([counted()], { users: to('A') }, after as Records)
    expect(told.services[0]?.moves).toMatchObject([{ kind: 'broken', to: { error: { code } } }])
  })

  it('says of what was broken and would be mended that it would', async () => {
    const told = await simulated([counted({}, 5)], {}, { users: to('A') })
    expect(told).toMatchObject({ mended: 5, broken: 0, moved: 0 })
  })

  it('moves nobody where a rule is added that leads to the same place', async () => {
    const ruled = { ...to('A'), rules: [{ matches: [{ path: { value: '/a' } }] }, {}] }
    const told = await simulated([counted({ path: '/a' }), counted()], { users: to('A') }, { users: ruled })
    expect(told).toMatchObject({ moved: 0, broken: 0, unknown: 0, requests: 2 })
  })

  it('sees what a change of one record does to callers of another', async () => {
    const users = { rules: [{ backendRefs: [{ name: 'v1' }] }] }
    const told = await simulated([counted()], { users, v1: to('A') }, { users, v1: to('B') })
    expect(told.services[0]?.moves).toMatchObject([
      { kind: 'moved', from: { endpoints: ['binding:A'] }, to: { endpoints: ['binding:B'] } },
    ])
  })

  it('moves a part where endpoints are added or weighed anew', async () => {
    const endpoints = (...weights: number[]) => ({
      endpoints: weights.map((weight, index) => ({ binding: BINDINGS[index], weight })),
    })
    expect((await simulated([counted()], { users: endpoints(1) }, { users: endpoints(1, 1) })).moved).toBeCloseTo(0.5)
    expect((await simulated([counted()], { users: endpoints(1, 1) }, { users: endpoints(1, 3) })).moved).toBeCloseTo(
      0.25,
    )
  })

  it('takes no guess at a value that was not recorded, and says which one it was', async () => {
    const ruled = (name: string) => ({
      ...to('A'),
      rules: [{ matches: [{ headers: [{ name, value: '1' }] }], backendRefs: [{ name: 'two' }] }, {}],
    })
    const all = [
      counted({ headers: ['authorization'] }, 2),
      counted({ headers: ['x-a'] }, 3),
      counted({ values: { 'header x-b': '1' }, headers: ['x-b'] }, 4),
      counted({}, 5),
    ]
    const change = (name: string) =>
      simulated(all, { users: to('A'), two: to('B') }, { users: ruled(name), two: to('B') })
    const told = await change('Authorization')
    expect(told).toMatchObject({ unknown: 2, moved: 0, requests: 14 })
    expect(told.services[0]?.untold).toEqual({ 'header authorization': 2 })
    expect(await change('x-a')).toMatchObject({ unknown: 3, moved: 0 })
    expect(await change('x-b')).toMatchObject({ unknown: 0, moved: 4 })
  })

  it('takes no guess at an id that is masked, where a rule names one of its kind', async () => {
    const ruled = (path: object) => ({
      ...to('A'),
      rules: [{ matches: [{ path, method: 'GET' }], backendRefs: [{ name: 'two' }] }, {}],
    })
    const all = [counted({ path: '/users/{number}/x' }), counted({ path: '/users/{number}', method: 'POST' })]
    const change = (path: object) =>
      simulated(all, { users: to('A'), two: to('B') }, { users: ruled(path), two: to('B') })
    expect(await change({ value: '/users/42' })).toMatchObject({ unknown: 1 })
    expect(await change({ type: 'Exact', value: '/users/42' })).toMatchObject({ unknown: 0, moved: 0 })
    expect(await change({ type: 'RegularExpression', value: '/users/.*' })).toMatchObject({ unknown: 1 })
    expect(await change({ value: '/users/new' })).toMatchObject({ unknown: 0, moved: 0 })
    expect(await change({ value: '/users' })).toMatchObject({ unknown: 0, moved: 1 })
    expect(await change({ value: '/orders/42' })).toMatchObject({ unknown: 0, moved: 0 })
  })

  it('takes no guess at where a session leads that has a choice', async () => {
    const users = {
      rules: [{ backendRefs: [{ name: 'one' }, { name: 'two' }], sessionPersistence: { cookie: {} } }],
    }
    const records = { users, one: to('A'), two: to('B') }
    const told = await simulated([counted({ headers: ['cookie'] }, 2), counted({}, 3)], records, {
      ...records,
      two: to('C'),
    })
    expect(told).toMatchObject({ unknown: 2, requests: 5 })
    expect(told.moved).toBeCloseTo(1.5)
    expect(told.services[0]?.untold).toEqual({ session: 2 })
  })

  it('knows what a filter answers by itself', async () => {
    const cors = { type: 'CORS', cors: { allowOrigins: ['*'] } }
    const redirect = { type: 'RequestRedirect', requestRedirect: { hostname: 'new.test' } }
    const preflight = counted({ method: 'OPTIONS', headers: ['access-control-request-method', 'origin'] })
    const told = await simulated(
      [preflight, counted()],
      { users: to('A') },
      { users: { ...to('A'), rules: [{ filters: [cors] }] } },
    )
    expect(told.services[0]?.moves).toMatchObject([{ to: { answered: 'preflight' }, example: { method: 'OPTIONS' } }])
    expect(told.moved).toBe(1)
    const away = await simulated([counted()], { users: to('A') }, { users: { rules: [{ filters: [redirect] }] } })
    expect(away.services[0]?.moves).toMatchObject([{ kind: 'moved', to: { answered: 'redirect' } }])
  })

  it('tells the largest moves, and how many there are beyond', async () => {
    const rules = Array.from({ length: 60 }, (_, index) => ({
      matches: [{ path: { value: `/p${index}` } }],
      backendRefs: [{ name: `s${index}` }],
    }))
    const all = rules.map((_, index) => counted({ path: `/p${index}` }, index + 1))
    const backends = Object.fromEntries(rules.map((_, index) => [`s${index}`, to('B')]))
    const { services } = await simulated(all, { users: to('A'), ...backends }, { users: { rules }, ...backends })
    expect(services[0]?.moves.length).toBe(50)
    expect(services[0]?.more).toBe(10)
    expect(services[0]?.moves[0]).toMatchObject({ requests: 60, example: { path: '/p59' } })
  })
})

/** What an endpoint of a binding is called; an error as it is. */
function endpointOf(place: string): string {
  return BINDINGS.includes(place) ? `binding:${place}` : place
}

describe('a change of who may call', () => {
  const users = (access?: object) => ({ users: { ...to('A'), ...(access && { access }) } })
  const known = { name: 'known', effect: 'allow', callers: ['checkout'] }

  it('breaks those whom it would deny, and nobody while it is on trial', async () => {
    const served = [counted({ caller: 'checkout' }, 9), counted({ caller: 'reports' }, 2), counted({}, 1)]
    const enforced = await simulated(served, users(), users({ default: 'deny', rules: [known] }))
    expect(enforced).toMatchObject({ requests: 12, broken: 3, moved: 0, unknown: 0 })
    expect(enforced.services[0]?.moves.map(({ to, requests, callers }) => [to.error?.code, requests, callers])).toEqual(
      [
        ['caller_denied', 2, ['reports']],
        ['caller_unknown', 1, ['']],
      ],
    )
    const trial = await simulated(served, users(), users({ default: 'deny', mode: 'audit', rules: [known] }))
    expect(trial).toMatchObject({ broken: 0, moved: 0 })
  })

  it('is unknown of those alone for whom it hangs on claims: who is denied with or without is broken', async () => {
    const scoped = { name: 'scoped', effect: 'allow', callers: ['*.partners'], claims: { scope: ['read'] } }
    const served = [
      counted({ caller: 'checkout' }, 9),
      counted({ caller: 'reports' }, 2),
      counted({ caller: 'acme.partners' }, 5),
      counted({}, 1),
    ]
    const access = { default: 'deny', rules: [known, scoped] }
    const told = await simulated(served, users(), users(access))
    expect(told).toMatchObject({ requests: 17, broken: 3, moved: 0, unknown: 5 })
    expect(told.services[0]?.moves.map(({ callers }) => callers)).toEqual([['reports'], ['']])
    const trial = await simulated(served, users(), users({ ...access, mode: 'audit' }))
    expect(trial).toMatchObject({ broken: 0, moved: 0, unknown: 0 })
  })

  it('is judged with MESH_DEFAULTS, as the mesh judges it', async () => {
    const clock = quick()
    const predictWith = (records: Records) => {
      const place = placeOf(memoryRegistry(records), clock)
      const { installation } = place
      const variables = { MESH_DEFAULTS: '{"access":{"default":"deny"}}' }
      return predictor({ ...place, installation: installation && { ...installation, variables } })
    }
    const everybody = { name: 'everybody', effect: 'allow' }
    const [open, known] = [users({ rules: [everybody] }), users()]
    const told = await simulate([counted({}, 5)], predictWith(open), predictWith(known))
    expect(told).toMatchObject({ broken: 5, moved: 0 })
  })

  it('cannot tell where it hangs on what is masked of the path', async () => {
    const rules = [{ name: 'one', effect: 'deny', paths: ['/users/42'] }]
    const told = await simulated([counted({ path: '/users/{number}' }, 4)], users(), users({ rules }))
    expect(told).toMatchObject({ broken: 0, unknown: 4 })
  })
})
