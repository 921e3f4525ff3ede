/** Signatures, by jose: it is told the key and its one algorithm, and chooses neither by the token. */
import type { PublicKey } from '../../wire/key-set.ts'

export interface Signatures {
  /** Was this compact JWS signed with the private half of this key? */
  isSigned(text: string, key: Pick<PublicKey, 'jwk' | 'algorithm'>): Promise<boolean>
}

/** Imported once a key: 7 µs, and a key is a plain handle that outlives its request. */
export function signatures(): Signatures {
  const imported = new WeakMap<object, CryptoKey | Uint8Array>()
  return {
    async isSigned(text, key) {
      const { compactVerify, importJWK } = await import('./libraries.ts')
      try {
        let handle = imported.get(key)
        if (!handle) {
          handle = await importJWK({ ...key.jwk }, key.algorithm)
          imported.set(key, handle)
        }
        await compactVerify(text, handle, { algorithms: namesOf(key.algorithm) })
        return true
      } catch {
        return false
      }
    },
  }
}

/** One algorithm under both of its names. */
function namesOf(algorithm: string): string[] {
  return algorithm === 'Ed25519' || algorithm === 'EdDSA' ? ['Ed25519', 'EdDSA'] : [algorithm]
}
