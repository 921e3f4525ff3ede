/** Mints identity tokens: one a minute for each caller and receiver, the same in every isolate where the key is of Ed25519. */
import { importedKey, signed } from '../../core/crypto/signature.ts'
import type { ServiceName } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { lru } from '../../core/lru.ts'
import { SIGNS_AFTER_S } from '../../core/time/key-times.ts'
import { IDENTITY_TYPE, identityClaims, minuteOf } from '../../wire/identity.ts'
import { isSameKey, speaksFor } from '../../wire/key-set.ts'
import type { HeldKeys, KeyAsking } from './held-keys.ts'
import type { PrivateKey } from './private-keys.ts'

/** Tokens kept, of callers and receivers used last. */
const MAX_TOKENS = 1000

export interface Signer {
  /** The token of a call; `undefined` where none of the keys may sign for this caller. */
  tokenFor(
    caller: ServiceName,
    audience: ServiceName,
    asking: KeyAsking,
  ): string | undefined | Promise<string | undefined>
}

interface Minted {
  readonly minute: number
  readonly text: string | undefined
}

/**
 * @param domain the trust domain: the issuer of its tokens.
 * @param own newest published first to sign, whatever their order here.
 * @param published what verifiers have read. `undefined`: nobody tells, and the first key signs.
 */
export function signer(domain: string, own: readonly PrivateKey[], published: HeldKeys | undefined): Signer {
  const minted = lru<string, Minted>(MAX_TOKENS)
  const imported = new WeakMap<PrivateKey, CryptoKey>()

  async function mint(caller: ServiceName, audience: ServiceName, asking: KeyAsking): Promise<string | undefined> {
    const nowS = asking.clock.now() / 1000
    const key = await signing(caller, nowS, asking)
    const text = key && (await signedBy(key, identityClaims({ issuer: domain, caller, audience }, nowS)))
    minted.set(`${caller} ${audience}`, { minute: minuteOf(nowS), text })
    return text
  }

  /** The newest of its keys that verifiers have had for long enough. */
  async function signing(caller: ServiceName, nowS: number, asking: KeyAsking): Promise<PrivateKey | undefined> {
    if (!published) return own[0]
    const keys = await published.newest(asking)
    let newest: PrivateKey | undefined
    let newestSince = -1
    for (const key of own) {
      const theirs = keys.of(key.kid)
      if (!theirs || !isSameKey(theirs.jwk, key.jwk) || !speaksFor(theirs, caller)) continue
      const isOld = theirs.since === 0 || nowS - theirs.since >= SIGNS_AFTER_S
      if (!isOld || theirs.since <= newestSince) continue
      newest = key
      newestSince = theirs.since
    }
    return newest
  }

  async function signedBy(key: PrivateKey, claims: string): Promise<string> {
    const { kid, algorithm: alg } = key
    try {
      const handle = imported.get(key) ?? (await importedKey(key.whole, alg, 'sign'))
      imported.set(key, handle)
      return await signed(JSON.stringify({ alg, kid, typ: IDENTITY_TYPE }), claims, handle, alg)
    } catch {
      // What the platform says may repeat the key.
      throw new MeshError('trust_unavailable', `The private key "${kid}" cannot sign.`)
    }
  }

  return {
    tokenFor(caller, audience, asking) {
      const known = minted.get(`${caller} ${audience}`)
      if (known && known.minute === minuteOf(asking.clock.now() / 1000)) return known.text
      return mint(caller, audience, asking)
    },
  }
}
