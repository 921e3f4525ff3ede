/** Signed overrides, as a mesh with keys applies them. */
import { MeshError } from '../../core/errors.ts'
import type { HeldKeys } from '../../features/identity/held-keys.ts'
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
    async of(kid, asking) {
      const known = (await keys.find(asking)).of(kid)
      if (known) return known
      const { keys: read, isSure } = await keys.again(asking)
      const found = read.of(kid)
      if (found || isSure) return found
      throw new MeshError(
        'trust_unavailable',
        'The override names a key that is not known, and the keys could not be read anew.',
      )
    },
    isSigned: async (text, algorithm, key) => isOf(algorithm, key) && isSigned(text, key),
  }
}
