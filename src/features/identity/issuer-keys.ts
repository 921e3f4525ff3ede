/** The key set of an issuer outside of the mesh: what cannot be used in it is passed over, as RFC 7517 §5 has it. */
import { type KeySet, membersOf, type PublicKey, setOf } from '../../wire/key-set.ts'

/** Keys of a set that are looked at. */
const MAX_KEYS = 64

/**
 * @param algorithms of which its tokens may be.
 * @throws {Error} where nothing in it can be used: an empty set judges nobody.
 */
export function issuerKeys(value: unknown, algorithms: readonly string[]): KeySet {
  const { keys } = (value ?? {}) as { keys?: unknown }
  if (!Array.isArray(keys)) throw new Error('it is no key set')
  const usable = new Map<string, PublicKey>()
  for (const key of keys.slice(0, MAX_KEYS)) for (const one of readable(key, algorithms)) usable.set(one.kid, one)
  if (usable.size === 0) throw new Error(`none of its keys can be used for ${algorithms.join(', ')}`)
  return setOf([...usable.values()])
}

/** A key is of one algorithm: where it does not say of which, it is one key for each that its kind allows. */
function readable(value: unknown, algorithms: readonly string[]): PublicKey[] {
  if (typeof value !== 'object' || value === null) return []
  const jwk = value as Readonly<Record<string, unknown>>
  const { kid = '', alg, use = 'sig' } = jwk
  if (typeof kid !== 'string' || use !== 'sig') return []
  return algorithms.flatMap((algorithm) => {
    if (alg !== undefined && alg !== algorithm) return []
    try {
      const members = membersOf(jwk, algorithm, '$')
      return [
        { kid: keyId(kid, algorithm), algorithm, jwk: members, since: 0, callers: undefined, overrides: undefined },
      ]
    } catch {
      return []
    }
  })
}

/** Under which a key is found: the token says both, and both must be so. */
export function keyId(kid: string, algorithm: string): string {
  return `${algorithm} ${kid}`
}
