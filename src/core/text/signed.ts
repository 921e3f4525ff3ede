/** A compact JWS (RFC 7515 §7.1) of a private key, made by the platform itself: what is signed once in a while needs no library. */
import { toBase64url } from './base64url.ts'

interface Means {
  readonly imported: { readonly name: string; readonly hash?: string; readonly namedCurve?: string }
  readonly signed: { readonly name: string; readonly hash?: string; readonly saltLength?: number }
}

/** RFC 7518 §3.1 and RFC 9864, as WebCrypto has them. */
const MEANS: Readonly<Record<string, Means>> = {
  Ed25519: { imported: { name: 'Ed25519' }, signed: { name: 'Ed25519' } },
  EdDSA: { imported: { name: 'Ed25519' }, signed: { name: 'Ed25519' } },
  ES256: { imported: { name: 'ECDSA', namedCurve: 'P-256' }, signed: { name: 'ECDSA', hash: 'SHA-256' } },
  PS256: { imported: { name: 'RSA-PSS', hash: 'SHA-256' }, signed: { name: 'RSA-PSS', saltLength: 32 } },
  RS256: { imported: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, signed: { name: 'RSASSA-PKCS1-v1_5' } },
}

/**
 * @param algorithm that of the key: `Ed25519`, `EdDSA`, `ES256`, `PS256` or `RS256`.
 * @param jwk the private key.
 * @throws {TypeError} where it cannot sign; the message repeats nothing of the key.
 */
export async function signedJws(
  header: object,
  claims: string,
  algorithm: string,
  jwk: Readonly<Record<string, unknown>>,
): Promise<string> {
  const means = Object.hasOwn(MEANS, algorithm) ? MEANS[algorithm] : undefined
  if (!means) throw new TypeError(`Expected a key whose alg is one of ${Object.keys(MEANS).join(', ')}.`)
  const text = `${toBase64url(JSON.stringify(header))}.${toBase64url(claims)}`
  try {
    // What it says of its own use (`alg`, `use`, `key_ops`) platforms read differently.
    const { alg: _, use: __, key_ops: ___, ext: ____, ...members } = jwk
    const key = await crypto.subtle.importKey('jwk', { kty: String(jwk['kty']), ...members }, means.imported, false, [
      'sign',
    ])
    const signature = await crypto.subtle.sign(means.signed, key, new TextEncoder().encode(text))
    return `${text}.${encoded(new Uint8Array(signature))}`
  } catch {
    throw new TypeError('The private key cannot sign.')
  }
}

function encoded(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
