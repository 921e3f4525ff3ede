import { describe, expect, it } from 'vitest'
import { seeded } from '../../../src/core/time/random.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { decide } from '../../../src/mesh/told/decide.ts'
import type { Question } from '../../../src/mesh/told/question.ts'
import type { Place } from '../../../src/mesh/told/teller.ts'
import { memoryRegistry, type WrittenEntry } from '../../../src/registry/memory.ts'
import { createTestMesh } from '../../../src/testing.ts'
import type { Installation } from '../../../src/wire/installation.ts'

const INSTALLATION: Installation = { version: '1.0.0', cloud: false, bindings: { USERS: 'service' }, variables: {} }

function told(records: Record<string, WrittenEntry>, question: Question | string, more: Partial<Place> = {}) {
  const given = { installation: INSTALLATION, clock: virtualClock(), random: seeded(1) }
  const asked = typeof question === 'string' ? { url: question } : question
  return decide(asked, { registry: memoryRegistry(records), ...given, ...more })
}

const at = (value: string) => [{ path: { value } }]
const to = (...names: string[]) => names.map((name) => ({ name }))

describe('a decision that is told', () => {
  it('says which names were followed, and which keys were read with which revision', async () => {
    const registry = memoryRegistry({ users: { alias: ['gone', 'v2'] }, v2: { endpoints: ['https://v2.example'] } })
    registry.set('gone', { endpoints: [{ binding: 'GONE' }] }, '7')
    const { names, key, revision, read, leads } = await told({}, 'http://users/42', { registry })
    expect([names, key, revision]).toEqual([['users', 'v2'], 'services/v2', undefined])
    expect(read).toEqual([
      { key: 'services/users', isThere: true },
      { key: 'services/gone', isThere: true, revision: '7' },
      { key: 'services/v2', isThere: true },
    ])
    expect(leads).toMatchObject([{ share: 1, key: 'services/v2', outcome: { is: 'sent', host: 'users', path: '/42' } }])
  })

  it('looks, as the mesh does, at the first of two conditions on one header, whatever its case', async () => {
    const headers = [
      { name: 'X-Env', value: 'canary' },
      { name: 'x-env', value: '1' },
    ]
    const users = { endpoints: ['https://users.example'], rules: [{ matches: [{ headers }] }, {}] }
    const { records } = await told({ users }, { name: 'users', headers: { 'x-env': 'canary' } })
    expect(records[0]?.rules.map(({ matched, isTaken }) => [matched, isTaken])).toEqual([
      [true, true],
      [true, false],
    ])
  })

  it('says of each rule whether it matched, and of one that did not, why not', async () => {
    const users = {
      endpoints: ['https://users.example'],
      rules: [
        { name: 'canary', matches: [{ path: { value: '/a' }, headers: [{ name: 'X-Env', value: 'canary' }] }] },
        {
          matches: [
            { method: 'POST' },
            { queryParams: [{ name: 'page', value: '[0-9]+', type: 'RegularExpression' }] },
          ],
        },
        { name: 'all' },
        { name: 'longer', matches: at('/b/c') },
        { matches: at('/b') },
      ],
    }
    const { records } = await told({ users }, { name: 'users', path: '/b/c/d?page=x', headers: { 'x-env': 'prod' } })
    expect(records[0]?.rules.map(({ label, matched, isTaken, why }) => [label, matched, isTaken, why])).toEqual([
      ['canary', false, false, 'path /b/c/d is not under /a, header x-env is "prod", not "canary"'],
      ['rules[1]', false, false, 'method GET is not POST; query page is "x", which "[0-9]+" does not match'],
      ['all', true, false, 'It matches; longer does, too, and is more specific or stands before it.'],
      ['longer', true, true, 'Its match holds.'],
      ['rules[4]', true, false, 'It matches; longer does, too, and is more specific or stands before it.'],
    ])
  })

  it('says which rule cannot read a request that is too long for it', async () => {
    const long = `/${'a'.repeat(12_500)}`
    const path = { type: 'RegularExpression', value: '.*a.{400}x' } as const
    const users = { endpoints: ['https://users.example'], rules: [{ matches: [{ path }] }, { name: 'all' }] }
    const { refused, leads, records } = await told({ users }, { name: 'users', path: long })
    expect([refused?.code, leads]).toEqual(['uri_too_long', []])
    expect(records[0]?.rules[0]?.why).toContain('The path has 12501 characters')
    expect(records[0]?.rules.map(({ isTaken }) => isTaken)).toEqual([false, false])
  })

  it('goes on to wildcards where no rule matches, and tells of each record that it asked', async () => {
    const records = {
      'a.b.shop': { rules: [{ matches: at('/x'), backendRefs: to('v1') }] },
      '*.b.shop': { rules: [{ matches: at('/y'), backendRefs: to('v1') }] },
      '*.shop': 'https://shop.example',
    }
    const decision = await told(records, 'http://a.b.shop/z')
    expect(decision.records.map(({ key }) => key)).toEqual(['services/a.b.shop', 'services/*.b.shop'])
    expect(decision).toMatchObject({
      key: 'services/*.shop',
      leads: [{ rule: 'every request', key: 'services/*.shop' }],
    })
    const { refused, leads } = await told({ 'a.b.shop': records['a.b.shop'] }, 'http://a.b.shop/z')
    expect(leads).toEqual([])
    expect(refused).toEqual({ is: 'refused', code: 'route_not_found', status: 404, detail: 'No rule matches GET /z.' })
  })

  it('tells of every backend that may be chosen, with its share, its endpoints and what would come of it', async () => {
    const records = {
      users: {
        rules: [
          { backendRefs: [{ name: 'v1', weight: 3 }, { name: 'v2' }, { name: 'off', weight: 0 }, { name: 'gone' }] },
        ],
      },
      v1: { endpoints: [{ binding: 'USERS' }, 'https://v1.example'] },
      v2: { endpoints: [{ binding: 'OTHER' }, { url: 'https://v2.example', weight: 0 }] },
      off: 'https://off.example',
    }
    const { leads } = await told(records, 'http://users/')
    expect(leads.map(({ backend, share }) => [backend, share])).toEqual([
      ['v1', 0.6],
      ['v2', 0.2],
      ['gone', 0.2],
    ])
    expect(leads.map(({ outcome }) => ('code' in outcome ? outcome.code : outcome.is))).toEqual([
      'sent',
      'no_endpoint',
      'backend_not_found',
    ])
    const [v1, v2] = leads.map(({ candidates }) => candidates)
    expect(v1?.map(({ state, ejected }) => [state, ejected])).toEqual([
      ['reachable', 'unknown'],
      ['reachable', 'unknown'],
    ])
    expect(v2?.map(({ state, because }) => [state, because])).toEqual([
      ['unreachable', 'This Worker has no service binding "OTHER".'],
      ['drained', 'Its weight is 0: only a session leads there.'],
    ])
  })

  it('says what the filters do: the path that the endpoint sees, where a redirect leads, and what a page may read', async () => {
    const replace = { type: 'ReplacePrefixMatch', replacePrefixMatch: '/new' }
    const cors = { type: 'CORS', cors: { allowOrigins: ['https://page.example'] } }
    const copy = { type: 'RequestMirror', requestMirror: { backendRef: { name: 'v2' }, percent: 10 } }
    const set = {
      type: 'RequestHeaderModifier',
      requestHeaderModifier: { set: [{ name: 'x-a', value: '1' }], remove: ['x-b'] },
    }
    const users = {
      endpoints: ['https://users.example'],
      rules: [
        {
          matches: at('/old'),
          filters: [{ type: 'URLRewrite', urlRewrite: { path: replace, hostname: 'in.example' } }, set, copy],
        },
        { matches: at('/away'), filters: [cors, { type: 'RequestRedirect', requestRedirect: { path: replace } }] },
      ],
    }
    const rewritten = await told({ users }, 'http://users/old/1?x=2')
    expect(rewritten.leads[0]?.outcome).toEqual({ is: 'sent', host: 'in.example', path: '/new/1?x=2' })
    expect(rewritten.leads[0]?.filters.map(({ does }) => does)).toEqual([
      'rewrites the host and the path',
      'changes headers of the request: x-a is set, x-b is removed',
      'sends 10 % of the requests to v2, too',
    ])
    const { leads } = await told(
      { users },
      { url: 'https://users/away/1', headers: { origin: 'https://page.example' } },
    )
    expect(leads[0]?.outcome).toEqual({ is: 'answered', status: 302, location: 'https://users/new/1' })
    expect(leads[0]?.filters.map(({ does }) => does)).toEqual([
      'lets pages of https://page.example read the answer',
      'redirects with 302',
    ])
    const preflight = { origin: 'https://page.example', 'access-control-request-method': 'GET' }
    const asked = await told({ users }, { url: 'http://users/away', method: 'OPTIONS', headers: preflight })
    expect(asked.leads[0]?.outcome).toMatchObject({ is: 'answered', status: 204 })
  })

  it('says of each value of the policy who wrote it', async () => {
    const records = {
      users: { rules: [{ name: 'one', timeouts: { request: '2s' }, backendRefs: to('v1') }] },
      v1: {
        endpoints: ['https://v1.example'],
        timeouts: { request: '4s', backendRequest: '1s' },
        loadBalancer: 'round-robin',
      },
    }
    const variables = { MESH_DEFAULTS: '{"retry":{"attempts":1},"loadBalancer":"least-request","hedge":{}}' }
    const { leads } = await told(records, 'http://users/', { installation: { ...INSTALLATION, variables } })
    const values = Object.fromEntries(
      leads[0]?.policy.map(({ field, value, source }) => [field, [value, source]]) ?? [],
    )
    expect(values).toMatchObject({
      'timeouts.request': ['2s', 'rule one'],
      'timeouts.backendRequest': ['1s', 'record'],
      'timeouts.bodyIdle': ['10s', 'built in'],
      'retry.attempts': [1, 'MESH_DEFAULTS'],
      'retry.codes': [[502, 503, 504], 'built in'],
      loadBalancer: ['round-robin', 'record'],
      'hedge.delay': ['p95', 'built in'],
    })
  })

  it('is made of what would stand there: records given with the question, and names taken away', async () => {
    const records = { users: { alias: 'v1' }, v1: 'https://v1.example' }
    const whatIf = { v1: null, v2: '{"endpoints":["https://v2.example"]}', users: '{"alias":["v1","v2"]}' }
    const decision = await told(records, 'http://users/', { whatIf })
    expect(decision.names).toEqual(['users', 'v2'])
    expect(decision.read).toContainEqual({ key: 'services/v1', isThere: false, isWhatIf: true })
    expect(decision.leads[0]?.candidates[0]?.endpoint).toBe('https://v2.example')
    const refused = await told(records, 'http://users/', { whatIf: { users: '{"aliases":[]}' } })
    expect(refused.refused).toMatchObject({ code: 'record_invalid', detail: expect.stringContaining('$.aliases') })
  })

  it('says that it does not know, where nobody has said which bindings there are', async () => {
    const users = { endpoints: [{ binding: 'ANY' }, { queue: { binding: 'JOBS' } }, 'https://users.example'] }
    const { leads } = await told({ users }, 'http://users/', { installation: undefined })
    expect(leads[0]?.candidates.map(({ state }) => state)).toEqual(['unknown', 'unknown', 'reachable'])
    expect(leads[0]?.outcome.is).toBe('sent')
  })

  it('reads names as the mesh does: in the path on its own hosts, with its domain, and by a tag where one is said', async () => {
    const records = { users: 'https://users.example', 'users@pr-1': 'https://pr.example' }
    const variables = { MESH_HOSTS: 'mesh.example', MESH_DOMAIN: 'internal' }
    const more = { installation: { ...INSTALLATION, variables } }
    for (const url of ['https://mesh.example/svc/users/1?a', 'http://users.internal/1?a', 'http://USERS/1?a']) {
      expect((await told(records, url, more)).request).toEqual({ method: 'GET', name: 'users', path: '/1?a' })
    }
    const tagged = await told(records, { name: 'users@pr-1' })
    expect(tagged.leads[0]?.candidates[0]?.endpoint).toBe('https://pr.example')
  })

  it.each([
    [{}, /"url", or "name"/],
    [{ url: 'http://users/', name: 'users' }, /not both/],
    [{ name: 'users', path: 'a' }, /begins with "\/", got "a"/],
    [{ url: 'users/1' }, /can be sent/],
    [{ url: 'http://users/', method: 'NO WAY' }, /can be sent/],
    [{ url: 'http://us_ers/' }, /"us_ers" is not a service name/],
  ])('refuses a question that means nothing: %j', async (question, message) => {
    await expect(told({}, question)).rejects.toThrow(message)
  })

  it('tells nothing where the registry cannot be read', async () => {
    const registry = { read: () => Promise.reject(new Error('the object is gone')) }
    await expect(told({}, 'http://users/', { registry })).rejects.toThrow('the object is gone')
  })

  it('keeps a session where it was', async () => {
    const mesh = createTestMesh({ v1: () => new Response('v1'), v2: () => new Response('v2') })
    const users = { rules: [{ backendRefs: to('v1', 'v2'), sessionPersistence: { cookie: { name: 'stay' } } }] }
    mesh.registry.set('users', users)
    const response = await mesh.clock.run(mesh.fetch('http://users/'))
    const cookie = response.headers.get('set-cookie')?.split(';')[0] ?? ''
    const installation = { ...INSTALLATION, bindings: { SERVICE_0: 'service', SERVICE_1: 'service' } } as const
    const more = { registry: mesh.registry, installation }
    const { leads } = await told({}, { name: 'users', headers: { cookie } }, more)
    expect(leads).toMatchObject([{ backend: await response.text(), isKept: true, share: 1 }])
    expect((await told({}, 'http://users/', more)).leads).toHaveLength(2)
  })
})

describe('who may call', () => {
  const rules = [
    { name: 'known', effect: 'allow', callers: ['checkout'] },
    { name: 'no admin', effect: 'deny', paths: ['/admin'] },
  ]
  const users = { endpoints: ['https://users.example'], access: { default: 'deny', rules } }

  it.each<[string | undefined, string, object, string]>([
    ['checkout', '/42', { rule: 'known', effect: 'allow' }, 'sent'],
    ['checkout', '/admin', { rule: 'no admin', effect: 'deny' }, 'caller_denied'],
    ['thumb', '/42', { rule: 'default', effect: 'deny' }, 'caller_denied'],
    [undefined, '/42', { rule: 'default', effect: 'deny' }, 'caller_unknown'],
  ])('is told of %s at %s', async (caller, path, note, end) => {
    const { access, leads, refused } = await told({ users }, { name: 'users', path, caller })
    expect(access).toEqual([{ record: 'services/users', mode: 'enforce', proof: expect.any(String), ...note }])
    const outcome = refused ?? leads[0]?.outcome
    expect(outcome?.is === 'refused' ? outcome.code : outcome?.is).toBe(end)
  })

  it('is told of a trial, which refuses nothing', async () => {
    const trial = { ...users, access: { ...users.access, mode: 'audit' } }
    const { access, leads } = await told({ users: trial }, { name: 'users' })
    expect(access).toMatchObject([{ effect: 'deny', mode: 'audit' }])
    expect(leads[0]?.outcome.is).toBe('sent')
  })

  it('is told of each record on the way', async () => {
    const door = { rules: [{ name: 'all', backendRefs: to('users') }] }
    const { access } = await told({ door, users }, { name: 'door', caller: 'thumb' })
    expect(access).toMatchObject([{ record: 'services/users', rule: 'default', effect: 'deny' }])
  })

  const scoped = { name: 'scoped', effect: 'allow', callers: ['*.partners'], claims: { scope: ['read'] } }
  const revoked = { name: 'revoked', effect: 'deny', claims: { status: ['revoked'] } }
  const without = (effect: string, rule = 'default') => ({ effect, rule })
  it.each<[string, string, object[], string | undefined, object, string]>([
    ['may be let in', 'deny', [scoped], 'acme.partners', { rule: 'scoped', without: without('deny') }, 'sent'],
    ['may be denied', 'allow', [revoked], 'acme.partners', { rule: 'revoked', without: without('allow') }, 'sent'],
    [
      'may be denied though a rule names it',
      'deny',
      [...rules, revoked],
      'checkout',
      { rule: 'revoked', without: without('allow', 'known') },
      'sent',
    ],
    ['is let in, with or without', 'allow', [scoped], 'acme.partners', { rule: 'default', effect: 'allow' }, 'sent'],
    [
      'is denied, with or without',
      'deny',
      [scoped, { name: 'closed', effect: 'deny' }],
      'acme.partners',
      { rule: 'closed', effect: 'deny' },
      'caller_denied',
    ],
    ['is not meant', 'deny', [scoped], 'thumb', { rule: 'default', effect: 'deny' }, 'caller_denied'],
    ['is no guest, without a name', 'allow', [revoked], undefined, { rule: 'default', effect: 'allow' }, 'sent'],
  ])('depends on the claims of who %s: they are not known', async (_, otherwise, rules, caller, note, end) => {
    const guarded = { ...users, access: { default: otherwise, rules } }
    const { access, leads, refused } = await told({ users: guarded }, { name: 'users', caller })
    expect(access).toEqual([
      { record: 'services/users', mode: 'enforce', proof: expect.any(String), effect: 'unknown', ...note },
    ])
    const outcome = refused ?? leads[0]?.outcome
    expect(outcome?.is === 'refused' ? outcome.code : outcome?.is).toBe(end)
  })

  it('takes no caller that is none', async () => {
    await expect(told({ users }, { name: 'users', caller: 'No Name' })).rejects.toMatchObject({
      code: 'service_not_named',
    })
  })
})
