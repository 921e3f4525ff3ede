/** Pairs of keys: made here, and never kept; of what stands in a file only the public half goes anywhere. */
import { Fault } from '../../manifest/yaml/fault.ts'
import { fileText } from '../file-text.ts'

export interface PrivateJwk {
  readonly kid: string
  readonly [member: string]: unknown
}

/** Members of private keys (RFC 7518 §6), and what WebCrypto says of the use of a key. */
const NOT_PUBLIC = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'key_ops', 'ext']

/** Ed25519: it signs the same bytes everywhere, so that a token is verified once (docs/trust.md). */
export async function newKey(kid: string): Promise<PrivateJwk> {
  const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair
  const { kty, crv, x, d } = (await crypto.subtle.exportKey('jwk', pair.privateKey)) as JsonWebKey
  return { kid, kty, crv, alg: 'Ed25519', x, d }
}

export function publicHalf(jwk: PrivateJwk): Record<string, unknown> {
  return Object.fromEntries(Object.entries(jwk).filter(([member]) => !NOT_PUBLIC.includes(member)))
}

/**
 * The keys of a file, a JWK or a JWKS; `-` is standard input.
 *
 * @throws {Fault} that repeats nothing of what stands there.
 */
export function keysIn(file: string): readonly PrivateJwk[] {
  const text = fileText(file)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Fault(`${file} is no JSON: a key is a JWK, or a JWKS.`)
  }
  const { keys = [value] } = (value ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys) || !keys.every(isNamed)) throw new Fault(`${file} holds no JWK with a kid.`)
  return keys
}

function isNamed(key: unknown): key is PrivateJwk {
  return typeof key === 'object' && key !== null && typeof Reflect.get(key, 'kid') === 'string'
}
