/** Verifies tokens of issuers outside of the mesh (RFC 7519, by the practice of RFC 8725): at once where the same token was met before. */
import { MeshError } from '../../core/errors.ts'
import type { Log } from '../../core/log.ts'
import { lru } from '../../core/lru.ts'
import { IDENTITY } from '../../wire/headers.ts'
import { type Jws, readJws, SKEW_S, saidIssuer, timeFault } from '../../wire/jws.ts'
import type { PublicKey } from '../../wire/key-set.ts'
import { type Filled, filledHeaders } from './filled.ts'
import { type Guest, guestOf } from './guest.ts'
import type { HeldKeys, KeyAsking } from './held-keys.ts'
import { keyId } from './issuer-keys.ts'
import type { WrittenIssuer } from './issuer-policy.ts'
import { keyNamed } from './key-named.ts'
import { tokenRefused } from './refused.ts'
import { signatures } from './signatures.ts'

/** An issuer, and its keys. */
export interface Issuer extends WrittenIssuer {
  readonly keys: HeldKeys
}

/** Verified tokens kept, by their text. */
const MAX_TOKENS = 1000
/** Characters of a token, at most. */
const MAX_LENGTH = 8192
/** Of one that is longer than this nobody looks who made it: its sender is a stranger. */
const LOOKED_AT = 16_384
const TYPES = ['at+jwt', 'jwt', '']
const AUTHORIZATION = 'authorization'

export interface Guests {
  /**
   * The guest whose token a request brings; of tokens in several headers it is the first, and each is judged. `undefined` where it brings
   * none, or one of an issuer that nobody configured: that is the application's own.
   *
   * @throws {MeshError} or rejects: `caller_unknown` for one that is not valid, `trust_unavailable` where there never were keys to judge it.
   */
  guestOf(headers: Headers, asking: KeyAsking): Guest | undefined | Promise<Guest | undefined>
  /** Headers that claims fill. */
  readonly filled: Filled
  /** Is what stands in `selvedge-identity` of an issuer that is another mesh? */
  isTheirs(headers: Headers): boolean
  /** The headers that brought a guest's tokens, where these go no further. */
  kept(guest: Guest): readonly string[]
}

interface Verified {
  readonly guest: Guest
  readonly issuer: Issuer
  readonly expiresAt: number
  readonly key: PublicKey
}

/** @param realm the trust domain. */
export function guests(realm: string, issuers: readonly Issuer[], log: Log): Guests {
  const verified = lru<string, Verified>(MAX_TOKENS)
  const heldBack = new WeakMap<Guest, readonly string[]>()
  const { isSigned } = signatures()
  const places = [...new Set(issuers.map(placeOf))]

  function guestIn(headers: Headers, asking: KeyAsking): Guest | undefined | Promise<Guest | undefined> {
    const found = places.flatMap((place) => guestAt(place, headers, asking) ?? [])
    return found.length < 2 ? found[0] : Promise.all(found.map(async (one) => one)).then(together)
  }

  function guestAt(place: string, headers: Headers, asking: KeyAsking): Guest | Promise<Guest | undefined> | undefined {
    const value = headers.get(place)
    const text = value === null ? undefined : place === AUTHORIZATION ? bearer(value) : value.trim()
    if (text === undefined) return undefined
    const before = verified.get(`${place} ${text}`)
    if (before && before.expiresAt + SKEW_S > asking.clock.now() / 1000) {
      if (before.issuer.keys.known(asking)?.of(before.key.kid) === before.key) return before.guest
    }
    const issuer = whoIssued(text, place)
    return issuer && judged(text, place, issuer, asking)
  }

  /** Named by the first; headers are filled from the claims of all. */
  function together(all: readonly (Guest | undefined)[]): Guest | undefined {
    const known = all.filter((one) => one !== undefined)
    const [first] = known
    if (!first || known.length < 2) return first
    const both = { ...first, headers: known.toReversed().flatMap(({ headers }) => headers) }
    heldBack.set(both, known.flatMap(kept))
    return both
  }

  function kept(guest: Guest): readonly string[] {
    return heldBack.get(guest) ?? []
  }

  /** As the token itself says it: whether it is so is seen by its signature. */
  function whoIssued(text: string, place: string): Issuer | undefined {
    for (const part of text.split(',')) {
      const iss = part.length <= LOOKED_AT ? saidIssuer(part.trim().replace(BEARER, '')) : undefined
      const found = issuers.find((one) => one.issuer === iss && placeOf(one) === place)
      if (found) return found
    }
    return undefined
  }

  async function judged(text: string, place: string, issuer: Issuer, asking: KeyAsking): Promise<Guest | undefined> {
    try {
      return await verify(text, place, issuer, asking)
    } catch (error) {
      if (issuer.mode !== 'audit' || !(error instanceof MeshError) || error.code !== 'caller_unknown') throw error
      log({ level: 'warn', event: 'would_deny', key: issuer.issuer, message: error.message })
      return undefined
    }
  }

  async function verify(text: string, place: string, issuer: Issuer, asking: KeyAsking): Promise<Guest> {
    const refused = (fault: string) => tokenRefused(realm, place, fault)
    if (text.length > MAX_LENGTH) throw refused('too long')
    const jws = readJws(text)
    if (!jws) throw refused('no token, or more than one')
    const fault = faultOf(jws, issuer, asking.clock.now() / 1000)
    if (fault !== undefined) throw refused(fault)
    const { kid = '', alg } = jws.header
    if (typeof kid !== 'string') throw refused('no kid')
    const key = await keyNamed(issuer.keys, keyId(kid, String(alg)), asking, refused)
    if (!(await isSigned(text, key))) throw refused('a wrong signature')
    const guest = guestOf(issuer, jws.claims)
    if (issuer.forward === false) heldBack.set(guest, [place])
    verified.set(`${place} ${text}`, { guest, issuer, expiresAt: jws.claims['exp'] as number, key })
    return guest
  }

  return {
    guestOf: guestIn,
    filled: filledHeaders(issuers),
    isTheirs(headers) {
      const text = places.includes(IDENTITY) ? headers.get(IDENTITY) : null
      return text !== null && whoIssued(text, IDENTITY) !== undefined
    },
    kept,
  }
}

function faultOf({ header, claims }: Jws, { audiences, algorithms, types }: Issuer, nowS: number): string | undefined {
  const { alg, typ = '', crit, b64 } = header
  if (crit !== undefined || b64 !== undefined) return 'a header that must be understood'
  if (!algorithms.some((one) => one === alg)) return 'an algorithm that its issuer does not use'
  // RFC 7515 §4.1.9: `application/` may be left out, and case does not matter.
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
  if (type === undefined || !(types?.map((one) => one.toLowerCase()) ?? TYPES).includes(type))
    return 'another type of token'
  const { aud } = claims
  const theirs: unknown[] = Array.isArray(aud) ? aud : [aud]
  if (!audiences.some((one) => theirs.includes(one))) return 'for another audience'
  return timeFault(claims, nowS)
}

function placeOf({ from = AUTHORIZATION }: WrittenIssuer): string {
  return from.replace(/^header:/, '')
}

/** RFC 6750 §2.1, and a tab, which others take for a space. Any other scheme is the application's own. */
const BEARER = /^Bearer\s+/i

function bearer(value: string): string | undefined {
  return BEARER.test(value) ? value.replace(BEARER, '').trim() : undefined
}
