/** The decision that is told is the one that is taken: random records and requests, each told, and called through the stack. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { MeshError } from '../../../src/core/errors.ts'
import { receipt } from '../../../src/core/receipt.ts'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { accept } from '../../../src/mesh/accept.ts'
import { named } from '../../../src/mesh/call-context.ts'
import type { LiveService } from '../../../src/mesh/live-service.ts'
import { withDefaults } from '../../../src/mesh/options.ts'
import { services } from '../../../src/mesh/services.ts'
import { outbound } from '../../../src/mesh/stack.ts'
import { decide } from '../../../src/mesh/told/decide.ts'
import type { Decision, Lead, Outcome, ValueTold } from '../../../src/mesh/told/decision.ts'

import type { Question } from '../../../src/mesh/told/question.ts'
import { type AnyField, FIELDS, type Policies } from '../../../src/record/fields.ts'
import { recordChecker } from '../../../src/record/parse.ts'
import { memoryRegistry, type WrittenEntry } from '../../../src/registry/memory.ts'
import { snapshot } from '../../../src/registry/snapshot.ts'
import { unreachableBecause } from '../../../src/targets/roads.ts'
import { send } from '../../../src/targets/send.ts'
import type { Installation } from '../../../src/wire/installation.ts'
import { pickHeaders } from '../../../src/wire/picked.ts'

type Records = Record<string, WrittenEntry>

const DEFAULTS = { timeouts: { request: '7s' }, retry: { attempts: 1 } }
const INSTALLATION: Installation = {
  version: '1.0.0',
  cloud: false,
  bindings: { USERS: 'service', ROOMS: 'object' },
  variables: { MESH_DEFAULTS: JSON.stringify(DEFAULTS) },
}
/** What the installation says, as the Worker has it. */
const ENV = {
  USERS: new Proxy({}, { get: () => async () => new Response('ok') }),
  ROOMS: { idFromName: () => 'id', get: () => ({ fetch: async () => new Response('ok') }) },
}

/** What a call through the stack has come to. */
interface Taken {
  readonly rule: string | undefined
  readonly backend: string | undefined
  readonly names: readonly string[]
  readonly key: string | undefined
  readonly outcome: Outcome
  /** The service whose endpoint was asked, where one was. */
  readonly service: LiveService | undefined
}

async function taken(records: Records, { name = '', path = '/', method = 'GET', headers }: Question, seed: number) {
  const clock = virtualClock()
  const fetch = async () => new Response('ok')
  const env = ENV as Record<string, unknown>
  const settings = withDefaults({
    registry: memoryRegistry(records),
    env,
    defaults: DEFAULTS,
    fetch,
    clock,
    random: seeded(seed),
    log: 'off',
    maxSubrequests: 10_000,
  })
  const known = snapshot(settings.registry, { ...settings, readMs: 1000 })
  const live = services({
    ...settings,
    unreachableBecause: (target) => unreachableBecause(target, { bindings: env, hasCloud: false, hasTopics: false }),
  })
  const noted = receipt()
  const seen: { host: string; path: string; service: LiveService }[] = []
  const road = send(settings)
  const call = outbound(settings, known, live, (request, context) => {
    const { name: host, path, service } = context as typeof context & { service: LiveService }
    if (context.receipt === noted) seen.push({ host, path, service })
    return road(request, context)
  })
  const request = new Request(`http://${name}${path}`, { method, headers: headers as HeadersInit })
  const from = accept(request, { trusted: false, defer: () => {} }, settings)
  const { trace, deadline, priority } = from
  const added = {
    name,
    caller: undefined,
    proof: 'none' as const,
    path,
    headers: pickHeaders(request.headers),
    receipt: noted,
  }
  const context = named(from, { ...added, trace, deadline, priority, defer: () => {}, signals: () => [] })
  const outcome = await clock.run(
    call(request, context).then(
      ({ status, headers }): Outcome => {
        const [to] = seen
        if (to) return { is: 'sent', host: to.host, path: to.path }
        return { is: 'answered', status, location: headers.get('location') ?? undefined }
      },
      (error: unknown): Outcome => {
        if (!(error instanceof MeshError)) throw error
        return { is: 'refused', code: error.code, status: error.meaning.status, detail: error.message }
      },
    ),
  )
  const { rule, backend, path: names, key } = noted
  const observed: Taken = { rule, backend, names, key, outcome, service: seen[0]?.service }
  return { observed, skipped: noted.skipped }
}

/** What is told, as the mesh would obey it. */
function obeyed(values: readonly ValueTold[]): Partial<Policies> {
  const fields: readonly AnyField[] = FIELDS
  return Object.fromEntries(
    fields.map((field) => {
      const own = values.filter((value) => value.field.split('.')[0] === field.name)
      const written = own
        .filter(({ field: path, value }) => !(path.includes('.') && value === 'off'))
        .reduce((whole: unknown, { field: path, value }) => laid(whole, path.split('.').slice(1), value), {})
      return [field.name, own[0]?.value === 'off' && field.policy() === undefined ? undefined : field.policy(written)]
    }),
  )
}

function laid(whole: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value
  return { ...(whole as object), [key]: laid((whole as Record<string, unknown>)[key] ?? {}, rest, value) }
}

const policiesOf = (service: LiveService) => {
  const { isOfRule: _, ...timeouts } = service.timeouts
  return { ...Object.fromEntries(FIELDS.map(({ name }) => [name, service[name]])), timeouts }
}

const ofState = ({ candidates }: Lead, state: string) =>
  candidates.filter((candidate) => candidate.state === state).map(({ endpoint }) => endpoint)

function expectTold(decision: Decision, { observed, skipped }: Awaited<ReturnType<typeof taken>>): void {
  expect([decision.names, decision.key]).toEqual([observed.names, observed.key])
  // What is told of single conditions adds up to what the rules as a whole have found.
  for (const { rules } of decision.records) {
    const matched = rules.filter((rule) => rule.matched)
    expect(rules.filter(({ isTaken }) => isTaken).length).toBe(matched.length > 0 ? 1 : 0)
    for (const { isTaken, why } of matched) expect(why).toMatch(isTaken ? /holds|every request/ : /more specific/)
  }
  if (decision.refused) {
    expect(decision.leads).toEqual([])
    expect(observed.outcome).toEqual(decision.refused)
    return
  }
  const isOf = ({ rule, backend, outcome }: Lead) =>
    rule === observed.rule &&
    // What answers by itself leads to no backend.
    (observed.backend === undefined || backend === observed.backend) &&
    JSON.stringify(outcome) === JSON.stringify(observed.outcome)
  const lead = decision.leads.find(isOf)
  expect(
    lead,
    JSON.stringify({ observed: observed.outcome, leads: decision.leads.map(({ outcome }) => outcome) }),
  ).toBeDefined()
  if (!lead || !observed.service) return
  const { candidates } = observed.service
  expect(ofState(lead, 'reachable')).toEqual(candidates.map(({ endpoint }) => endpoint.id))
  expect(ofState(lead, 'unreachable')).toEqual(skipped.map(({ endpoint }) => endpoint))
  expect(obeyed(lead.policy)).toEqual(policiesOf(observed.service))
}

// ── random records and requests ──

const NAMES = ['a', 'b', 'c', 'a.shop', 'b.a.shop', '*.shop', '*.a.shop']
const some = <Of>(...all: Of[]) => fc.constantFrom(...all)
const maybe = <Of>(arbitrary: fc.Arbitrary<Of>) => fc.option(arbitrary, { nil: undefined })
const name = some('a', 'b', 'c', 'a.shop', 'x.shop', 'nobody')
const path = some('/', '/a', '/a/b', '/ab', '/a?q=1', '/a/b?q=2&p=x', '/B')
const value = some('1', 'canary', 'x')

const endpoint = fc.oneof(
  some('https://one.example', 'https://two.example/base', 'http://localhost:1'),
  fc.record({ binding: some('USERS', 'GONE'), weight: some(0, 1, 2) }, { requiredKeys: ['binding'] }),
  fc.record(
    { url: some('https://three.example', 'https://four.example'), weight: some(0, 1, 5), locality: some('EU', 'AMS') },
    { requiredKeys: ['url'] },
  ),
  some({ object: { binding: 'ROOMS', key: 'name:hall' } }, { queue: { binding: 'JOBS' } }),
  some({ lambda: { function: 'arn:aws:lambda:eu-west-1:1:function:users:live', secret: 'AWS' } }),
)
const policy = fc.record(
  {
    timeouts: some({ request: '3s' }, { request: '2s', backendRequest: '1s' }, { bodyIdle: '0s' }, {}),
    retry: some({ attempts: 0 }, { codes: [500], backoff: '1ms' }, {}),
    retryConstraint: some<unknown>('off', { budget: { percent: 5 } }, { whenEmpty: 'stop' }),
    outlierDetection: some({ consecutive: 5 }, { maxEjectionPercent: 0 }),
    loadBalancer: some<unknown>('round-robin', 'least-request', { ringHash: { header: 'X-User' } }),
    hedge: some({}, { delay: '50ms' }, { maxExtraLoad: 0 }),
    limits: some({ maxInFlight: 3 }),
  },
  { requiredKeys: [] },
)
const match = fc.record(
  {
    path: fc.oneof(
      fc.record(
        { type: some('Exact', 'PathPrefix'), value: some('/', '/a', '/a/', '/a/b', '/ab') },
        { requiredKeys: [] },
      ),
      some({ type: 'RegularExpression', value: '/a.*' }, { type: 'RegularExpression', value: '/[A-Z]' }),
    ),
    method: some('GET', 'POST'),
    headers: fc.array(fc.record({ name: some('x-env', 'X-Env', 'host'), value: fc.oneof(value, name) }), {
      maxLength: 2,
    }),
    queryParams: fc.array(
      fc.record(
        { name: some('q', 'p'), value, type: some('Exact', 'RegularExpression') },
        { requiredKeys: ['name', 'value'] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)
const filter = fc.oneof(
  some(
    { type: 'URLRewrite', urlRewrite: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' } } },
    {
      type: 'URLRewrite',
      urlRewrite: { hostname: 'other.example', path: { type: 'ReplaceFullPath', replaceFullPath: '/all' } },
    },
    { type: 'RequestRedirect', requestRedirect: { hostname: 'away.example', statusCode: 301 } },
    { type: 'RequestRedirect', requestRedirect: { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: '/to' } } },
    { type: 'CORS', cors: { allowOrigins: ['https://page.example'] } },
    { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: 'x-set', value: '1' }] } },
    { type: 'ResponseHeaderModifier', responseHeaderModifier: { remove: ['server'] } },
    { type: 'RequestMirror', requestMirror: { backendRef: { name: 'b' }, percent: 50 } },
  ),
)
const backend = fc.record(
  { name: some('a', 'b', 'c', 'x.shop', 'nobody'), weight: some(0, 1, 9), filters: fc.array(filter, { maxLength: 1 }) },
  { requiredKeys: ['name'] },
)
const issuesOf = recordChecker()
const written = fc.record(
  {
    name: some('one', 'two', 'three'),
    matches: fc.array(match, { maxLength: 3 }),
    filters: fc.array(filter, { maxLength: 2 }),
    backendRefs: fc.array(backend, { maxLength: 3 }),
    timeouts: some({ request: '1s' }, { backendRequest: '400ms' }),
    retry: some({ attempts: 3 }, { codes: [503] }),
  },
  { requiredKeys: [] },
)
const rule = written
  .map((rule) => JSON.parse(JSON.stringify(rule)) as { name?: string })
  .filter((rule) => issuesOf({ rules: [rule] }).length === 0)
/** The later one of two that have one name has none. */
const rules = fc
  .array(rule, { minLength: 1, maxLength: 5 })
  .map((all) =>
    all.map(({ name, ...rule }, index) =>
      all.findIndex((one) => one.name === name) < index ? rule : { name, ...rule },
    ),
  )

const record: fc.Arbitrary<WrittenEntry> = fc.oneof(
  { weight: 1, arbitrary: some('https://plain.example', 'no record', '{"endpoints":[]}') },
  { weight: 2, arbitrary: fc.record({ alias: fc.oneof(name, fc.uniqueArray(name, { minLength: 1, maxLength: 3 })) }) },
  {
    weight: 16,
    arbitrary: fc
      .tuple(
        maybe(
          fc.uniqueArray(endpoint, {
            minLength: 1,
            maxLength: 4,
            selector: (one) => (typeof one === 'string' ? one : JSON.stringify({ ...one, weight: 0, locality: '' })),
          }),
        ),
        maybe(rules),
        policy,
      )
      .filter(([endpoints, rules]) => endpoints !== undefined || rules !== undefined)
      .map(([endpoints, rules, policy]) => JSON.parse(JSON.stringify({ endpoints, rules, ...policy })) as object),
  },
)
const records = fc
  .record(Object.fromEntries(NAMES.map((name) => [name, maybe(record)])))
  .map((all) =>
    Object.fromEntries(Object.entries(all).flatMap(([name, one]) => (one === undefined ? [] : [[name, one]]))),
  )
const question: fc.Arbitrary<Question & { name: string; path: string }> = fc.record({
  name: some('a', 'a', 'b', 'b', 'c', 'a.shop', 'x.shop', 'b.a.shop', 'nobody'),
  path,
  method: some('GET', 'GET', 'POST', 'OPTIONS'),
  headers: fc
    .record(
      {
        'x-env': value,
        'x-user': value,
        origin: some('https://page.example', 'https://other.example'),
        'access-control-request-method': some('GET'),
      },
      { requiredKeys: [] },
    )
    .map((headers) => JSON.parse(JSON.stringify(headers)) as Record<string, string>),
})

it('tells of random records and requests what a call through the stack does', async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(records, question, fc.nat(), async (records, question, seed) => {
      const place = { registry: memoryRegistry(records), installation: INSTALLATION, random: seeded(seed + 1) }
      const decision = await decide(question, { ...place, clock: virtualClock() })
      for (const draw of [seed, seed + 7, seed + 99]) expectTold(decision, await taken(records, question, draw))
      for (const { is, ...rest } of decision.refused
        ? [decision.refused]
        : decision.leads.map(({ outcome }) => outcome)) {
        const kind = 'code' in rest ? rest.code : is
        seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }),
    { numRuns: 120 },
  )
  // Of each kind there was something to compare.
  for (const kind of ['sent', 'no_endpoint', 'route_not_found', 'backend_not_found']) {
    expect(seen.get(kind) ?? 0, `${kind} of ${JSON.stringify([...seen])}`).toBeGreaterThan(0)
  }
})
