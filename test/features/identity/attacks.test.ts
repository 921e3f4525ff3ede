/** Tokens that an attacker could send, with each algorithm: none of them names a caller that it may not. */
import { beforeAll, describe, expect, it } from 'vitest'
import { silent } from '../../../src/core/log.ts'
import { virtualClock } from '../../../src/core/time/virtual-clock.ts'
import { guests } from '../../../src/features/identity/guests.ts'
import { fixedKeys } from '../../../src/features/identity/held-keys.ts'
import { issuerKeys } from '../../../src/features/identity/issuer-keys.ts'
import { verifier } from '../../../src/features/identity/verifier.ts'
import { keySet } from '../../../src/wire/key-set.ts'
import { DOMAIN, givenKey } from '../../support/given-keys.ts'
import { ATTACKS, type Attack, NOW_MS, NOW_S, type Scene, token } from '../../support/token-attacks.ts'

/**
 * What an issuer outside may do as it likes, and a mesh may not: RFC 7519 asks for none of it. They are good tokens of a guest, whatever they
 * say: `partners` itself, or a name beneath it.
 */
const FREE_TO_GUESTS = new Map([
  ['a jwk beside a good signature', 'checkout.partners'],
  ['a jku', 'checkout.partners'],
  ['an x5u', 'checkout.partners'],
  ['an x5c', 'checkout.partners'],
  ['aud as a list with ours', 'checkout.partners'],
  ['no iat', 'checkout.partners'],
  ['the life of a day', 'checkout.partners'],
  ['a sub that is not of its key', 'admin.partners'],
  ['no sub', 'partners'],
  ['sub that is no name', 'partners'],
  ['sub as an object', 'partners'],
  // Beneath the 8 KB that a guest's may have.
  ['5 KB', 'checkout.partners'],
])

/** What says no issuer that is configured is the application's own: nobody is known by it. */
const NOT_THEIRS = new Set([
  'another iss',
  'no iss',
  'iss in another case',
  'iss as a list',
  'claims that are a list',
  'claims that are null',
  'an empty text',
  'what is no token',
])

describe.each(['Ed25519', 'EdDSA', 'ES256', 'PS256', 'RS256'])('%s', (alg) => {
  let scene: Scene
  beforeAll(async () => {
    scene = { alg, key: await givenKey('mesh-1', {}, alg), other: await givenKey('evil', {}, alg) }
  })

  const judge = (text: string) => {
    const keys = fixedKeys(keySet({ keys: [{ ...scene.key.open, 'selvedge:callers': ['checkout', '*.shop'] }] }))
    const clock = virtualClock({ startAt: NOW_MS })
    return (async () => verifier(DOMAIN, keys).callerOf(text, 'users', { clock, defer: silent }))()
  }

  it('knows the caller of a good token', async () => {
    expect(await judge(await token(scene))).toBe('checkout')
    expect(await judge(await token(scene, {}, { sub: 'a.shop' }))).toBe('a.shop')
  })

  it.each(Object.keys(ATTACKS))('refuses %s', async (name) => {
    const text = await (ATTACKS[name] as Attack)(scene)
    const error = await judge(text).then(
      (caller) => expect.unreachable(`${name} was taken for ${caller}`),
      (error) => error,
    )
    expect(error).toMatchObject({ code: 'caller_unknown' })
    expect(error.extra.headers['www-authenticate']).toMatch(
      /^Bearer realm="mesh\.example\.com", error="invalid_token", error_description="[ !#-[\]-~]+"$/,
    )
    // What is wrong, never the token.
    if (text.length > 20)
      expect(`${error.message} ${error.extra.headers['www-authenticate']}`).not.toContain(text.slice(-20))
  })

  const guestIn = (text: string) => {
    const keys = fixedKeys(issuerKeys({ keys: [scene.key.open] }, [alg]))
    const issuer = {
      issuer: DOMAIN,
      audiences: ['users'],
      jwks: 'https://id.example.com/jwks.json',
      algorithms: [alg as 'ES256'],
      types: ['selvedge-identity+jwt'],
      from: 'header:x-token',
      under: 'partners',
      keys,
    }
    const clock = virtualClock({ startAt: NOW_MS })
    const headers = new Headers({ 'x-token': text })
    return (async () => guests('realm', [issuer], silent).guestOf(headers, { clock, defer: silent }))()
  }

  it('knows the guest of a good token', async () => {
    expect((await guestIn(await token(scene)))?.name).toBe('checkout.partners')
  })

  it.each(Object.keys(ATTACKS))('makes nobody a guest by %s, or one by no more than its name', async (name) => {
    const text = await (ATTACKS[name] as Attack)(scene)
    const end = await guestIn(text).then(
      (guest) => guest?.name ?? 'nobody',
      (error) => error.code,
    )
    expect(end).toBe(FREE_TO_GUESTS.get(name) ?? (NOT_THEIRS.has(name) ? 'nobody' : 'caller_unknown'))
  })

  it.each([
    ['expired 29 s ago', { iat: NOW_S - 329, exp: NOW_S - 29 }],
    ['issued 29 s ahead', { iat: NOW_S + 29, exp: NOW_S + 329 }],
    ['valid in 29 s', { nbf: NOW_S + 29 }],
  ])('forgives clocks that differ: %s', async (_, claims) => {
    expect(await judge(await token(scene, {}, claims))).toBe('checkout')
  })
})

it('is the table of at least the 57 that were tried', () => {
  expect(Object.keys(ATTACKS).length).toBeGreaterThanOrEqual(57)
})
