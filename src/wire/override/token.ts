/** The override token: who swaps which names for which tags, and until when. It gives no identity and no right. */
import { isReference, isServiceName, type ServiceName } from '../../core/endpoint.ts'
import { type Jws, timeFault } from '../jws.ts'

/** RFC 8725 §3.11: none is taken for another. */
export const OVERRIDE_TYPE = 'selvedge-override+jwt'
/** Names of one token, at most. */
export const MOST_OVERRIDES = 16
/** Characters of a token, at most: one with sixteen names has some 1,500, and baggage has 8,192 for all (W3C Baggage §3.3.2). */
export const MAX_OVERRIDE_LENGTH = 4096
/** How long one lives, at most, in seconds, where `MESH_TRUST` says nothing: a day. */
export const OVERRIDE_LIFE_S = 86_400
/** Characters of who it is for. */
const MOST_SUBJECT = 200

/** By the name that is called, the record that answers in its place: `users` by `users@pr-123`. */
export type Swaps = Readonly<Record<ServiceName, string>>

export interface Minted {
  /** The trust domain. */
  readonly issuer: string
  /** Who asked for it: told on receipts, and believed for nothing. */
  readonly subject: string
  readonly swaps: Swaps
  /** Seconds since the epoch. */
  readonly issuedAt: number
  readonly expiresAt: number
}

/** The text of its claims. */
export function overrideClaims({ issuer, subject, swaps, issuedAt, expiresAt }: Minted): string {
  return JSON.stringify({ iss: issuer, sub: subject, iat: issuedAt, exp: expiresAt, o: swaps })
}

/** Are these names, each with a name with a tag in its place? */
export function areSwaps(value: unknown): value is Swaps {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const names = Object.entries(value)
  const isSwap = ([from, to]: [string, unknown]) =>
    isServiceName(from) && typeof to === 'string' && to.includes('@') && isReference(to)
  return names.length > 0 && names.length <= MOST_OVERRIDES && names.every(isSwap)
}

/** What a token says, where all that can be judged without a key is as it should be. */
export interface SaidOverride {
  readonly kid: string
  readonly algorithm: string
  readonly subject: string
  readonly swaps: Swaps
  readonly expiresAt: number
}

/**
 * What a token says, or what is wrong with it, in words that may be told to anyone.
 *
 * @param lifeS how long one may live, in seconds.
 */
export function readOverride(
  { header, claims }: Jws,
  { issuer, lifeS }: { readonly issuer: string; readonly lifeS: number },
  nowS: number,
): SaidOverride | string {
  const { alg, kid, typ, ...others } = header
  if (typ !== OVERRIDE_TYPE) return 'another type of token'
  if (typeof alg !== 'string' || typeof kid !== 'string') return 'no kid or no alg'
  // A key that comes with the token (`jwk`, `jku`, `x5u`), and what must be understood (`crit`), have no place in it.
  if (Object.keys(others).length > 0) return 'a header with more than alg, kid and typ'
  const { iss, sub, iat, exp, o } = claims
  if (iss !== issuer) return 'another issuer'
  if (typeof sub !== 'string' || sub === '' || sub.length > MOST_SUBJECT) return 'no sub'
  if (!areSwaps(o)) return 'no names to swap'
  if (typeof iat !== 'number') return 'no iat'
  const fault = timeFault(claims, nowS)
  if (fault !== undefined) return fault
  const expiresAt = exp as number
  if (expiresAt - iat > lifeS || expiresAt <= iat) return 'a life that is too long'
  return { kid, algorithm: alg, subject: sub, swaps: o, expiresAt }
}

/** Might a token that is not believed be about this name? Where that cannot be read, it might. */
export function mayBeAbout(token: Jws | undefined, name: ServiceName): boolean {
  const swaps = token?.claims['o']
  return !areSwaps(swaps) || Object.hasOwn(swaps, name)
}

/**
 * May a key swap these names? Each of its patterns is a name with a tag, in which `*` stands for any text: `*@pr-*` is a tag of that form of
 * the same service, whichever it is; a pattern that spells the service out may put it in the place of any.
 *
 * @param patterns `undefined`: a key of the mesh, which may swap any name for a tag of its own.
 */
export function maySwap(swaps: Swaps, patterns: readonly string[] = ['*@*']): boolean {
  return Object.entries(swaps).every(([from, to]) =>
    patterns.some((pattern) => {
      const [service = '', tag = ''] = pattern.split('@')
      const [toService = '', toTag = ''] = to.split('@')
      const isMeant = service.includes('*') ? toService === from : toService === service
      return isMeant && matches(service, toService) && matches(tag, toTag)
    }),
  )
}

/** `*` stands for any text, and for none. A pattern is an operator's, of letters, digits, `.`, `-` and `*`. */
function matches(pattern: string, text: string): boolean {
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(text)
}
