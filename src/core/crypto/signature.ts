/** Signatures of a compact JWS (RFC 7515 §5, RFC 7518 §3, RFC 8037 §3), by the platform's WebCrypto. Who calls says the algorithm: never the token. */
import { bytesOfBase64url, toBase64url, toBase64urlOf } from '../text/base64url.ts'

interface Parameters {
  readonly imported: { readonly name: string; readonly namedCurve?: string; readonly hash?: string }
  readonly signed: { readonly name: string; readonly hash?: string; readonly saltLength?: number }
}

const ED25519: Parameters = { imported: { name: 'Ed25519' }, signed: { name: 'Ed25519' } }

const PARAMETERS: Readonly<Record<string, Parameters>> = {
  Ed25519: ED25519,
  // The older name (RFC 9864).
  EdDSA: ED25519,
  ES256: { imported: { name: 'ECDSA', namedCurve: 'P-256' }, signed: { name: 'ECDSA', hash: 'SHA-256' } },
  PS256: { imported: { name: 'RSA-PSS', hash: 'SHA-256' }, signed: { name: 'RSA-PSS', saltLength: 32 } },
  RS256: { imported: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, signed: { name: 'RSASSA-PKCS1-v1_5' } },
}

/** What a JWK says of its use: the algorithm is given, and so is the use. */
const SAID = /^(?:alg|use|key_ops|ext|kid|x5.*|selvedge:.*)$/

/** @throws what the platform throws for a key that is none of this algorithm. It may repeat the key. */
export function importedKey(
  jwk: Readonly<Record<string, unknown>>,
  algorithm: string,
  use: 'sign' | 'verify',
): Promise<CryptoKey> {
  const { kty, ...members } = Object.fromEntries(Object.entries(jwk).filter(([name]) => !SAID.test(name)))
  return crypto.subtle.importKey('jwk', { ...members, kty: String(kty) }, of(algorithm).imported, false, [use])
}

/** Was this compact JWS signed with the private half of this key? */
export async function isSigned(text: string, key: CryptoKey, algorithm: string): Promise<boolean> {
  const end = text.lastIndexOf('.')
  const mark = bytesOfBase64url(text.slice(end + 1))
  return mark !== undefined && crypto.subtle.verify(of(algorithm).signed, key, mark, bytesOf(text.slice(0, end)))
}

/** The compact JWS of two JSON texts. */
export async function signed(header: string, claims: string, key: CryptoKey, algorithm: string): Promise<string> {
  const text = `${toBase64url(header)}.${toBase64url(claims)}`
  const mark = await crypto.subtle.sign(of(algorithm).signed, key, bytesOf(text))
  return `${text}.${toBase64urlOf(new Uint8Array(mark))}`
}

function of(algorithm: string): Parameters {
  const parameters = Object.hasOwn(PARAMETERS, algorithm) ? PARAMETERS[algorithm] : undefined
  if (!parameters) throw new TypeError(`No signature is made with ${algorithm}.`)
  return parameters
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
