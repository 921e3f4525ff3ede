/** Mints override tokens: in the control plane with the key of the mesh, and in a command with one that may swap some names. */
import { importedKey, signed } from '../../core/crypto/signature.ts'
import { MeshError } from '../../core/errors.ts'
import { type PrivateKey, privateKeys } from '../../features/identity/private-keys.ts'
import { trust as form, type WrittenTrust } from '../../features/identity/trust-policy.ts'
import { validated } from '../../record/parse.ts'
import { durationMs } from '../../schema/duration.ts'
import { withOverride } from '../../wire/override/member.ts'
import {
  areSwaps,
  MOST_OVERRIDES,
  OVERRIDE_LIFE_S,
  OVERRIDE_TYPE,
  overrideClaims,
  type Swaps,
} from '../../wire/override/token.ts'

/** Who mints: the first of its keys. */
export interface Minter {
  /** The trust domain. */
  readonly issuer: string
  readonly key: PrivateKey
  /** How long a token may live, in seconds. */
  readonly lifeS: number
}

/** What is minted. */
export interface Minted {
  /** The value of the header `baggage`. */
  readonly baggage: string
  readonly kid: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/**
 * The minter that `MESH_TRUST` and the secret that it names in `sign` come to; `undefined` where there is none.
 *
 * @throws {TypeError} that says what is wrong, and repeats nothing of the secret.
 */
export function minterOf(env: object): Minter | undefined {
  const { MESH_TRUST: said, ...others } = env as Readonly<Record<string, unknown>>
  if (said === undefined) return undefined
  const written = writtenTrust(said)
  const secret = written.sign === undefined ? undefined : others[written.sign]
  return typeof secret === 'string' ? minter(written, secret, written.sign ?? '') : undefined
}

/** @param what the name of the secret or file, for messages. */
export function minter(
  { domain, overrides }: Pick<WrittenTrust, 'domain'> & Partial<Pick<WrittenTrust, 'overrides'>>,
  secret: string,
  what: string,
): Minter {
  const [key] = privateKeys(secret, what)
  return { issuer: domain, key: key as PrivateKey, lifeS: lifeOf(overrides) }
}

/** How long a token may live, in seconds. */
export function lifeOf(overrides: WrittenTrust['overrides']): number {
  return overrides?.maxAge === undefined ? OVERRIDE_LIFE_S : durationMs(overrides.maxAge) / 1000
}

/**
 * @param subject who asked for it.
 * @param forS for how long, in seconds.
 * @throws {RangeError} where the names or the time are not as they may be.
 */
export async function mintOverride(
  { issuer, key, lifeS }: Minter,
  subject: string,
  swaps: Swaps,
  forS: number,
  now: number,
): Promise<Minted> {
  if (!areSwaps(swaps)) {
    const said = Object.entries(swaps).map(([from, to]) => `${from}=${String(to)}`)
    throw new RangeError(
      `Expected 1 to ${MOST_OVERRIDES} service names, and a name with a tag in the place of each, as users=users@pr-123; got "${said.join(' ')}".`,
    )
  }
  if (!(forS >= 1 && forS <= lifeS)) throw new RangeError(`Expected 1 s to ${lifeS} s, for how long it holds.`)
  const issuedAt = Math.floor(now / 1000)
  const expiresAt = issuedAt + Math.floor(forS)
  const { kid, algorithm: alg, whole } = key
  const claims = overrideClaims({ issuer, subject, swaps, issuedAt, expiresAt })
  const token = await signedBy(whole, alg, JSON.stringify({ alg, kid, typ: OVERRIDE_TYPE }), claims)
  return { baggage: withOverride(undefined, token), kid, expiresAt: expiresAt * 1000 }
}

async function signedBy(
  whole: PrivateKey['whole'],
  algorithm: string,
  header: string,
  claims: string,
): Promise<string> {
  try {
    return await signed(header, claims, await importedKey(whole, algorithm, 'sign'), algorithm)
  } catch {
    // What the platform says may repeat the key.
    throw new TypeError('The private key cannot sign.')
  }
}

function writtenTrust(said: unknown): WrittenTrust {
  try {
    return validated(form(), typeof said === 'string' ? JSON.parse(said) : said)
  } catch (cause) {
    throw new TypeError(`MESH_TRUST: ${cause instanceof MeshError ? cause.message : 'Not JSON.'}`, { cause })
  }
}
