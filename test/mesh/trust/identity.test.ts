/** Tokens on their way: who is known by one, where one is sent, and what never leaves the mesh. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Proof } from '../../../src/core/caller.ts'
import type { LogEntry } from '../../../src/core/log.ts'
import { createMesh } from '../../../src/mesh/mesh.ts'
import type { MeshOptions } from '../../../src/mesh/options.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { access, trust } from '../../../src/trust.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenOverride, givenToken, unsigned } from '../../support/given-keys.ts'

let mesh1: GivenKey
let thumb1: GivenKey
beforeAll(async () => {
  mesh1 = await givenKey('mesh-1')
  thumb1 = await givenKey('thumb-1', { 'selvedge:callers': ['thumbnailer'] })
})

const jwks = () => ({ keys: [mesh1.open, thumb1.open] })
const ONLY_CHECKOUT = { default: 'deny', rules: [{ name: 'readers', effect: 'allow', callers: ['checkout'] }] }

interface By {
  caller?: string
  proof?: Proof
  trusted?: boolean
}

/** A mesh Worker with keys, whose records lead to what is noted. */
function given(records: Record<string, object>, over: Partial<MeshOptions> & { store?: object } = {}) {
  const clock = cryptoClock()
  const logged: LogEntry[] = []
  const sent: Request[] = []
  const note = async (input: RequestInfo | URL, init?: RequestInit) => {
    sent.push(new Request(input as RequestInfo, init))
    return new Response('ok')
  }
  const enter = proxy({
    registry: memoryRegistry(records),
    env: { USERS: { fetch: note } },
    clock,
    random: seeded(7),
    fetch: note as typeof fetch,
    log: (entry) => logged.push(entry),
    trust: trust({
      domain: DOMAIN,
      keys: jwks(),
      key: mesh1.secret,
      members: ['*.internal.example.com', 'users.example.com'],
    }),
    ...over,
  })
  const ask = (
    url: string,
    headers: Record<string, string> = {},
    { caller, proof, trusted = false }: By = {},
    init: RequestInit = {},
  ) => {
    const request = new Request(url, { ...init, headers })
    const { host, pathname, search } = new URL(url)
    const identify = () => ({ name: host, path: pathname + search })
    return clock.run(enter(request, { trusted, caller, proof, defer: () => {}, identify }))
  }
  const token = (over = {}, key = mesh1) => givenToken(key, clock.now(), over)
  return { ask, sent, logged, token, clock }
}

const INSIDE = { endpoints: [{ binding: 'USERS' }] }

describe('a token that a request brings', () => {
  it('makes its caller a member, whom records may let in', async () => {
    const { ask, token, sent } = given({ users: { ...INSIDE, access: ONLY_CHECKOUT } })
    expect((await ask('http://users/')).status).toBe(401)
    expect((await ask('http://users/', { 'selvedge-identity': await token() })).status).toBe(200)
    // Bindings are told who calls; the token goes no further.
    expect(sent.map(({ headers }) => [headers.get('selvedge-caller'), headers.get('selvedge-identity')])).toEqual([
      ['checkout', null],
    ])
  })

  it('tells a member that is refused why: its caller and its proof', async () => {
    const { ask, token } = given({ users: { ...INSIDE, access: ONLY_CHECKOUT } })
    const answer = await ask('http://users/', {
      'selvedge-identity': await token({ claims: { sub: 'thumbnailer' } }, thumb1),
    })
    expect(answer.status).toBe(403)
    expect(((await answer.json()) as { detail: string }).detail).toMatch(/"thumbnailer" \(proof: identity\)/)
  })

  it.each<[string, () => Promise<string> | string, RegExp]>([
    [
      'is for another receiver',
      () => givenToken(mesh1, cryptoClock().now(), { claims: { aud: 'billing' } }),
      /another receiver/,
    ],
    ['is of a key that may not speak for its caller', () => givenToken(thumb1, cryptoClock().now()), /may not speak/],
    [
      'is two tokens',
      async () => `${await givenToken(mesh1, cryptoClock().now())}, ${await givenToken(mesh1, cryptoClock().now())}`,
      /no token/,
    ],
    ['was signed by nobody', () => unsigned({ alg: 'none' }, { sub: 'checkout' }), /another type/],
  ])('is refused, whatever the record says, where it %s', async (_, made, why) => {
    const { ask, sent, logged } = given({ users: INSIDE })
    const text = await made()
    const answer = await ask('http://users/', { 'selvedge-identity': text })
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([401, 'caller_unknown'])
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="mesh.example.com", error="invalid_token", error_description="/,
    )
    expect(answer.headers.get('www-authenticate')).toMatch(why)
    expect(sent).toEqual([])
    expect(JSON.stringify([await answer.text(), ...answer.headers, logged])).not.toContain(text)
  })

  it('is not read where a binding has said who calls', async () => {
    const { ask, token, sent } = given({ users: { ...INSIDE, access: ONLY_CHECKOUT } })
    const by: By = { caller: 'thumb', proof: 'binding', trusted: true }
    expect((await ask('http://users/', { 'selvedge-identity': await token() }, by)).status).toBe(403)
    expect(sent).toEqual([])
  })

  it('is judged by nobody where keys cannot be read: 503 that may be sent again, never 401', async () => {
    const TRUST = { get: async () => null }
    const { ask, token } = given(
      { users: INSIDE },
      { trust: trust({ env: { MESH_TRUST: { domain: DOMAIN, keys: 'kv' }, TRUST } }) },
    )
    const answer = await ask('http://users/', { 'selvedge-identity': await token() })
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([503, 'trust_unavailable'])
    expect([answer.headers.get('selvedge-retryable'), answer.headers.get('www-authenticate')]).toEqual(['true', null])
    expect((await ask('http://users/')).status).toBe(200)
  })

  it('is of no use to a mesh without keys', async () => {
    const { ask, token, sent } = given({ users: INSIDE }, { trust: access })
    expect((await ask('http://users/', { 'selvedge-identity': await token() })).status).toBe(200)
    expect(sent[0]?.headers.get('selvedge-identity')).toBeNull()
  })

  it('lets its caller grant retries and say a priority, as a member may', async () => {
    const { ask, token, sent } = given({ users: INSIDE })
    const said = { 'selvedge-priority': 'critical', 'selvedge-retry-allowance': '1' }
    await ask('http://users/', said)
    await ask('http://users/', { ...said, 'selvedge-identity': await token() })
    expect(sent.map(({ headers }) => headers.get('selvedge-priority'))).toEqual([null, 'critical'])
  })
})

describe('a call that leaves', () => {
  const url = (host: string) => ({ endpoints: [`https://${host}/v1`] })
  const BY: By = { caller: 'checkout', proof: 'binding', trusted: true }
  const OVERRIDE = 'a=1,selvedge-override=abc,b=2'

  it('has a token where its endpoint belongs to the mesh: for that record, of that caller', async () => {
    const { ask, sent } = given({ users: url('a.internal.example.com'), '*.shop': url('users.example.com') })
    await ask('http://users/', {}, BY)
    await ask('http://cart.shop/', {}, BY)
    const other = given(
      { users: url('a.internal.example.com') },
      { trust: trust({ domain: DOMAIN, keys: { keys: [mesh1.open] } }) },
    )
    for (const [index, aud] of ['users', 'cart.shop'].entries()) {
      const text = sent[index]?.headers.get('selvedge-identity') ?? ''
      expect(sent[index]?.headers.get('selvedge-caller')).toBe('checkout')
      expect(JSON.parse(Buffer.from(text.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({
        aud,
        sub: 'checkout',
        iss: DOMAIN,
      })
    }
    // Its receiver knows who calls.
    const answer = await other.ask('http://users/', {
      'selvedge-identity': sent[0]?.headers.get('selvedge-identity') ?? '',
    })
    expect(answer.status).toBe(200)
  })

  it('has the same token from every isolate within a minute', async () => {
    const texts = []
    for (const _ of [1, 2]) {
      const { ask, sent } = given({ users: url('a.internal.example.com') })
      await ask('http://users/', {}, BY)
      await ask('http://users/', {}, BY)
      texts.push(...sent.map(({ headers }) => headers.get('selvedge-identity')))
    }
    expect([new Set(texts).size, texts.length]).toEqual([1, 4])
  })

  it.each([
    ['another host', 'evil.example'],
    ['a host that ends like a member', 'evilinternal.example.com'],
    ['the apex of a pattern', 'internal.example.com'],
    ['a host that begins like a member', 'users.example.com.evil.example'],
  ])('tells %s neither who calls nor what it may spend, and carries no override there', async (_, host) => {
    const { ask, sent } = given({ users: url(host) })
    await ask('http://users/', { baggage: OVERRIDE, 'selvedge-timeout-ms': '900' }, BY)
    const [request] = sent
    expect(request?.headers.get('baggage')).toBe('a=1,b=2')
    expect(request?.headers.get('traceparent')).not.toBeNull()
    expect([...(request?.headers.keys() ?? [])].filter((name) => name.startsWith('selvedge-'))).toEqual([
      'selvedge-timeout-ms',
    ])
  })

  it('carries an override to members, and allowance and priority', async () => {
    const { ask, sent, clock } = given({ users: url('users.example.com') })
    const claims = { o: { orders: 'orders@pr-1' } }
    const baggage = `a=1,selvedge-override=${await givenOverride(mesh1, clock.now(), { claims })},b=2`
    await ask('http://users/', { baggage, 'selvedge-priority': 'critical' }, BY)
    expect([sent[0]?.headers.get('baggage'), sent[0]?.headers.get('selvedge-priority')]).toEqual([baggage, 'critical'])
    expect(sent[0]?.headers.get('selvedge-retry-allowance')).not.toBeNull()
  })

  it('has no token where nobody has said which hosts are members, and keeps what it had', async () => {
    const { ask, sent } = given(
      { users: url('users.example.com') },
      { trust: trust({ domain: DOMAIN, keys: jwks(), key: mesh1.secret }) },
    )
    await ask('http://users/', { baggage: OVERRIDE, 'selvedge-priority': 'critical' }, BY)
    const names = ['selvedge-identity', 'selvedge-caller', 'selvedge-priority', 'baggage']
    expect(names.map((name) => sent[0]?.headers.get(name))).toEqual([null, null, 'critical', 'a=1,b=2'])
  })

  it('takes the token off where a retry goes to an address that is no member, and the other way round', async () => {
    const seen: [string, string | null, string | null][] = []
    const clock = cryptoClock()
    const fetch = (async (input: string, init: RequestInit) => {
      const { host } = new URL(input)
      const headers = new Headers(init.headers)
      seen.push([host, headers.get('selvedge-identity') && 'token', headers.get('baggage')])
      return new Response(null, { status: 503 })
    }) as typeof globalThis.fetch
    const mesh = createMesh({
      registry: memoryRegistry({
        users: { endpoints: ['https://a.internal.example.com', 'https://evil.example'], retry: { attempts: 1 } },
      }),
      name: 'checkout',
      clock,
      random: seeded(3),
      fetch,
      log: 'off',
      trust: trust({ domain: DOMAIN, key: mesh1.secret, members: ['*.internal.example.com'] }),
    })
    for (let call = 0; call < 6; call++)
      await clock.run(mesh.fetch('http://users/', { headers: { baggage: OVERRIDE } }))
    expect(seen.length).toBeGreaterThan(6)
    for (const [host, token, baggage] of seen)
      expect([token, baggage]).toEqual(host === 'evil.example' ? [null, 'a=1,b=2'] : ['token', OVERRIDE])
    const pairs = seen.map(([host], index) => `${seen[index - 1]?.[0]} ${host}`)
    expect(pairs).toContain('a.internal.example.com evil.example')
    expect(pairs).toContain('evil.example a.internal.example.com')
  })
})

describe('a function that is called', () => {
  function served(options: Partial<MeshOptions> = {}) {
    const clock = cryptoClock()
    const mesh = createMesh({
      registry: memoryRegistry({ users: { endpoints: ['https://users.example.com'], access: ONLY_CHECKOUT } }),
      name: 'users',
      clock,
      log: 'off',
      waitUntil: () => {},
      trust: trust({ domain: DOMAIN, keys: jwks() }),
      ...options,
    })
    return { mesh, clock, token: (over = {}) => givenToken(mesh1, clock.now(), over) }
  }
  const ctx = { waitUntil: () => {}, passThroughOnException: () => {}, props: {} } as object as ExecutionContext

  it('lets in whom its record allows, by a token that is for it', async () => {
    const { mesh, clock, token } = served()
    const worker = mesh.serve({ fetch: () => new Response('ok') })
    const ask = async (headers: Record<string, string>) =>
      clock.run(Promise.resolve(worker.fetch(new Request('https://users.example.com/', { headers }), {}, ctx)))
    expect((await ask({})).status).toBe(401)
    expect((await ask({ 'selvedge-identity': await token() })).status).toBe(200)
    const wrong = await ask({ 'selvedge-identity': await token({ claims: { aud: 'billing' } }) })
    expect([wrong.status, wrong.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('for another receiver'),
    ])
  })

  it('does so where it asks by itself, and calls on with what the member granted', async () => {
    const { mesh, token } = served()
    const asked = async (headers: Record<string, string>) => {
      const call = mesh.for(new Request('https://users.example.com/', { headers }), ctx)
      return call.admit().then(
        () => 'admitted',
        (error) => error.code,
      )
    }
    expect(await asked({})).toBe('caller_unknown')
    expect(await asked({ 'selvedge-identity': await token() })).toBe('admitted')
    expect(await asked({ 'selvedge-identity': 'a.b.c' })).toBe('caller_unknown')
  })

  it('reads the keys where a mesh serves them, and nowhere that points elsewhere', async () => {
    const keys = `https://${DOMAIN}/-/trust/jwks.json`
    const asked: [string, RequestInit | undefined][] = []
    const answers: (() => Response)[] = [
      () => new Response(null, { status: 302, headers: { location: 'https://evil.example/jwks.json' } }),
      () => new Response('x'.repeat(70_000)),
      () => new Response(JSON.stringify({ keys: [mesh1.whole] })),
      () => Response.json(jwks()),
    ]
    const fetch = (async (url: string, init?: RequestInit) => {
      asked.push([url, init])
      return answers[Math.min(asked.length, answers.length) - 1]?.()
    }) as typeof globalThis.fetch
    const { mesh, clock, token } = served({ fetch, trust: trust({ domain: DOMAIN, keys }) })
    const worker = mesh.serve({ fetch: () => new Response('ok') })
    const statuses = []
    for (const _ of answers) {
      const headers = { 'selvedge-identity': await token() }
      const request = new Request('https://users.example.com/', { headers })
      statuses.push((await clock.run(Promise.resolve(worker.fetch(request, {}, ctx)))).status)
      await clock.advance(1_000)
    }
    expect(statuses).toEqual([503, 503, 503, 200])
    expect(asked.map(([url, init]) => [url, init?.redirect])).toEqual(answers.map(() => [keys, 'manual']))
  })

  it('is not made where MESH_TRUST is set and nothing would judge tokens', () => {
    const env = { MESH_TRUST: { domain: DOMAIN } }
    for (const trust of [undefined, access])
      expect(() => createMesh({ registry: memoryRegistry(), env, ...(trust && { trust }) })).toThrow(
        /MESH_TRUST is set.*selvedge\/trust/,
      )
    expect(() => createMesh({ registry: memoryRegistry(), env, trust: trust({ env }) })).not.toThrow()
  })
})

describe('MESH_TRUST', () => {
  it.each<[string, unknown, RegExp]>([
    ['no JSON', '{', /MESH_TRUST: Not JSON/],
    ['a list', [], /MESH_TRUST: \$: Expected an object/],
    ['no domain', {}, /\$\.domain: is missing/],
    ['a domain that is none', { domain: 'https://mesh' }, /\$\.domain: Expected a host name/],
    ['an unknown field', { domain: DOMAIN, key: 'x' }, /\$\.key: is not a field that this version knows/],
    [
      'keys over http',
      { domain: DOMAIN, keys: 'http://mesh.example.com/jwks' },
      /\$\.keys: Expected a JWKS, "kv", or the https/,
    ],
    ['a key without a kid', { domain: DOMAIN, keys: { keys: [{ kty: 'OKP' }] } }, /\$\.keys\.keys\[0\]\.kid/],
    [
      'a symmetric key',
      { domain: DOMAIN, keys: { keys: [{ kid: 'a', kty: 'oct', alg: 'HS256', k: 'secret' }] } },
      /keys\[0\]\.k: Expected a public key/,
    ],
    ['kv without TRUST', { domain: DOMAIN, keys: 'kv' }, /no KV namespace bound as TRUST/],
    [
      'a secret that is not there',
      { domain: DOMAIN, sign: 'MESH_KEY' },
      /names the secret "MESH_KEY", which is not there/,
    ],
    [
      'a member that is no host',
      { domain: DOMAIN, members: ['https://a.example'] },
      /\$\.members\[0\]: Expected a host/,
    ],
  ])('is refused whole: %s', (_, MESH_TRUST, why) => {
    expect(() => trust({ env: { MESH_TRUST } })).toThrow(why)
  })

  it('never repeats a key', async () => {
    for (const keys of [{ keys: [mesh1.whole] }, { keys: [{ ...mesh1.open, x: `${mesh1.whole.d}!` }] }]) {
      const said = (() => {
        try {
          trust({ domain: DOMAIN, keys })
          return ''
        } catch (error) {
          return String(error)
        }
      })()
      expect(said).toMatch(/^TypeError: MESH_TRUST: \$\.keys\.keys\[0\]/)
      expect(said).not.toContain(mesh1.whole.d)
    }
    expect(() => trust({ domain: DOMAIN, key: mesh1.secret.slice(1) })).toThrow(/^key: Expected a private key as JSON/)
  })

  it('is not needed: without it trust is access', () => {
    expect(trust({ env: {} })).toBe(access)
  })
})

it('lets no header of a stranger raise what it may do', async () => {
  const scene = given({ users: { ...INSIDE, access: ONLY_CHECKOUT }, open: INSIDE })
  const name = fc.oneof(
    fc.constantFrom(
      'selvedge-caller',
      'selvedge-identity',
      'selvedge-priority',
      'selvedge-retry-allowance',
      'selvedge-explain',
      'selvedge-grant',
      'authorization',
      'baggage',
      'x-user-id',
    ),
    fc.stringMatching(/^(?:x-)?selvedge-[a-z]{1,12}$/),
  )
  const value = fc.oneof(
    fc.constantFrom(
      'checkout',
      'admin',
      'critical',
      '99',
      '1',
      'true',
      'Bearer checkout',
      unsigned(
        { alg: 'none', kid: 'mesh-1', typ: 'selvedge-identity+jwt' },
        { iss: DOMAIN, sub: 'checkout', aud: 'users' },
      ),
    ),
    fc.stringMatching(/^[\w.=,;-]{1,40}$/),
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 6 }), async (headers) => {
      expect((await scene.ask('http://users/', headers)).status).toBe(401)
      scene.sent.length = 0
      await scene.ask('http://open/', headers)
      for (const { headers: out } of scene.sent) {
        expect(out.get('selvedge-caller')).toBeNull()
        expect(out.get('selvedge-identity')).toBeNull()
        expect(out.get('selvedge-explain')).toBeNull()
        expect([null, 'default', 'sheddable']).toContain(out.get('selvedge-priority'))
        expect(Number(out.get('selvedge-retry-allowance'))).toBeLessThanOrEqual(2)
      }
    }),
    { numRuns: 150 },
  )
})
