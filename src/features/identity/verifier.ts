/** Verifies identity tokens: at once where the same token was met before, which is so for all calls of a caller within a minute. */
import type { ServiceName } from '../../core/endpoint.ts'
import { lru } from '../../core/lru.ts'
import { IDENTITY } from '../../wire/headers.ts'
import { MAX_IDENTITY_LENGTH, readIdentity } from '../../wire/identity.ts'
import { readJws, SKEW_S } from '../../wire/jws.ts'
import { type PublicKey, speaksFor } from '../../wire/key-set.ts'
import type { HeldKeys, KeyAsking } from './held-keys.ts'
import { keyNamed } from './key-named.ts'
import { tokenRefused } from './refused.ts'
import { signatures } from './signatures.ts'

/** Verified tokens kept, by their text. Refused ones are not: whoever sends them would fill it. */
const MAX_TOKENS = 1000

export interface Verifier {
  /**
   * The caller that a token names.
   *
   * @param audience the name under which the receiver is known.
   * @throws {MeshError} or rejects: `caller_unknown` where it is not valid, `trust_unavailable` where the keys to judge it cannot be read.
   */
  callerOf(text: string, audience: ServiceName, asking: KeyAsking): ServiceName | Promise<ServiceName>
}

interface Verified {
  readonly caller: ServiceName
  readonly audience: ServiceName
  readonly expiresAt: number
  readonly key: PublicKey
}

/** @param domain the trust domain: the issuer of its tokens. */
export function verifier(domain: string, keys: HeldKeys): Verifier {
  const verified = lru<string, Verified>(MAX_TOKENS)
  const { isSigned } = signatures()
  const refused = (fault: string) => tokenRefused(domain, IDENTITY, fault)

  function callerOf(text: string, audience: ServiceName, asking: KeyAsking): ServiceName | Promise<ServiceName> {
    const before = verified.get(text)
    if (before && before.audience === audience && before.expiresAt + SKEW_S > asking.clock.now() / 1000) {
      // A key that was retired since has no token any more.
      if (keys.known(asking)?.of(before.key.kid) === before.key) return before.caller
    }
    return judged(text, audience, asking)
  }

  async function judged(text: string, audience: ServiceName, asking: KeyAsking): Promise<ServiceName> {
    if (text.length > MAX_IDENTITY_LENGTH) throw refused('too long')
    const jws = readJws(text)
    if (!jws) throw refused('no token')
    // Before the signature: most rubbish costs nothing more.
    const said = readIdentity(jws, { issuer: domain, audience }, asking.clock.now() / 1000)
    if (typeof said === 'string') throw refused(said)
    const key = await keyNamed(keys, said.kid, asking, refused)
    if (!isOf(said.algorithm, key)) throw refused('another algorithm than that of its key')
    if (!speaksFor(key, said.caller)) throw refused('a key that may not speak for this caller')
    if (!(await isSigned(text, key))) throw refused('a wrong signature')
    verified.set(text, { caller: said.caller, audience, expiresAt: said.expiresAt, key })
    return said.caller
  }

  return { callerOf }
}

/** RFC 9864: `EdDSA` is the older name of `Ed25519`. */
export function isOf(algorithm: string, key: Pick<PublicKey, 'algorithm'>): boolean {
  const named = (name: string) => (name === 'EdDSA' ? 'Ed25519' : name)
  return named(algorithm) === named(key.algorithm)
}
