/** Public keys of those who may sign: a JWKS (RFC 7517), in which the algorithm is a property of the key, never of the token. */
import { isServiceName } from '../core/endpoint.ts'
import { matchesWildcard } from '../core/text/wildcard.ts'

/** What a key may sign with: asymmetric algorithms alone, or who can verify could sign. `EdDSA` is read as the older name of `Ed25519` (RFC 9864). */
const MEMBERS_OF: Readonly<
  Record<string, { readonly kty: string; readonly crv?: string; readonly members: readonly string[] }>
> = {
  Ed25519: { kty: 'OKP', crv: 'Ed25519', members: ['x'] },
  EdDSA: { kty: 'OKP', crv: 'Ed25519', members: ['x'] },
  ES256: { kty: 'EC', crv: 'P-256', members: ['x', 'y'] },
  PS256: { kty: 'RSA', members: ['n', 'e'] },
  RS256: { kty: 'RSA', members: ['n', 'e'] },
}

/** Members of private and of secret keys (RFC 7518 §6). */
const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
/** Keys of a set, at most. */
const MAX_KEYS = 64
/** Characters of a modulus of 2,048 bits. */
const LEAST_MODULUS = 342
/** Characters of one member, at most: an RSA key of 8,192 bits has 1,366. */
const MAX_MEMBER = 2048

export interface PublicKey {
  readonly kid: string
  readonly algorithm: string
  /** As a JWK, of its public members alone. */
  readonly jwk: Readonly<Record<string, string>>
  /** When it was published, in seconds since the epoch; 0 where that is not said. */
  readonly since: number
  /** For whom it may speak: names, and `*.suffix`. `undefined`: for all names. */
  readonly callers: readonly string[] | undefined
  /** Names and tags that it may swap. */
  readonly overrides: readonly string[] | undefined
}

export interface KeySet {
  readonly keys: readonly PublicKey[]
  of(kid: string): PublicKey | undefined
}

/**
 * Reads a key set that is ours to write: what is wrong with one key refuses it whole.
 *
 * @param at where it stands, for the message.
 * @throws {TypeError} that names the place, and what may stand there; never what stood there: it may be a private key.
 */
export function keySet(value: unknown, at = '$'): KeySet {
  const { keys } = asObject(value, at)
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) throw wrong(`${at}.keys`, `a list of at most ${MAX_KEYS} keys`)
  return setOf(keys.map((key, index) => publicKey(key, `${at}.keys[${index}]`)))
}

/** A set of keys that were read one by one. */
export function setOf(keys: readonly PublicKey[], at = '$'): KeySet {
  const byKid = new Map(keys.map((key) => [key.kid, key]))
  if (byKid.size < keys.length) throw wrong(`${at}.keys`, `each kid once`)
  return { keys, of: (kid) => byKid.get(kid) }
}

/** @throws {TypeError} as {@link keySet} does. */
export function publicKey(value: unknown, at: string): PublicKey {
  const jwk = asObject(value, at)
  const {
    kid,
    alg,
    use,
    'selvedge:since': since = 0,
    'selvedge:callers': callers,
    'selvedge:overrides': overrides,
  } = jwk
  for (const name of PRIVATE) if (name in jwk) throw wrong(`${at}.${name}`, `a public key, and this is a private one`)
  for (const name of Object.keys(jwk)) {
    if (name.startsWith('selvedge:') && !/^selvedge:(?:since|callers|overrides)$/.test(name))
      throw wrong(`${at}["${name.slice(0, 80)}"]`, 'a field that this version knows')
  }
  if (typeof kid !== 'string' || !/^[\x21-\x7e]{1,128}$/.test(kid))
    throw wrong(`${at}.kid`, `1 to 128 characters of ASCII without spaces`)
  if (use !== undefined && use !== 'sig') throw wrong(`${at}.use`, `"sig", or nothing`)
  if (!isInstant(since)) throw wrong(`${at}["selvedge:since"]`, `seconds since 1970`)
  const algorithm = String(alg)
  return {
    kid,
    algorithm,
    jwk: membersOf(jwk, algorithm, at),
    since,
    callers: namesIn(callers, `${at}["selvedge:callers"]`, isCaller, 'a service name, or "*." and one'),
    overrides: namesIn(
      overrides,
      `${at}["selvedge:overrides"]`,
      (name) => OVERRIDE.test(name),
      'a service name with a tag, in which "*" stands for any text',
    ),
  }
}

/** The members of the JWK that its algorithm asks for, and no others. */
export function membersOf(
  jwk: Readonly<Record<string, unknown>>,
  algorithm: string,
  at: string,
): Record<string, string> {
  const form = Object.hasOwn(MEMBERS_OF, algorithm) ? MEMBERS_OF[algorithm] : undefined
  if (!form) throw wrong(`${at}.alg`, `one of ${Object.keys(MEMBERS_OF).join(', ')}`)
  const { kty, crv, members } = form
  if (jwk['kty'] !== kty) throw wrong(`${at}.kty`, `"${kty}", as its alg is ${algorithm}`)
  if (crv !== undefined && jwk['crv'] !== crv) throw wrong(`${at}.crv`, `"${crv}", as its alg is ${algorithm}`)
  const own: Record<string, string> = crv === undefined ? { kty } : { kty, crv }
  for (const name of members) {
    const member = jwk[name]
    if (typeof member !== 'string' || member.length > MAX_MEMBER || !/^[\w-]+$/.test(member))
      throw wrong(`${at}.${name}`, `base64url`)
    own[name] = member
  }
  // RFC 7518 §3.3: 2,048 bits at least.
  if (kty === 'RSA' && (own['n'] as string).length < LEAST_MODULUS)
    throw wrong(`${at}.n`, `an RSA key of 2,048 bits or more`)
  return own
}

/** May the key say that this service calls? One that only swaps names speaks for nobody. */
export function speaksFor({ callers, overrides }: Pick<PublicKey, 'callers' | 'overrides'>, name: string): boolean {
  if (!callers) return overrides === undefined
  return callers.some((said) => matchesWildcard(said, name))
}

/** Are these the same key, whatever they are called? */
export function isSameKey(one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean {
  return Object.keys(one).every((name) => one[name] === other[name])
}

/** The set as JSON, for whoever is to verify. */
export function jwksOf({ keys }: KeySet): object {
  return {
    keys: keys.map(({ kid, algorithm, jwk, since, callers, overrides }) => ({
      kid,
      alg: algorithm,
      use: 'sig',
      ...jwk,
      ...(since > 0 && { 'selvedge:since': since }),
      ...(callers && { 'selvedge:callers': callers }),
      ...(overrides && { 'selvedge:overrides': overrides }),
    })),
  }
}

const OVERRIDE = /^(?=.{1,320}$)[a-z0-9*](?:[a-z0-9.*-]*)@[a-z0-9*-]+$/

function isCaller(said: string): boolean {
  return isServiceName(said.replace(/^\*\./, ''))
}

function namesIn(
  value: unknown,
  at: string,
  isOne: (name: string) => boolean,
  what: string,
): readonly string[] | undefined {
  if (value === undefined) return undefined
  const isName = (name: unknown) => typeof name === 'string' && isOne(name)
  if (Array.isArray(value) && value.length > 0 && value.length <= 256 && value.every(isName)) return value as string[]
  throw wrong(at, `a list of 1 to 256, each ${what}`)
}

function isInstant(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

export function asObject(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw wrong(at, `an object`)
}

function wrong(at: string, what: string): TypeError {
  return new TypeError(`${at}: Expected ${what}.`)
}
