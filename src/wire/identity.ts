/** The identity token: who calls whom, for five minutes. Nothing in it is random, so all isolates of a mesh send the same one for a minute. */
import { isServiceName, type ServiceName } from '../core/endpoint.ts'
import { type Jws, timeFault } from './jws.ts'

/** RFC 8725 §3.11: a token says what it is for, so that none is taken for another. */
export const IDENTITY_TYPE = 'selvedge-identity+jwt'
/** Characters of a token, at most: one with a long issuer has 300. */
export const MAX_IDENTITY_LENGTH = 4096
/** How long it lives, in seconds. */
const LIFE_S = 300
/** `iat` is rounded down to so many seconds. */
const ROUND_S = 60

export interface Speaker {
  /** The trust domain. */
  readonly issuer: string
  readonly caller: ServiceName
  /** The name under which the receiver is known. */
  readonly audience: ServiceName
}

/** The text of its claims: the same for a whole minute. */
export function identityClaims({ issuer, caller, audience }: Speaker, nowS: number): string {
  const iat = minuteOf(nowS)
  return JSON.stringify({ iss: issuer, sub: caller, aud: audience, iat, exp: iat + LIFE_S })
}

/** The beginning of the minute, in seconds since the epoch. */
export function minuteOf(nowS: number): number {
  return Math.floor(nowS / ROUND_S) * ROUND_S
}

/** What a token says of itself, where all that can be judged without a key is as it should be. */
export interface SaidIdentity {
  readonly kid: string
  readonly algorithm: string
  readonly caller: ServiceName
  /** Seconds since the epoch. */
  readonly expiresAt: number
}

/**
 * What a token says, or what is wrong with it, in words that may be told to anyone: of what it says itself they repeat nothing
 * but times.
 */
export function readIdentity(
  { header, claims }: Jws,
  { issuer, audience }: Pick<Speaker, 'issuer' | 'audience'>,
  nowS: number,
): SaidIdentity | string {
  const { alg, kid, typ, ...others } = header
  if (typ !== IDENTITY_TYPE) return 'another type of token'
  if (typeof alg !== 'string' || typeof kid !== 'string') return 'no kid or no alg'
  // A key that comes with the token (`jwk`, `jku`, `x5u`), and what must be understood (`crit`), have no place in it.
  if (Object.keys(others).length > 0) return 'a header with more than alg, kid and typ'
  const { iss, sub, aud, iat, exp } = claims
  if (iss !== issuer) return 'another issuer'
  if (typeof sub !== 'string' || !isServiceName(sub)) return 'no caller'
  if (aud !== audience) return 'for another receiver'
  if (typeof iat !== 'number') return 'no iat'
  const fault = timeFault(claims, nowS)
  if (fault !== undefined) return fault
  const expiresAt = exp as number
  if (expiresAt - iat > LIFE_S || expiresAt <= iat) return 'a life of other than five minutes'
  return { kid, algorithm: alg, caller: sub, expiresAt }
}
