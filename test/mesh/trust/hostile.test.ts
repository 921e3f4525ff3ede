/** A hostile caller: whatever a stranger sends, it may do no more than with nothing at all. */
import fc from 'fast-check'
import { CompactSign, importJWK } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Proof } from '../../../src/core/caller.ts'
import { proxy } from '../../../src/mesh/proxy.ts'
import { memoryRegistry, seeded } from '../../../src/testing.ts'
import { trust } from '../../../src/trust.ts'
import { cryptoClock } from '../../support/crypto-clock.ts'
import { DOMAIN, type GivenKey, givenKey, givenOverride, givenToken, unsigned } from '../../support/given-keys.ts'

let mesh1: GivenKey
let evil: GivenKey
let theirs: GivenKey
let staff: GivenKey
beforeAll(async () => {
  mesh1 = await givenKey('mesh-1')
  evil = await givenKey('mesh-1')
  theirs = await givenKey('their-1', {}, 'ES256')
  staff = await givenKey('staff-1', {}, 'ES256')
})

const API = 'https://api.example.com'
const NOW_S = 1_800_000_000

const to = (binding: string, more: object = {}) => ({ endpoints: [{ binding }], ...more })
const closed = (...callers: string[]) => ({ default: 'deny', rules: [{ name: 'in', effect: 'allow', callers }] })

/** A mesh Worker with all that a caller might get at: keys, guests, headers from claims, overrides. */
function given(over: object = {}) {
  const clock = cryptoClock(NOW_S * 1000)
  const sent: { readonly at: string; readonly headers: Headers }[] = []
  const noting = (at: string, status = 200) => ({
    fetch: async (input: RequestInfo | URL, init?: RequestInit) => {
      sent.push({ at, headers: new Request(input as RequestInfo, init).headers })
      return new Response(at, { status })
    },
  })
  const enter = proxy({
    registry: memoryRegistry({
      open: to('OPEN'),
      'open@pr-1': to('PREVIEW'),
      internal: to('INTERNAL', { access: closed('checkout', '*.partners', '*.staff') }),
      failing: to('FAILING'),
      claimed: to('INTERNAL', {
        access: {
          default: 'deny',
          rules: [{ name: 'admins', effect: 'allow', callers: ['*.partners'], claims: { role: ['admin'] } }],
        },
      }),
    }),
    env: {
      OPEN: noting('OPEN'),
      PREVIEW: noting('PREVIEW'),
      INTERNAL: noting('INTERNAL'),
      FAILING: noting('FAILING', 503),
    },
    clock,
    random: seeded(7),
    fetch: noting('FETCH').fetch as typeof fetch,
    log: 'off',
    trust: trust({
      domain: DOMAIN,
      keys: { keys: [mesh1.open] },
      key: mesh1.secret,
      issuers: [
        {
          issuer: 'https://id.example.com',
          audiences: [API],
          jwks: { keys: [theirs.open] },
          algorithms: ['ES256'],
          under: 'partners',
          headers: { 'x-user-id': 'sub', 'x-user-role': 'role' },
        },
        {
          issuer: 'https://staff.example.com',
          audiences: [API],
          jwks: { keys: [staff.open] },
          algorithms: ['ES256'],
          under: 'staff',
          from: 'header:x-assertion',
          headers: { 'x-staff-mail': 'mail' },
          forward: false,
        },
      ],
      ...over,
    }),
  })
  const ask = async (
    name: string,
    headers: HeadersInit = {},
    by: { caller?: string; proof?: Proof; trusted?: boolean } = {},
    method = 'GET',
  ) => {
    sent.length = 0
    const request = new Request(`http://${name}/`, { method, headers })
    const identify = () => ({ name, path: '/' })
    const answer = await clock.run(enter(request, { trusted: false, ...by, defer: () => {}, identify }))
    return { status: answer.status, answer, sent: [...sent] }
  }
  return { ask, clock }
}

async function guestToken(key: GivenKey, claims: object) {
  const said = { aud: API, sub: 'user-7', exp: NOW_S + 600, ...claims }
  const sign = new CompactSign(Buffer.from(JSON.stringify(said)))
  return sign.setProtectedHeader({ alg: 'ES256', kid: key.kid }).sign(await importJWK(key.whole, 'ES256'))
}
const partner = (claims = {}, key = theirs) => guestToken(key, { iss: 'https://id.example.com', ...claims })
const colleague = (claims = {}, key = staff) => guestToken(key, { iss: 'https://staff.example.com', ...claims })

/** Headers by which one might get at something. */
const NAMES = `selvedge-caller selvedge_caller selvedge-identity selvedge-priority selvedge-retry-allowance
  selvedge-timeout-ms selvedge-attempt selvedge-explain selvedge-grant selvedge-min-revision authorization x-assertion
  baggage connection traceparent tracestate via cdn-loop x-user-id X-User-Id x_user_id x-user_role x_staff-mail
  x-forwarded-host grpc-timeout`.split(/\s+/)

/** What a service, behind whatever server, might take for a header of that name: of `-` and `_` many make the same. */
const readsAs = (headers: Headers, name: string) =>
  [...headers.keys()].filter((other) => other.replaceAll('_', '-') === name)

describe('whatever headers a stranger sends', () => {
  const rubbish = unsigned({ alg: 'Ed25519', kid: 'mesh-1', typ: 'selvedge-identity+jwt' }, { iss: DOMAIN })
  let forged: string[]
  beforeAll(async () => {
    forged = [
      await givenToken(evil, NOW_S * 1000, { claims: { aud: 'internal' } }),
      await givenOverride(evil, NOW_S * 1000, { claims: { o: { open: 'open@pr-1' } } }),
      await givenOverride(mesh1, NOW_S * 1000 - 7_200_000, { claims: { o: { open: 'open@pr-1' } } }),
      await givenToken(mesh1, NOW_S * 1000, { claims: { aud: 'another' } }),
    ]
  })

  it('it is nobody, reaches no other record, raises nothing, and fills no header', async () => {
    const { ask } = given()
    const plain = { open: (await ask('open')).sent[0]?.headers, tries: (await ask('failing')).sent.length }
    expect([plain.open?.get('selvedge-priority'), plain.tries]).toEqual([null, 2])
    const name = fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^(?:x-)?selvedge[-_][a-z_-]{1,12}$/))
    const value = fc.oneof(
      fc.constantFrom('checkout', 'admin', 'critical', '99', '1', 'true', 'x-user-id, selvedge-caller', rubbish),
      fc.nat({ max: 3 }).map((index) => forged[index] as string),
      fc.nat({ max: 3 }).map((index) => `Bearer ${forged[index]}`),
      fc.nat({ max: 3 }).map((index) => `a=1,selvedge-override=${forged[index]}`),
      fc.stringMatching(/^[\w.=,;-]{1,40}$/),
    )
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 7 }), async (headers) => {
        expect((await ask('internal', headers)).sent).toEqual([])
        for (const { at, headers: out } of (await ask('open', headers)).sent) {
          expect(at).toBe('OPEN')
          for (const filled of ['selvedge-caller', 'selvedge-identity', 'x-user-id', 'x-user-role', 'x-staff-mail'])
            expect(readsAs(out, filled), filled).toEqual([])
          expect(out.get('baggage') ?? '').not.toContain('selvedge-override')
          expect([null, 'default', 'sheddable']).toContain(out.get('selvedge-priority'))
          expect(out.get('selvedge-attempt')).toBe('1')
          expect(Number(out.get('selvedge-retry-allowance'))).toBeLessThanOrEqual(2)
        }
        expect((await ask('failing', headers)).sent.length).toBeLessThanOrEqual(plain.tries)
      }),
      { numRuns: 200 },
    )
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH'])(
    'no override that is forged or expired moves a %s anywhere',
    async (method) => {
      for (const token of forged.slice(1, 3)) {
        const { status, sent } = await given().ask('open', { baggage: `selvedge-override=${token}` }, {}, method)
        expect([status, sent]).toEqual([404, []])
      }
    },
  )
})

describe('a hostile guest', () => {
  it.each(['x-user-role', 'X-USER-ROLE, x-user-id', 'close, x-user-role'])(
    'does not have a header that its claims fill taken off by connection: %s',
    async (connection) => {
      const authorization = `Bearer ${await partner({ role: 'reader' })}`
      const { sent } = await given().ask('open', { authorization, connection })
      expect(sent[0]?.headers.get('x-user-role')).toBe('reader')
      expect(sent[0]?.headers.get('x-user-id')).toBe('user-7')
    },
  )

  it('does not add to a header that its claims fill, by another spelling of its name', async () => {
    const authorization = `Bearer ${await partner({ role: 'reader' })}`
    const { sent } = await given().ask('open', { authorization, x_user_role: 'admin', 'x_user-id': 'root' })
    const headers = sent[0]?.headers as Headers
    expect(readsAs(headers, 'x-user-role')).toEqual(['x-user-role'])
    expect([headers.get('x-user-role'), readsAs(headers, 'x-user-id')]).toEqual(['reader', ['x-user-id']])
  })

  it('does not bring a forged token of one issuer past a good one of another', async () => {
    const { ask } = given()
    const good = { authorization: `Bearer ${await partner()}` }
    const forged = await colleague({}, { ...evil, ...(await givenKey('staff-1', {}, 'ES256')) })
    expect((await ask('open', { ...good, 'x-assertion': forged })).status).toBe(401)
    const late = await colleague({ exp: NOW_S - 60 })
    expect((await ask('open', { ...good, 'x-assertion': late })).status).toBe(401)
    // Not by its second call either, when the good one is remembered.
    expect((await ask('open', good)).status).toBe(200)
    expect((await ask('open', { ...good, 'x-assertion': forged })).status).toBe(401)
  })

  it('with tokens of two issuers is the guest of the first, has the claims of both as headers, and what goes no further does not', async () => {
    const { ask } = given()
    const headers = {
      authorization: `Bearer ${await partner({ role: 'reader' })}`,
      'x-assertion': await colleague({ sub: 'bob', mail: 'bob@example.com' }),
    }
    for (const call of ['first', 'remembered']) {
      const { sent } = await ask('open', headers)
      const out = sent[0]?.headers as Headers
      expect([out.get('selvedge-caller'), out.get('x-staff-mail'), out.get('x-user-role')], call).toEqual([
        'user-7.partners',
        'bob@example.com',
        'reader',
      ])
      expect([out.has('authorization'), out.has('x-assertion')], call).toEqual([true, false])
    }
  })

  it('does not lend itself the claims of another issuer', async () => {
    const { ask } = given()
    const reader = { authorization: `Bearer ${await partner({ role: 'reader' })}` }
    const admin = { 'x-assertion': await colleague({ role: 'admin' }) }
    const statuses = []
    for (const headers of [reader, admin, { ...reader, ...admin }])
      statuses.push((await ask('claimed', headers)).status)
    expect(statuses).toEqual([403, 403, 403])
    const own = { authorization: `Bearer ${await partner({ role: 'admin' })}` }
    expect((await ask('claimed', own)).status).toBe(200)
    expect((await ask('claimed', { ...own, ...admin })).status).toBe(200)
  })

  it('has no claims by a header, nor by a token of the mesh', async () => {
    const { ask } = given()
    const claims = { aud: 'claimed', sub: 'a.partners', role: 'admin' }
    const identity = await givenToken(mesh1, NOW_S * 1000, { claims })
    for (const headers of [{ 'x-user-role': 'admin' }, { role: 'admin' }, { 'selvedge-identity': identity }])
      expect((await ask('claimed', headers as Record<string, string>)).sent).toEqual([])
  })

  it.each(['Bearer ', 'bearer ', 'BEARER   ', 'Bearer\t', 'Bearer \t'])(
    'does not bring a token that nobody has signed past %j to whoever decodes it',
    async (scheme) => {
      const claims = { iss: 'https://id.example.com', aud: API, sub: 'root', exp: NOW_S + 600 }
      const said = unsigned({ alg: 'none' }, claims, '')
      for (const text of [said, said.slice(0, -1), `${said}AA==`, `${said}AA.AA`]) {
        const { status, sent } = await given().ask('open', { authorization: `${scheme}${text}` })
        expect([status, sent], text).toEqual([401, []])
      }
    },
  )

  it.each(['checkout', 'internal', 'mesh', 'admin'])(
    'that calls itself %s is called so under its suffix alone',
    async (sub) => {
      const { sent } = await given().ask('open', { authorization: `Bearer ${await partner({ sub })}` })
      expect(sent[0]?.headers.get('selvedge-caller')).toBe(`${sub}.partners`)
    },
  )

  it.each([
    { sub: 'checkout.evil' },
    { sub: 'a b' },
    { sub: '' },
    { sub: ['checkout'] },
    { sub: '*' },
    { sub: 'a'.repeat(64) },
  ])('that calls itself what is no label (%j) has no name of its own', async (claims) => {
    const { sent } = await given().ask('open', { authorization: `Bearer ${await partner(claims)}` })
    expect(sent[0]?.headers.get('selvedge-caller')).toBe('partners')
  })
})

describe('a mesh that knows issuers and has no keys of its own', () => {
  it('takes overrides off, since it can verify none', async () => {
    const { ask } = given({ keys: undefined, key: undefined })
    const token = await givenOverride(mesh1, NOW_S * 1000, { claims: { o: { open: 'open@pr-1' } } })
    const { sent } = await ask('open', { baggage: `a=1,selvedge-override=${token}` })
    expect([sent[0]?.at, sent[0]?.headers.get('baggage')]).toEqual(['OPEN', 'a=1'])
  })
})
