/** Guests: who they are by the token of an issuer outside of the mesh, what the mesh makes of it, and what becomes of an issuer that is down. */
import { CompactSign, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Proof } from '../../../src/core/caller.ts'
import type { LogEntry } from '../../../src/core/log.ts'
import type { WrittenIssuer } from '../../../src/features/identity/issuer-policy.ts'
import { createMesh } from '../../../src/mesh/mesh.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { trust } from '../../../src/trust.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenToken, unsigned } from '../../support/given-keys.ts'

const ISSUER = 'https://id.example.com'
const JWKS = `${ISSUER}/jwks.json`
const START_MS = 1_800_000_000_000

let theirs: GivenKey
let next: GivenKey
let mesh1: GivenKey
beforeAll(async () => {
  theirs = await givenKey('their-1', {}, 'RS256')
  next = await givenKey('their-2', {}, 'RS256')
  mesh1 = await givenKey('mesh-1')
})

const PARTNERS = {
  issuer: ISSUER,
  audiences: ['https://api.example.com'],
  jwks: JWKS,
  algorithms: ['RS256', 'ES256'],
  under: 'partners',
  caller: { claim: 'azp', names: { '0oa1f': 'acme' } },
  headers: { 'x-user-id': 'sub' },
} satisfies WrittenIssuer

async function tokenOf(
  key: GivenKey,
  nowMs: number,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
) {
  const nowS = Math.floor(nowMs / 1000)
  const said = { iss: ISSUER, aud: 'https://api.example.com', sub: 'user-7', azp: '0oa1f', exp: nowS + 600, ...claims }
  const alg = String(key.whole.alg)
  const sign = new CompactSign(Buffer.from(JSON.stringify(said)))
  const full = JSON.parse(JSON.stringify({ alg, kid: key.kid, typ: 'at+jwt', ...header }))
  return sign.setProtectedHeader(full).sign(await importJWK(key.whole, alg))
}

interface By {
  caller?: string
  proof?: Proof
  trusted?: boolean
}

/** The KV namespace TRUST, for copies. */
function copies() {
  const written = new Map<string, string>()
  return {
    written,
    get: async (key: string) => written.get(key) ?? null,
    put: async (key: string, value: string) => void written.set(key, value),
  }
}

type Answer = () => Response | Promise<Response>

function given(
  over: Partial<WrittenIssuer> = {},
  { clock = cryptoClock(START_MS), TRUST = copies(), keys = {} as object } = {},
) {
  const logged: LogEntry[] = []
  const sent: Request[] = []
  const works: Promise<unknown>[] = []
  const idp = { asked: 0, answer: (() => Response.json({ keys: [theirs.open] })) as Answer }
  const fetch = (async (input: RequestInfo, init?: RequestInit) => {
    if (String(input) === JWKS) {
      idp.asked += 1
      return idp.answer()
    }
    sent.push(new Request(input, init))
    return new Response('ok')
  }) as typeof globalThis.fetch
  const MESH_TRUST = { domain: DOMAIN, keys: { keys: [mesh1.open] }, issuers: [{ ...PARTNERS, ...over }], ...keys }
  const access = (rules: object[]) => ({ endpoints: [{ binding: 'USERS' }], access: { default: 'deny', rules } })
  const enter = proxy({
    registry: memoryRegistry({
      open: { endpoints: [{ binding: 'USERS' }] },
      users: access([{ name: 'partners', effect: 'allow', callers: ['*.partners'] }]),
      acme: access([{ name: 'acme', effect: 'allow', callers: ['acme.partners'] }]),
      internal: access([{ name: 'members', effect: 'allow', callers: ['acme', 'checkout', 'admin'] }]),
      orders: access([
        { name: 'scoped', effect: 'allow', callers: ['*.partners'], claims: { scope: ['orders:read', 'orders:all'] } },
        { name: 'not from there', effect: 'deny', claims: { country: ['xx'] } },
      ]),
      byHeader: {
        rules: [{ matches: [{ headers: [{ name: 'x-user-id', value: 'admin' }] }], backendRefs: [{ name: 'open' }] }],
      },
    }),
    env: { USERS: { fetch } },
    clock,
    random: seeded(7),
    fetch,
    log: (entry) => logged.push(entry),
    trust: trust({ env: { MESH_TRUST, TRUST } }),
  })
  const ask = async (
    url: string,
    headers: Record<string, string> = {},
    { caller, proof, trusted = false }: By = {},
  ) => {
    const { host, pathname, search } = new URL(url)
    const identify = () => ({ name: host, path: pathname + search })
    const answer = await clock.run(
      enter(new Request(url, { headers }), { trusted, caller, proof, identify, defer: (work) => works.push(work) }),
    )
    await clock.run(Promise.allSettled(works.splice(0)))
    return answer
  }
  const token = async (claims = {}, header = {}, key = theirs) =>
    `Bearer ${await tokenOf(key, clock.now(), claims, header)}`
  return { ask, token, sent, logged, idp, clock, TRUST }
}

describe('a token of an issuer', () => {
  it('makes its caller a guest, named beneath the suffix of its issuer', async () => {
    const { ask, token, sent } = given()
    expect((await ask('http://acme/')).status).toBe(401)
    expect((await ask('http://acme/', { authorization: await token() })).status).toBe(200)
    expect(sent[0]?.headers.get('selvedge-caller')).toBe('acme.partners')
    const refused = await ask('http://internal/', { authorization: await token() })
    expect([refused.status, await refused.text()]).toEqual([403, expect.not.stringContaining('services/internal')])
  })

  it.each<[string, Partial<WrittenIssuer>, Record<string, unknown>, string]>([
    ['a value that has no name', {}, { azp: 'unheard' }, 'partners'],
    ['no value', {}, { azp: undefined }, 'partners'],
    ['a value like what every object has', {}, { azp: 'constructor' }, 'partners'],
    ['a label, where no names are given', { caller: { claim: 'sub' } }, { sub: 'checkout' }, 'checkout.partners'],
    ['what is no label', { caller: { claim: 'sub' } }, { sub: 'Check out' }, 'partners'],
    ['a name with dots', { caller: { claim: 'sub' } }, { sub: 'a.b' }, 'partners'],
    ['sub, where no claim is said', { caller: undefined }, { sub: 'admin' }, 'admin.partners'],
  ])('is never called like a member: %s', async (_, over, claims, name) => {
    const { ask, token, sent } = given(over)
    expect((await ask('http://internal/', { authorization: await token(claims) })).status).toBe(403)
    await ask('http://open/', { authorization: await token(claims) })
    expect(sent.map(({ headers }) => headers.get('selvedge-caller'))).toEqual([name])
  })

  it('is no member: it grants nothing, raises no priority, and reads no more than a stranger', async () => {
    const { ask, token, sent } = given()
    await ask('http://open/', { authorization: await token(), 'selvedge-priority': 'critical' })
    expect(sent[0]?.headers.get('selvedge-priority')).toBeNull()
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>, RegExp]>([
    ['expired', { exp: START_MS / 1000 - 42 }, {}, /expired 42 s ago/],
    ['without exp', { exp: undefined }, {}, /no exp/],
    ['not valid yet', { nbf: START_MS / 1000 + 40 }, {}, /valid 40 s ahead/],
    ['for another audience', { aud: 'https://other.example.com' }, {}, /another audience/],
    ['without an audience', { aud: undefined }, {}, /another audience/],
    ['of another type', {}, { typ: 'dpop+jwt' }, /another type/],
    ['of the mesh’s own type', {}, { typ: 'selvedge-identity+jwt' }, /another type/],
    ['of an algorithm that is not used', {}, { alg: 'PS256' }, /algorithm that its issuer does not use/],
    ['of a key that nobody knows', {}, { kid: 'their-9' }, /key that is not known/],
  ])('is refused where it is %s, in the words of RFC 6750', async (_, claims, header, why) => {
    const { ask, sent, logged } = given()
    const key = header['alg'] ? { ...theirs, whole: { ...theirs.whole, alg: String(header['alg']) } } : theirs
    const text = await tokenOf(key, START_MS, claims, header)
    const answer = await ask('http://open/', { authorization: `Bearer ${text}` })
    expect([answer.status, answer.headers.get('selvedge-error')]).toEqual([401, 'caller_unknown'])
    expect(answer.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="mesh.example.com", error="invalid_token", error_description="[^"]*"$/,
    )
    expect(answer.headers.get('www-authenticate')).toMatch(why)
    expect(sent).toEqual([])
    expect(JSON.stringify([await answer.text(), ...answer.headers, logged])).not.toContain(text.slice(-40))
  })

  it.each([
    [
      'nobody signed',
      () =>
        unsigned({ alg: 'none', kid: 'their-1' }, { iss: ISSUER, aud: 'https://api.example.com', exp: 2_000_000_000 }),
    ],
    ['another key signed', async () => tokenOf({ ...next, kid: 'their-1' }, START_MS)],
    ['there are two', async () => `${await tokenOf(theirs, START_MS)}, Bearer ${await tokenOf(theirs, START_MS)}`],
    ['it has 9 KB', async () => tokenOf(theirs, START_MS, { pad: 'x'.repeat(7_000) })],
  ])('is refused where %s', async (_, made) => {
    const { ask } = given()
    expect((await ask('http://open/', { authorization: `Bearer ${await made()}` })).status).toBe(401)
  })

  it.each([
    [
      'of an issuer that nobody configured',
      async () => `Bearer ${await tokenOf(theirs, START_MS, { iss: 'https://app.example.com' })}`,
    ],
    ['that is no JWT', async () => 'Bearer opaque-token'],
    ['of another scheme', async () => 'Basic dXNlcjpwdw=='],
  ])('is the application’s own where it is one %s: neither judged nor touched', async (_, made) => {
    const { ask, sent, idp } = given()
    const authorization = await made()
    expect((await ask('http://open/', { authorization })).status).toBe(200)
    expect([sent[0]?.headers.get('authorization'), idp.asked]).toEqual([authorization, 0])
  })

  it('is told in audit, and its sender is a stranger', async () => {
    const { ask, token, sent, logged } = given({ mode: 'audit' })
    expect((await ask('http://open/', { authorization: await token({ exp: START_MS / 1000 - 42 }) })).status).toBe(200)
    expect(sent[0]?.headers.get('selvedge-caller')).toBeNull()
    expect(logged).toMatchObject([
      { event: 'would_deny', key: ISSUER, message: expect.stringContaining('expired 42 s ago') },
    ])
  })

  it('goes on to the service, unless the issuer says that it does not', async () => {
    const passed = given()
    const authorization = await passed.token()
    await passed.ask('http://open/', { authorization })
    expect(passed.sent[0]?.headers.get('authorization')).toBe(authorization)
    const taken = given({ forward: false })
    await taken.ask('http://open/', { authorization })
    expect(taken.sent[0]?.headers.get('authorization')).toBeNull()
  })

  it('is read of the header that it comes in', async () => {
    const { ask, token, sent } = given({ from: 'header:cf-access-jwt-assertion' })
    const text = (await token()).slice('Bearer '.length)
    expect((await ask('http://acme/', { 'cf-access-jwt-assertion': text })).status).toBe(200)
    expect((await ask('http://acme/', { authorization: `Bearer ${text}` })).status).toBe(401)
    expect(sent.length).toBe(1)
  })

  it('of another mesh makes its callers guests under its suffix', async () => {
    const federated = {
      issuer: 'mesh.acme.example',
      audiences: ['open', 'internal', 'acme'],
      algorithms: ['Ed25519' as const],
      types: ['selvedge-identity+jwt'],
      from: 'header:selvedge-identity',
      under: 'acme',
      caller: { claim: 'sub' },
      headers: {},
    }
    const foreign = await givenKey('acme-1')
    const { ask, sent, idp } = given(federated)
    idp.answer = () => Response.json({ keys: [foreign.open] })
    const text = await givenToken(foreign, START_MS, { claims: { iss: 'mesh.acme.example', aud: 'open' } })
    expect((await ask('http://open/', { 'selvedge-identity': text })).status).toBe(200)
    expect(sent[0]?.headers.get('selvedge-caller')).toBe('checkout.acme')
    expect((await ask('http://internal/', { 'selvedge-identity': text })).status).toBe(403)
    // Its own tokens are still those of members.
    const own = await givenToken(mesh1, START_MS, { claims: { aud: 'internal' } })
    expect((await ask('http://internal/', { 'selvedge-identity': own })).status).toBe(200)
  })

  it('does not rename a member that a binding names', async () => {
    const { ask, token, sent } = given()
    const by: By = { caller: 'checkout', proof: 'binding', trusted: true }
    expect((await ask('http://internal/', { authorization: await token() }, by)).status).toBe(200)
    expect([sent[0]?.headers.get('selvedge-caller'), sent[0]?.headers.get('x-user-id')]).toEqual(['checkout', 'user-7'])
  })
})

describe('a rule that asks for claims', () => {
  it.each<[string, Record<string, unknown>, number]>([
    ['one of the scopes', { scope: 'profile orders:read' }, 200],
    ['a list', { scope: ['orders:all'] }, 200],
    ['another scope', { scope: 'orders:reader' }, 403],
    ['no scope', {}, 403],
    ['what is no text', { scope: { 'orders:read': true } }, 403],
    ['a claim that is denied', { scope: 'orders:read', country: 'xx' }, 403],
    ['a number', { scope: 'orders:read', country: 7 }, 200],
  ])('is met by what the token says: %s', async (_, claims, status) => {
    const { ask, token } = given()
    expect((await ask('http://orders/', { authorization: await token(claims) })).status).toBe(status)
  })

  it('says what a token would have to say, as RFC 6750 has it', async () => {
    const { ask, token } = given()
    const answer = await ask('http://orders/', { authorization: await token({ scope: 'profile' }) })
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      403,
      'Bearer realm="mesh.example.com", error="insufficient_scope", scope="orders:read orders:all"',
    ])
    const denied = await ask('http://orders/', { authorization: await token({ scope: 'orders:read', country: 'xx' }) })
    expect([denied.status, denied.headers.get('www-authenticate')]).toEqual([403, null])
    const nobody = await ask('http://orders/')
    expect([nobody.status, nobody.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="mesh.example.com"'])
  })

  it('is met by nobody who has no token of an issuer, whoever else he is', async () => {
    const { ask, token } = given()
    const by = { caller: 'a.partners', proof: 'vouched', trusted: true } as const
    expect((await ask('http://orders/', {}, by)).status).toBe(403)
    // A member that passes its user's token on is that member, and the claims are there.
    expect((await ask('http://orders/', { authorization: await token({ scope: 'orders:read' }) }, by)).status).toBe(200)
  })

  it('holds for the handler of a function, too', async () => {
    const clock = cryptoClock(START_MS)
    const rules = [{ name: 'scoped', effect: 'allow', claims: { scope: ['orders:read'] } }]
    const mesh = createMesh({
      registry: memoryRegistry({
        users: { endpoints: ['https://users.example.com'], access: { default: 'deny', rules } },
      }),
      name: 'users',
      clock,
      log: 'off',
      waitUntil: () => {},
      trust: trust({ domain: DOMAIN, issuers: [{ ...PARTNERS, jwks: { keys: [theirs.open] } }] }),
    })
    const worker = mesh.serve({ fetch: () => new Response('ok') })
    const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as object as ExecutionContext
    const ask = async (scope: string) => {
      const headers = { authorization: `Bearer ${await tokenOf(theirs, START_MS, { scope })}` }
      const request = new Request('https://users.example.com/', { headers })
      return (await clock.run(Promise.resolve(worker.fetch(request, {}, ctx)))).status
    }
    expect([await ask('orders:read'), await ask('orders:write')]).toEqual([200, 403])
  })
})

describe('headers that claims fill', () => {
  it.each(['x-user-id', 'X-User-Id', 'X-USER-ID'])(
    'are taken off whatever comes in, and set from a token alone: %s',
    async (name) => {
      const { ask, token, sent } = given()
      await ask('http://open/', { [name]: 'admin' })
      await ask('http://open/', { [name]: 'admin', authorization: await token() })
      await ask('http://open/', { [name]: 'admin', authorization: await token({ sub: undefined }) })
      await ask('http://open/', { [name]: 'admin' }, { caller: 'checkout', proof: 'binding', trusted: true })
      expect(sent.map(({ headers }) => headers.get('x-user-id'))).toEqual([null, 'user-7', null, null])
    },
  )

  it('are seen by rules as they were filled, never as somebody made them up', async () => {
    const { ask, token } = given()
    expect((await ask('http://byheader/', { 'x-user-id': 'admin' })).status).toBe(404)
    expect((await ask('http://byheader/', { 'x-user-id': 'admin', authorization: await token() })).status).toBe(404)
  })

  it.each([
    ['a number', 7, '7'],
    ['a list', ['a'], null],
    ['a line end', 'a\r\nb: c', null],
    ['more than 1 KB', 'x'.repeat(1_025), null],
  ])('take texts and numbers: %s', async (_, sub, value) => {
    const { ask, token, sent } = given()
    await ask('http://open/', { authorization: await token({ sub }) })
    expect(sent[0]?.headers.get('x-user-id')).toBe(value)
  })

  it('reach the handler of a function, which sees none that was made up', async () => {
    const clock = cryptoClock(START_MS)
    const seen: (string | null)[] = []
    const mesh = createMesh({
      registry: memoryRegistry({}),
      name: 'users',
      clock,
      log: 'off',
      waitUntil: () => {},
      trust: trust({ domain: DOMAIN, issuers: [{ ...PARTNERS, jwks: { keys: [theirs.open] } }] }),
    })
    const worker = mesh.serve({
      async fetch(request) {
        seen.push(request.headers.get('x-user-id'), await request.text())
        return new Response('ok')
      },
    })
    const ctx = { waitUntil() {}, passThroughOnException() {}, props: {} } as object as ExecutionContext
    const ask = async (headers: Record<string, string>) => {
      const request = new Request('https://users.example.com/', { method: 'POST', body: 'body', headers })
      return clock.run(Promise.resolve(worker.fetch(request, {}, ctx)))
    }
    await ask({ 'x-user-id': 'admin' })
    await ask({ 'x-user-id': 'admin', authorization: `Bearer ${await tokenOf(theirs, START_MS)}` })
    expect(seen).toEqual([null, 'body', 'user-7', 'body'])
  })
})

describe('the keys of an issuer', () => {
  it('are asked for once: the same token, and others of the same key, ask nobody', async () => {
    const { ask, token, idp } = given()
    for (const azp of ['0oa1f', '0oa1f', 'b', 'c']) await ask('http://open/', { authorization: await token({ azp }) })
    expect(idp.asked).toBe(1)
  })

  const DOWN: [string, Answer][] = [
    ['answers 500', () => new Response(null, { status: 500 })],
    ['hangs', () => new Promise<Response>(() => {})],
    ['is HTML', () => new Response('<html>')],
    ['is an empty set', () => Response.json({ keys: [] })],
    ['points elsewhere', () => new Response(null, { status: 302, headers: { location: 'https://evil.example/jwks' } })],
    ['answers without end', () => new Response('x'.repeat(70_000))],
    [
      'has symmetric keys alone',
      () => Response.json({ keys: [{ kid: 'their-1', kty: 'oct', k: 'AAAA', alg: 'HS256' }] }),
    ],
  ]

  it.each(DOWN)('serve for a day where the issuer %s, in an isolate that had them', async (_, answer) => {
    const { ask, token, idp, clock } = given()
    await ask('http://open/', { authorization: await token() })
    idp.answer = answer
    for (let hours = 0; hours < 24; hours += 6) {
      expect((await ask('http://acme/', { authorization: await token({ jti: hours }) })).status).toBe(200)
      await clock.advance(5.9 * 3_600_000)
    }
    await clock.advance(3_600_000)
    expect(
      (await ask('http://acme/', { authorization: await token({ jti: 'late' }) })).headers.get('selvedge-error'),
    ).toBe('trust_unavailable')
  })

  it.each(DOWN)('come from the copy in KV where the issuer %s and the isolate is new', async (_, answer) => {
    const first = given()
    await first.ask('http://open/', { authorization: await first.token() })
    expect(first.TRUST.written.size).toBe(1)
    await first.clock.advance(3_600_000)
    const { ask, token, idp } = given({}, { clock: first.clock, TRUST: first.TRUST })
    idp.answer = answer
    expect((await ask('http://acme/', { authorization: await token() })).status).toBe(200)
  })

  it.each(DOWN)('were never there: 503 that may be sent again, never 401, where the issuer %s', async (_, answer) => {
    const { ask, token, idp } = given()
    idp.answer = answer
    const refused = await ask('http://open/', { authorization: await token() })
    expect([refused.status, refused.headers.get('selvedge-error'), refused.headers.get('selvedge-retryable')]).toEqual([
      503,
      'trust_unavailable',
      'true',
    ])
    // Who brings no token of its is served.
    expect((await ask('http://open/')).status).toBe(200)
    for (let call = 0; call < 20; call++) await ask('http://open/', { authorization: await token({ jti: call }) })
    expect(idp.asked).toBe(1)
  })

  it('turn: a new one is known at its first token', async () => {
    const { ask, token, idp, clock } = given()
    await ask('http://open/', { authorization: await token() })
    idp.answer = () => Response.json({ keys: [next.open] })
    await clock.advance(30_000)
    expect((await ask('http://acme/', { authorization: await token({}, {}, next) })).status).toBe(200)
    expect((await ask('http://open/', { authorization: await token() })).status).toBe(401)
  })

  it('are copied from one isolate to the next, so that the issuer is asked once', async () => {
    const first = given()
    await first.ask('http://open/', { authorization: await first.token() })
    const { ask, token, idp } = given({}, { clock: first.clock, TRUST: first.TRUST })
    expect((await ask('http://acme/', { authorization: await token() })).status).toBe(200)
    expect(idp.asked).toBe(0)
  })
})

describe('MESH_TRUST.issuers', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['no audiences', { audiences: [] }, /\$\.issuers\[0\]\.audiences: Expected 1 to 16 audiences/],
    ['a symmetric algorithm', { algorithms: ['HS256'] }, /\$\.issuers\[0\]\.algorithms\[0\]: Expected one of "RS256"/],
    ['keys over http', { jwks: 'http://id.example.com/jwks' }, /\$\.issuers\[0\]\.jwks: Expected a JWKS, or the https/],
    ['keys that cannot be used', { jwks: { keys: [] } }, /\$\.issuers\[0\]\.jwks: none of its keys can be used/],
    ['a header of the mesh', { headers: { 'selvedge-caller': 'sub' } }, /\$\.issuers\[0\]\.headers/],
    ['a header that carries authority', { headers: { authorization: 'sub' } }, /\$\.issuers\[0\]\.headers/],
    ['a name that is none', { under: 'Partners' }, /\$\.issuers\[0\]\.under: Expected a name of DNS labels/],
    ['an unknown field', { jwksUri: JWKS }, /\$\.issuers\[0\]\.jwksUri: is not a field/],
  ])('is refused whole: %s', (_, over, why) => {
    expect(() => trust({ domain: DOMAIN, issuers: [{ ...PARTNERS, ...over } as WrittenIssuer] })).toThrow(why)
  })

  it('keeps guests of one issuer apart from those of another, and from members', () => {
    const two = (under: string) => [PARTNERS, { ...PARTNERS, issuer: 'https://b.example', under }]
    expect(() => trust({ domain: DOMAIN, issuers: two('partners') })).toThrow(/a suffix of its own/)
    expect(() => trust({ domain: DOMAIN, issuers: two('gold.partners') })).toThrow(/a suffix of its own/)
    expect(() => trust({ domain: DOMAIN, issuers: two('other-partners') })).not.toThrow()
    for (const name of ['acme.partners', '*.partners', 'partners']) {
      const keys = { keys: [{ ...mesh1.open, 'selvedge:callers': [name] }] }
      expect(() => trust({ domain: DOMAIN, keys, issuers: [PARTNERS] }), name).toThrow(/is a guest/)
    }
  })
})
