/** A grant: lets a caller that is not trusted ask why, for the names that it lists and for five minutes. */
import type { Seal } from '../core/seal.ts'
import { fromBase64url, toBase64url } from '../core/text/base64url.ts'

/** How long a grant is believed, in milliseconds. */
export const GRANT_MS = 300_000
/** Names of one grant, at most. */
export const MAX_GRANT_NAMES = 32
/** Characters of one grant, at most: with 32 names of 100 characters there is room. */
export const MAX_GRANT_LENGTH = 6000

const VERSION = '1'
/** How far the clocks of two machines may lie apart, in milliseconds. */
const SKEW_MS = 60_000
/** A service name, with a tag if it has one, or a wildcard; or the beginning of names, with a star at its end. */
const NAME = /^(?:\*\.)?[a-z0-9][a-z0-9.@-]{0,252}\*?$|^\*$/

export interface Grant {
  /** Names; one that ends in `*` stands for all that begin so. */
  readonly names: readonly string[]
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** May this stand in a grant? `users`, `*.shop`, `team-*` for all names that begin with `team-`, `*` for all. */
export function isGrantName(text: string): boolean {
  return NAME.test(text)
}

/** Does the grant hold for this name? */
export function covers({ names }: Pick<Grant, 'names'>, name: string): boolean {
  return names.some((one) => one === name || (one.endsWith('*') && name.startsWith(one.slice(0, -1))))
}

/**
 * Mints a grant, as the value of `selvedge-grant`: `1.<names and expiry, base64url>.<mark>`.
 *
 * @param seal with the keys of `MESH_GRANT_KEY`.
 * @param now milliseconds since the epoch.
 * @throws {RangeError} for no names, more than 32, one that is none, or together more than fit into a header.
 */
export async function mintGrant(seal: Seal, names: readonly string[], now: number): Promise<Grant & { grant: string }> {
  const wrong = names.find((name) => !isGrantName(name))
  if (wrong !== undefined)
    throw new RangeError(`A grant is for service names, or beginnings as "team-*"; got "${wrong}".`)
  if (names.length < 1 || names.length > MAX_GRANT_NAMES)
    throw new RangeError(`A grant is for 1 to ${MAX_GRANT_NAMES} names; got ${names.length}.`)
  const expiresAt = now + GRANT_MS
  const said = `${VERSION}.${toBase64url(JSON.stringify([expiresAt, ...names]))}`
  const grant = `${said}.${await seal.markOf(marked(said))}`
  if (grant.length > MAX_GRANT_LENGTH) throw new RangeError(`The names of a grant are too long together.`)
  return { grant, names, expiresAt }
}

/** What a grant says, where it was minted with one of the keys and has not expired. `undefined` for any other text. */
export async function readGrant(text: string, seal: Seal, now: number): Promise<Grant | undefined> {
  if (text.length > MAX_GRANT_LENGTH) return undefined
  const [version, body = '', mark = '', ...more] = text.split('.')
  if (version !== VERSION || more.length > 0) return undefined
  if (!(await seal.fits(marked(`${version}.${body}`), mark))) return undefined
  const [expiresAt, ...names] = JSON.parse(fromBase64url(body) ?? '[]') as [number, ...string[]]
  return now < expiresAt && expiresAt <= now + GRANT_MS + SKEW_MS ? { names, expiresAt } : undefined
}

/** What is marked is of grants alone, should a key be used for something else, too. */
function marked(said: string): string {
  return `selvedge-grant ${said}`
}
