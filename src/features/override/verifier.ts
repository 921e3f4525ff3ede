/** Verifies override tokens, at each hop anew: at once where the same token was met before. */
import { lru } from '../../core/lru.ts'
import type { Clock } from '../../core/time/clock.ts'
import { type Jws, readJws, SKEW_S } from '../../wire/jws.ts'
import type { PublicKey } from '../../wire/key-set.ts'
import { MAX_OVERRIDE_LENGTH, maySwap, readOverride, type Swaps } from '../../wire/override/token.ts'

/** Verified tokens kept, by their text. Refused ones are not: whoever sends them would fill it. */
const MAX_TOKENS = 200

/** On whose behalf keys are asked for. */
export interface OverrideAsking {
  readonly clock: Clock
  readonly defer: ((work: Promise<unknown>) => void) | undefined
}

/** What is known of keys. */
export interface OverrideKeys {
  /** Is this still the key of its `kid`? Without waiting. */
  isKnown(key: PublicKey, asking: OverrideAsking): boolean
  /** `undefined`: nobody has that key. @throws {MeshError} `trust_unavailable` where nobody can say. */
  of(kid: string, asking: OverrideAsking): Promise<PublicKey | undefined>
  /** Was this token signed with the private half of the key, by its one algorithm? */
  isSigned(text: string, algorithm: string, key: PublicKey): Promise<boolean>
}

export interface Verified {
  readonly subject: string
  readonly swaps: Swaps
}

/** A token that is not believed: what is wrong with it, and what could be read of it. */
export interface Disbelieved {
  readonly fault: string
  readonly said: Jws | undefined
}

export interface OverrideVerifier {
  /** @throws {MeshError} or rejects: `trust_unavailable` where nobody can say. */
  of(text: string, asking: OverrideAsking): Verified | Promise<Verified | Disbelieved>
}

export interface OverrideVerifierOptions {
  /** The trust domain. */
  readonly issuer: string
  /** How long a token may live, in seconds. */
  readonly lifeS: number
}

export function overrideVerifier(keys: OverrideKeys, options: OverrideVerifierOptions): OverrideVerifier {
  const verified = lru<string, Verified & { readonly key: PublicKey; readonly expiresAt: number }>(MAX_TOKENS)

  async function judged(text: string, asking: OverrideAsking): Promise<Verified | Disbelieved> {
    const jws = text.length > MAX_OVERRIDE_LENGTH ? undefined : readJws(text)
    if (!jws) return { fault: 'no token', said: jws }
    const not = (fault: string): Disbelieved => ({ fault, said: jws })
    // Before the signature: most rubbish costs nothing more.
    const said = readOverride(jws, options, asking.clock.now() / 1000)
    if (typeof said === 'string') return not(said)
    const key = await keys.of(said.kid, asking)
    if (!key) return not('a key that is not known')
    // A function's own key swaps nothing.
    if (!maySwap(said.swaps, key.overrides ?? (key.callers && []))) return not('a key that may not swap these names')
    if (!(await keys.isSigned(text, said.algorithm, key))) return not('a wrong signature')
    const { subject, swaps, expiresAt } = said
    const found = { subject, swaps, expiresAt, key }
    verified.set(text, found)
    return found
  }

  return {
    of(text, asking) {
      const before = verified.get(text)
      const isValid = before && before.expiresAt + SKEW_S > asking.clock.now() / 1000
      // A key that was retired since has no token any more.
      if (isValid && keys.isKnown(before.key, asking)) return before
      return judged(text, asking)
    },
  }
}
