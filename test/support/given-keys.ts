/** Keys and tokens to test with, made by jose in Node: the other party of every token. */
import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'

export interface GivenKey {
  readonly kid: string
  /** As it stands in a key set. */
  readonly open: JWK & Record<string, unknown>
  /** As it stands in a secret, as text. */
  readonly secret: string
  readonly whole: JWK & Record<string, unknown>
}

/**
 * @param over members beside those of the key: `selvedge:since`, `selvedge:callers` …
 * @param alg `Ed25519`, `EdDSA`, `ES256`, `PS256` or `RS256`.
 */
export async function givenKey(kid: string, over: Record<string, unknown> = {}, alg = 'Ed25519'): Promise<GivenKey> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const whole = { ...(await exportJWK(pair.privateKey)), kid, alg }
  const open = { ...(await exportJWK(pair.publicKey)), kid, alg, ...over }
  return { kid, open, whole, secret: JSON.stringify(whole) }
}

export interface GivenToken {
  header?: Record<string, unknown>
  claims?: Record<string, unknown>
}

/** The domain of the tests. */
export const DOMAIN = 'mesh.example.com'

/** A token as a mesh mints it, of `checkout` for `users`; what is given replaces or, being `undefined`, removes a member. */
export async function givenToken(
  key: GivenKey,
  nowMs: number,
  { header = {}, claims = {} }: GivenToken = {},
): Promise<string> {
  const iat = Math.floor(nowMs / 60_000) * 60
  const said = { iss: DOMAIN, sub: 'checkout', aud: 'users', iat, exp: iat + 300, ...claims }
  const { alg = 'Ed25519' } = key.whole
  const sign = new CompactSign(new TextEncoder().encode(JSON.stringify(said)))
  const full = { alg, kid: key.kid, typ: 'selvedge-identity+jwt', ...header }
  return sign.setProtectedHeader(JSON.parse(JSON.stringify(full))).sign(await importJWK(key.whole, alg))
}

/** The three parts of a token that nobody has signed. */
export function unsigned(header: object, claims: object, signature = 'AAAA'): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${signature}`
}

/** A signed override of `users`, for an hour; what is given replaces or, being `undefined`, removes a member. */
export function givenOverride(
  key: GivenKey,
  nowMs: number,
  { header = {}, claims = {} }: GivenToken = {},
): Promise<string> {
  const iat = Math.floor(nowMs / 1000)
  const said = { aud: undefined, sub: 'alice', iat, exp: iat + 3600, o: { users: 'users@pr-1' }, ...claims }
  return givenToken(key, nowMs, { header: { typ: 'selvedge-override+jwt', ...header }, claims: said })
}
