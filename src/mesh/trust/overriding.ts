/** Signed overrides, as a mesh with keys applies them. */
import { MeshError } from '../../core/errors.ts'
import type { HeldKeys } from '../../features/identity/held-keys.ts'
import { keyNamed } from '../../features/identity/key-named.ts'
import { signatures } from '../../features/identity/signatures.ts'
import { isOf } from '../../features/identity/verifier.ts'
import { hasOverride, override } from '../../features/override/filter.ts'
import { type OverrideKeys, overrideVerifier } from '../../features/override/verifier.ts'
import type { LiveService } from '../live-service.ts'
import type { Called } from '../resolver.ts'
import type { Overriding } from './identities.ts'

/**
 * @param domain the trust domain: who issues overrides.
 * @param lifeS how long one may live, in seconds.
 */
export function overriding(domain: string, keys: HeldKeys, lifeS: number): Overriding {
  const verifier = overrideVerifier(keysOf(keys), { issuer: domain, lifeS })
  return { isMet: hasOverride, filter: (find) => override<LiveService, Called>(verifier, find) }
}

function keysOf(keys: HeldKeys): OverrideKeys {
  const { isSigned } = signatures()
  return {
    isKnown: (key, asking) => keys.known(asking)?.of(key.kid) === key,
    of(kid, asking) {
      const unknown = new MeshError('caller_unknown', '')
      return keyNamed(keys, kid, asking, () => unknown).catch((error: unknown) => {
        if (error === unknown) return undefined
        throw error
      })
    },
    isSigned: async (text, algorithm, key) => isOf(algorithm, key) && isSigned(text, key),
  }
}
