/** Tokens that an attacker could send, of whatever algorithm. jose in Node is the other party. */
import { createHmac } from 'node:crypto'
import { CompactSign, exportJWK, exportSPKI, importJWK } from 'jose'
import { DOMAIN, type GivenKey, givenToken, unsigned } from './given-keys.ts'

/** When they are made. */
export const NOW_MS = 1_800_000_000_000
export const NOW_S = NOW_MS / 1000

export interface Scene {
  /** Of the issuer. */
  key: GivenKey
  /** Of the attacker. */
  other: GivenKey
  alg: string
}

/** Each makes one text of what stands in the header. */
export type Attack = (scene: Scene) => Promise<string> | string

const said = { iss: DOMAIN, sub: 'checkout', aud: 'users', iat: NOW_S, exp: NOW_S + 300 }
export const token = (scene: Scene, header = {}, claims = {}) => givenToken(scene.key, NOW_MS, { header, claims })
const typ = 'selvedge-identity+jwt'
const none =
  (alg: unknown): Attack =>
  ({ key }) =>
    unsigned({ alg, kid: key.kid, typ }, said, '')
const noneSigned =
  (alg: unknown): Attack =>
  ({ key }) =>
    unsigned({ alg, kid: key.kid, typ }, said)

/** HMAC with something that everybody knows of the key. */
const hmac =
  (secretOf: (scene: Scene) => Promise<Buffer>, alg = 'HS256'): Attack =>
  async (scene) => {
    const [header, claims] = unsigned({ alg, kid: scene.key.kid, typ }, said).split('.')
    const mark = createHmac('sha256', await secretOf(scene))
      .update(`${header}.${claims}`)
      .digest('base64url')
    return `${header}.${claims}.${mark}`
  }
const spkiOf = async ({ key, alg }: Scene) =>
  exportSPKI((await importJWK({ ...key.open }, alg, { extractable: true })) as CryptoKey)

/** A part of a good token, changed. */
const edited =
  (edit: (parts: [string, string, string]) => string): Attack =>
  async (scene) =>
    edit((await token(scene)).split('.') as [string, string, string])

const withHeader =
  (header: Record<string, unknown>): Attack =>
  (scene) =>
    token(scene, header)
const withClaims =
  (claims: Record<string, unknown>): Attack =>
  (scene) =>
    token(scene, {}, claims)
const utf8 = (text: string) => Buffer.from(text).toString('base64url')

/** By what is wrong with them. */
export const ATTACKS: Record<string, Attack> = {
  'alg none': none('none'),
  'alg None': none('None'),
  'alg NONE': none('NONE'),
  'alg none with a signature': noneSigned('none'),
  'alg empty': noneSigned(''),
  'alg missing': noneSigned(undefined),
  'alg a number': noneSigned(1),
  'alg a list': noneSigned(['none']),
  'HS256 with the SPKI': hmac(async (scene) => Buffer.from(await spkiOf(scene))),
  'HS256 with the raw public key': hmac(async ({ key }) =>
    Buffer.from(String(key.open['x'] ?? key.open['n']), 'base64url'),
  ),
  'HS256 with the JWK as JSON': hmac(async ({ key }) => Buffer.from(JSON.stringify(key.open))),
  'HS512 named, HMAC of the SPKI': hmac(async (scene) => Buffer.from(await spkiOf(scene)), 'HS512'),
  'HMAC under the right alg': async (scene) =>
    hmac(async ({ key }) => Buffer.from(JSON.stringify(key.open)), scene.alg)(scene),
  'a jwk of its own': async ({ other, alg }) => {
    const sign = new CompactSign(Buffer.from(JSON.stringify(said)))
    const header = {
      alg,
      kid: other.kid,
      typ,
      jwk: await exportJWK(await importJWK({ ...other.open }, alg, { extractable: true })),
    }
    return sign.setProtectedHeader(header).sign(await importJWK(other.whole, alg))
  },
  'a jwk beside a good signature': ({ key, ...scene }) => token({ key, ...scene }, { jwk: key.open }),
  'a jku': withHeader({ jku: 'https://evil.example/jwks.json' }),
  'an x5u': withHeader({ x5u: 'https://evil.example/cert' }),
  'an x5c': withHeader({ x5c: ['AAAA'] }),
  'no kid': withHeader({ kid: undefined }),
  'an unknown kid': withHeader({ kid: 'mesh-9' }),
  'kid __proto__': withHeader({ kid: '__proto__' }),
  'kid constructor': withHeader({ kid: 'constructor' }),
  'kid empty': withHeader({ kid: '' }),
  'kid a number': withHeader({ kid: 1 }),
  'kid a list': withHeader({ kid: ['mesh-1'] }),
  'another key under the kid of this one': ({ key, other }) => givenToken(other, NOW_MS, { header: { kid: key.kid } }),
  'another algorithm of the family': async (scene) => {
    const [, ...rest] = (await token(scene)).split('.')
    const alg = { RS256: 'RS384', PS256: 'RS256', ES256: 'ES384', Ed25519: 'Ed448', EdDSA: 'ES256' }[scene.alg]
    return [utf8(JSON.stringify({ alg, kid: scene.key.kid, typ })), ...rest].join('.')
  },
  'another iss': withClaims({ iss: 'mesh.example.org' }),
  'no iss': withClaims({ iss: undefined }),
  'iss in another case': withClaims({ iss: 'MESH.example.com' }),
  'iss as a list': withClaims({ iss: [DOMAIN] }),
  'another aud': withClaims({ aud: 'billing' }),
  'no aud': withClaims({ aud: undefined }),
  'aud as a list with ours': withClaims({ aud: ['users', 'billing'] }),
  'aud with a tag': withClaims({ aud: 'users@pr-1' }),
  'no exp': withClaims({ exp: undefined }),
  'exp as text': withClaims({ exp: String(NOW_S + 300) }),
  'exp Infinity': edited(
    ([header, , mark]) => `${header}.${utf8(JSON.stringify(said).replace(String(NOW_S + 300), '1e999'))}.${mark}`,
  ),
  'no iat': withClaims({ iat: undefined }),
  'iat as text': withClaims({ iat: String(NOW_S) }),
  'no sub': withClaims({ sub: undefined }),
  'sub that is no name': withClaims({ sub: 'Check out' }),
  'sub as an object': withClaims({ sub: { toString: 'checkout' } }),
  'no typ': withHeader({ typ: undefined }),
  'typ JWT': withHeader({ typ: 'JWT' }),
  'typ of an override': withHeader({ typ: 'selvedge-override+jwt' }),
  'expired by more than the clocks may differ': withClaims({ iat: NOW_S - 331, exp: NOW_S - 31 }),
  'issued by more ahead than the clocks may differ': withClaims({ iat: NOW_S + 31, exp: NOW_S + 331 }),
  'not valid yet by more than the clocks may differ': withClaims({ nbf: NOW_S + 31 }),
  'the life of a day': withClaims({ exp: NOW_S + 86_400 }),
  'a sub that is not of its key': withClaims({ sub: 'admin' }),
  'a signature of zeros': edited(([header, claims, mark]) => `${header}.${claims}.${'A'.repeat(mark.length)}`),
  'a signature that is longer': edited(([header, claims, mark]) => `${header}.${claims}.${mark}AAAA`),
  'no signature': edited(([header, claims]) => `${header}.${claims}.`),
  'claims that were changed': edited(
    ([header, , mark]) => `${header}.${utf8(JSON.stringify({ ...said, exp: NOW_S + 299 }))}.${mark}`,
  ),
  crit: ({ key, alg }) => unsigned({ alg, kid: key.kid, typ, crit: ['exp'], exp: NOW_S + 300 }, said),
  'a b64': withHeader({ b64: true }),
  'two tokens': async (scene) => `${await token(scene)}, ${await token(scene)}`,
  'base64 with padding': edited(([header, claims, mark]) => `${header}.${claims}.${mark}==`),
  'a fourth part': edited((parts) => [...parts, 'AAAA'].join('.')),
  'claims in base64 with padding': edited(
    ([header, , mark]) =>
      `${header}.${Buffer.from(JSON.stringify({ ...said, pad: '>>>???>' })).toString('base64')}.${mark}`,
  ),
  'claims that are no UTF-8': edited(([header, , mark]) => {
    const text = JSON.stringify({ ...said, name: '\xff' })
    return `${header}.${Buffer.from(text, 'latin1').toString('base64url')}.${mark}`
  }),
  'claims with a mark of byte order': edited(
    ([header, , mark]) => `${header}.${utf8(`\uFEFF${JSON.stringify(said)}`)}.${mark}`,
  ),
  'claims with spaces in them': edited(
    ([header, claims, mark]) => `${header}.${claims.slice(0, 9)} ${claims.slice(9)}.${mark}`,
  ),
  'two parts': edited(([header, claims]) => `${header}.${claims}`),
  'claims that are a list': edited(([header, , mark]) => `${header}.${utf8('[]')}.${mark}`),
  'claims that are null': edited(([header, , mark]) => `${header}.${utf8('null')}.${mark}`),
  '5 KB': withClaims({ pad: 'x'.repeat(5_000) }),
  'an empty text': () => '',
  'what is no token': () => 'Bearer checkout',
}
