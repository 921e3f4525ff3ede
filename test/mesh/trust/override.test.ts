/** Signed overrides on their way: what they swap, what they never do, and what becomes of those that nobody believes. */
import { beforeAll, describe, expect, it } from 'vitest'
import { receipts } from '../../../src/cloud.ts'
import type { Proof } from '../../../src/core/caller.ts'
import { createMesh } from '../../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../../src/mesh/options.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { explain } from '../../../src/mesh/told/explain.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { access, trust } from '../../../src/trust.ts'
import { decodeReceipt } from '../../../src/wire/receipt/decode.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenOverride, givenToken, unsigned } from '../../support/given-keys.ts'

let mesh1: GivenKey
let ci1: GivenKey
let thumb1: GivenKey
beforeAll(async () => {
  mesh1 = await givenKey('mesh-1')
  ci1 = await givenKey('ci-1', { 'selvedge:overrides': ['*@pr-*'] })
  thumb1 = await givenKey('thumb-1', { 'selvedge:callers': ['thumbnailer'] })
})

const keys = () => ({ keys: [mesh1.open, ci1.open, thumb1.open] })

type Asked = Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> }

interface By {
  caller?: string
  proof?: Proof
  trusted?: boolean
}

const to = (binding: string, more: object = {}) => ({ endpoints: [{ binding }], ...more })
const RECORDS = { users: to('USERS'), 'users@pr-1': to('PREVIEW'), orders: to('ORDERS') }

/** A mesh Worker whose records lead to what is noted, each with the name of its binding. */
function given(records: Record<string, object> = RECORDS, over: Partial<MeshOptions> = {}) {
  const clock = cryptoClock()
  const sent: { readonly at: string; readonly request: Request }[] = []
  const noting = (at: string) => ({
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      sent.push({ at, request: new Request(input as RequestInfo, init) })
      return new Response(at)
    },
  })
  const registry = memoryRegistry(records)
  const enter = proxy({
    registry,
    env: { USERS: noting('USERS'), PREVIEW: noting('PREVIEW'), ORDERS: noting('ORDERS') },
    clock,
    random: seeded(7),
    fetch: noting('FETCH').fetch as typeof fetch,
    log: 'off',
    trust: trust({ domain: DOMAIN, keys: keys(), members: ['*.internal.example.com'] }),
    ...over,
  })
  const ask = (url: string, baggage?: string, init: Asked = {}, { caller, proof, trusted = false }: By = {}) => {
    const request = new Request(url, { ...init, headers: { ...init.headers, ...(baggage && { baggage }) } })
    const { host, pathname, search } = new URL(url)
    const identify = () => ({ name: host, path: pathname + search })
    return clock.run(enter(request, { trusted, caller, proof, defer: () => {}, identify }))
  }
  const token = (over = {}, key = mesh1) => givenOverride(key, clock.now(), over)
  const member = async (over = {}, key = mesh1) => `selvedge-override=${await token(over, key)}`
  return { ask, sent, token, member, clock, registry, noting }
}

const told = (answer: Response) => answer.headers.get('proxy-status')

describe('a signed override', () => {
  it.each(['GET', 'POST'])(
    'sends a %s of a stranger to the record that it names, and goes on with it',
    async (method) => {
      const { ask, member, sent } = given()
      const baggage = `a=1,${await member()}`
      const answer = await ask('http://users/42', baggage, { method })
      expect([answer.status, await answer.text(), told(answer)]).toEqual([200, 'PREVIEW', null])
      expect(sent.map(({ request }) => request.headers.get('baggage'))).toEqual([baggage])
    },
  )

  it('is about the names that it lists, and of others goes by', async () => {
    const { ask, member, sent } = given()
    const baggage = await member()
    expect(await (await ask('http://orders/', baggage, { method: 'POST' })).text()).toBe('ORDERS')
    expect(sent[0]?.request.headers.get('baggage')).toBe(baggage)
  })

  it('is verified once, and holds until it expires', async () => {
    const { ask, member, clock } = given()
    const baggage = await member()
    expect(await (await ask('http://users/', baggage)).text()).toBe('PREVIEW')
    await clock.advance(3_629_000)
    expect(await (await ask('http://users/', baggage)).text()).toBe('PREVIEW')
    await clock.advance(2_000)
    const late = await ask('http://users/', baggage)
    expect([await late.text(), told(late)]).toEqual([
      'USERS',
      'selvedge; details="override of users not applied: expired 31 s ago"',
    ])
  })

  it('of a key for tags swaps these tags', async () => {
    const { ask, member } = given({ ...RECORDS, 'users@next': to('ORDERS') })
    expect(await (await ask('http://users/', await member({}, ci1))).text()).toBe('PREVIEW')
    const answer = await ask('http://users/', await member({ claims: { o: { users: 'users@next' } } }, ci1))
    expect([await answer.text(), told(answer)]).toEqual(['USERS', expect.stringContaining('may not swap these names')])
  })

  it('follows an alias of the record that it names, and its rules count', async () => {
    const ruled = { rules: [{ name: 'all', backendRefs: [{ name: 'orders' }] }] }
    const { ask, member } = given({ ...RECORDS, 'users@pr-1': { alias: 'users@pr-2' }, 'users@pr-2': ruled })
    expect(await (await ask('http://users/', await member())).text()).toBe('ORDERS')
  })

  it('answers of a version that a record pins', async () => {
    const pinned = { endpoints: [{ binding: 'USERS', worker: 'users', version: 'a1b2' }] }
    const { ask, member, sent } = given({ users: to('USERS'), 'users@pr-1': pinned })
    await ask('http://users/', await member())
    expect(sent[0]?.request.headers.get('cloudflare-workers-version-overrides')).toBe('users="a1b2"')
  })
})

describe('an override that is not applied', () => {
  const cases: [string, (of: ReturnType<typeof given>) => Promise<string> | string, string][] = [
    ['expired', ({ member }) => member({ claims: { iat: 1_799_990_000, exp: 1_799_993_600 } }), 'expired 6400 s ago'],
    ['lives too long', ({ member, clock }) => member({ claims: { exp: clock.now() / 1000 + 90_000 } }), 'a life'],
    [
      'is of nobody',
      () =>
        `selvedge-override=${unsigned({ alg: 'none', typ: 'selvedge-override+jwt' }, { o: { users: 'users@pr-1' } })}`,
      'no kid or no alg',
    ],
    ['has a wrong signature', async ({ member }) => `${(await member()).slice(0, -4)}AAAA`, 'a wrong signature'],
    [
      'is of a key that nobody knows',
      async ({ member }) => member({}, await givenKey('other')),
      'a key that is not known',
    ],
    [
      'is of a key that is somebody else',
      async ({ member }) => member({}, { ...(await givenKey('mesh-1')) }),
      'a wrong signature',
    ],
    ['is of a function', ({ member }) => member({}, thumb1), 'a key that may not swap these names'],
    [
      'is an identity',
      async ({ clock }) =>
        `selvedge-override=${await givenToken(mesh1, clock.now(), { claims: { o: { users: 'users@pr-1' } } })}`,
      'another type of token',
    ],
    ['is of another mesh', ({ member }) => member({ claims: { iss: 'other.example' } }), 'another issuer'],
    ['is no token', () => 'selvedge-override=abc', 'no token'],
    ['stands there twice', async ({ member }) => `${await member()},${await member()}`, 'no token'],
    [
      'names what is not there',
      ({ member }) => member({ claims: { o: { users: 'users@gone' } } }),
      'no record is called users@gone',
    ],
    [
      'leads to another service',
      ({ member }) => member({ claims: { o: { users: 'orders@pr-1' } } }),
      'a key that may not swap these names',
    ],
  ]

  it.each(cases)('since it %s: what only reads goes to the service itself, and is told so', async (_, make, why) => {
    const all = given()
    const baggage = await make(all)
    const answer = await all.ask('http://users/', `a=1,${baggage}`)
    expect([answer.status, await answer.text()]).toEqual([200, 'USERS'])
    expect(told(answer)).toContain(`details="override of users not applied: ${why}`)
    // What nobody believes goes no further; what is believed, and is about nothing here, does.
    const isSound = why.startsWith('no record')
    expect(all.sent[0]?.request.headers.get('baggage')).toBe(isSound ? `a=1,${baggage}` : 'a=1')
  })

  it.each(cases)('since it %s: what writes is refused, and nobody sees it', async (_, make, why) => {
    const all = given()
    const answer = await all.ask('http://users/', await make(all), { method: 'POST', body: '1' })
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([404, 'service_not_found'])
    expect(told(answer)).toContain(`override of users not applied: ${why}`)
    expect(all.sent).toEqual([])
  })

  it('leaves calls of other names alone', async () => {
    const { ask, member, sent } = given()
    const expired = await member({ claims: { iat: 1_799_990_000, exp: 1_799_993_600 } })
    const answer = await ask('http://orders/', expired, { method: 'POST' })
    expect([answer.status, told(answer)]).toEqual([200, null])
    expect(sent[0]?.request.headers.get('baggage')).toBeNull()
  })

  it('ends at once where its key is retired', async () => {
    const clock = cryptoClock()
    let set = keys()
    const TRUST = { get: async () => JSON.stringify(set) }
    const { ask } = given(RECORDS, {
      clock,
      trust: trust({ env: { MESH_TRUST: { domain: DOMAIN, keys: 'kv' }, TRUST } }),
    })
    const baggage = `selvedge-override=${await givenOverride(ci1, clock.now())}`
    expect(await (await ask('http://users/', baggage)).text()).toBe('PREVIEW')
    set = { keys: [mesh1.open] }
    // Keys are fresh for five seconds; the request after that has them read anew.
    await clock.advance(6_000)
    await ask('http://orders/', baggage)
    const answer = await ask('http://users/', baggage)
    expect([await answer.text(), told(answer)]).toEqual(['USERS', expect.stringContaining('a key that is not known')])
  })

  it('is told of keys that cannot be read: what reads falls back, what writes may come again', async () => {
    const TRUST = { get: async () => Promise.reject(new Error('down')) }
    const { ask, member } = given(RECORDS, {
      trust: trust({ env: { MESH_TRUST: { domain: DOMAIN, keys: 'kv' }, TRUST } }),
    })
    const baggage = await member()
    const read = await ask('http://users/', baggage)
    expect([await read.text(), told(read)]).toEqual(['USERS', expect.stringContaining('the keys cannot be read')])
    const write = await ask('http://users/', baggage, { method: 'PUT' })
    expect([write.status, write.headers.get('selvedge-retryable')]).toEqual([503, 'true'])
    const other = await ask('http://orders/', baggage, { method: 'PUT' })
    expect([other.status, told(other)]).toEqual([200, null])
  })
})

describe('a receipt', () => {
  const BY: By = { caller: 'checkout', proof: 'binding', trusted: true }
  const noted = async (baggage: string, all: ReturnType<typeof given>) => {
    const answer = await all.ask('http://users/', baggage, { headers: { 'selvedge-explain': '1' } }, BY)
    const view = decodeReceipt(answer.headers.get('selvedge-receipt') ?? '')
    const said = explain(view).steps.find(({ what }) => what === 'override')?.said
    return { path: view.path, key: view.key, override: view.override, said }
  }

  it('tells which record took the place of what was called, and for whom', async () => {
    const all = given(RECORDS, { receipts })
    expect(await noted(await all.member(), all)).toEqual({
      path: ['users', 'users@pr-1'],
      key: 'services/users@pr-1',
      override: { to: 'users@pr-1', by: 'alice' },
      said: ['users@pr-1, for alice'],
    })
  })

  it('tells why an override was not applied', async () => {
    const all = given(RECORDS, { receipts })
    expect(await noted('selvedge-override=abc', all)).toMatchObject({
      key: 'services/users',
      override: { ignored: 'no token' },
      said: ['not applied: no token'],
    })
  })
})

describe('an override gives no right', () => {
  const ONLY = (...callers: string[]) => ({ default: 'deny', rules: [{ name: 'known', effect: 'allow', callers }] })
  const BY: By = { caller: 'checkout', proof: 'binding', trusted: true }

  it.each([
    ['both let in', ONLY('checkout'), ONLY('checkout'), 200],
    ['the record that was called does not', ONLY('cart'), ONLY('checkout'), 403],
    ['the record in its place does not', ONLY('checkout'), ONLY('cart'), 403],
    ['the one in its place says nothing', ONLY('checkout'), undefined, 200],
    ['the one that was called says nothing', undefined, ONLY('cart'), 403],
  ])('where %s', async (_, called, instead, status) => {
    const { ask, member } = given({
      users: to('USERS', { access: called }),
      'users@pr-1': to('PREVIEW', { access: instead }),
    })
    expect((await ask('http://users/', await member(), {}, BY)).status).toBe(status)
  })

  it('and no name: a stranger stays one', async () => {
    const { ask, member } = given({ users: to('USERS', { access: ONLY('alice') }), 'users@pr-1': to('PREVIEW') })
    expect((await ask('http://users/', await member())).status).toBe(401)
  })
})

describe('an override on its way', () => {
  it.each([
    ['a binding', to('USERS'), true],
    ['an address of the mesh', { endpoints: ['https://a.internal.example.com'] }, true],
    ['any other address', { endpoints: ['https://elsewhere.example'] }, false],
  ])('is carried to %s: %#', async (_, orders, isCarried) => {
    const { ask, member, sent } = given({ ...RECORDS, orders })
    const baggage = await member()
    await ask('http://orders/', `a=1,${baggage}`)
    expect(sent[0]?.request.headers.get('baggage')).toBe(isCarried ? `a=1,${baggage}` : 'a=1')
  })

  it('is taken off an answer that hands it back', async () => {
    const echo = {
      fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
        const baggage = new Request(input as RequestInfo, init).headers.get('baggage') ?? ''
        return new Response('', { headers: { baggage } })
      },
    }
    const { ask, member } = given(RECORDS, { env: { PREVIEW: echo } })
    expect((await ask('http://users/', `a=1,${await member()}`)).headers.get('baggage')).toBe('a=1')
    expect((await ask('http://users/', await member())).headers.get('baggage')).toBeNull()
  })

  it('rests in a queue with its request', async () => {
    const messages: { data: { headers: [string, string][] } }[] = []
    const JOBS = { send: async (message: (typeof messages)[number]) => void messages.push(message) }
    const { ask, member } = given({ jobs: { endpoints: [{ queue: { binding: 'JOBS' } }] } }, { env: { JOBS } })
    const baggage = await member()
    expect((await ask('http://jobs/', baggage, { method: 'POST' })).status).toBe(202)
    expect(messages[0]?.data.headers).toContainEqual(['baggage', baggage])
  })

  it('passes through a function that calls with headers of its own, and through one that copies none', async () => {
    for (const own of [{}, { baggage: 'b=2' }]) {
      const { member, noting, sent, clock } = given()
      const mesh = createMesh({
        registry: memoryRegistry(RECORDS),
        env: { USERS: noting('USERS'), PREVIEW: noting('PREVIEW') },
        clock,
        random: seeded(7),
        log: 'off',
        trust: trust({ domain: DOMAIN, keys: keys() }),
      })
      const baggage = await member()
      // As curl sends it: without a trace.
      const call = mesh.for(new Request('http://front/', { headers: { baggage } }))
      expect(await (await clock.run(call.fetch('http://users/', { headers: own }))).text()).toBe('PREVIEW')
      const next = sent[0]?.request.headers.get('baggage')
      expect(next).toBe([...Object.values(own).map(() => 'b=2'), baggage].join(','))
    }
  })

  it('crosses three hops: the mesh, a function and the mesh again, each of which verifies it', async () => {
    const { member, clock } = given()
    const seen: string[] = []
    const world: Record<string, object> = {}
    const records = {
      front: to('FRONT'),
      orders: to('ORDERS'),
      users: to('USERS'),
      'orders@pr-1': to('ORDERS_PREVIEW'),
      'users@pr-1': to('USERS_PREVIEW'),
    }
    const trusting = () => trust({ domain: DOMAIN, keys: keys() })
    const base = { clock, random: seeded(7), log: 'off', registry: memoryRegistry(records), env: world } as const
    const enter = proxy({ ...base, trust: trusting() })
    const through = (request: Request) => {
      const { host, pathname } = new URL(request.url)
      const identify = () => ({ name: host, path: pathname })
      return enter(request, { trusted: false, defer: () => {}, identify })
    }
    const hop = (at: string, next?: string) => ({
      async fetch(input: RequestInfo | URL, init?: RequestInit) {
        const request = new Request(input as RequestInfo, init)
        seen.push(at)
        // A tracing library keeps baggage; nothing else is passed on.
        const baggage = request.headers.get('baggage') ?? ''
        return next === undefined ? new Response('ok') : through(new Request(next, { headers: { baggage } }))
      },
    })
    Object.assign(world, {
      FRONT: hop('front', 'http://orders/'),
      ORDERS: hop('orders', 'http://users/'),
      ORDERS_PREVIEW: hop('orders@pr-1', 'http://users/'),
      USERS: hop('users'),
      USERS_PREVIEW: hop('users@pr-1'),
    })
    const baggage = await member({ claims: { o: { orders: 'orders@pr-1', users: 'users@pr-1' } } })
    await clock.run(through(new Request('http://front/', { headers: { baggage } })))
    await clock.run(through(new Request('http://front/')))
    expect(seen).toEqual(['front', 'orders@pr-1', 'users@pr-1', 'front', 'orders', 'users'])
  })
})

describe('without an override', () => {
  const HEADERS = { baggage: 'a=1', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, 'x-own': '1' }
  const headersOf = async (mesh: ReturnType<typeof given>) => {
    await mesh.ask('http://users/', undefined, { headers: HEADERS })
    return [...(mesh.sent[0]?.request.headers ?? [])]
  }

  it('a request is byte for byte what it is in a mesh that knows no overrides', async () => {
    expect(await headersOf(given())).toEqual(await headersOf(given(RECORDS, { trust: access })))
  })

  it('a mesh without keys removes what strangers bring, as before', async () => {
    const { ask, member, sent } = given(RECORDS, { trust: access })
    const answer = await ask('http://users/', `a=1,${await member()}`)
    expect([await answer.text(), told(answer)]).toEqual(['USERS', null])
    expect(sent[0]?.request.headers.get('baggage')).toBe('a=1')
  })
})
