/** A guest: a caller that an issuer outside of the mesh knows, by the words of its token. */
import type { ServiceName } from '../../core/endpoint.ts'
import type { WrittenIssuer } from './issuer-policy.ts'

export type Claims = Readonly<Record<string, unknown>>

export interface Guest {
  readonly name: ServiceName
  readonly claims: Claims
  /** Headers that its issuer fills. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

/** A header is filled with so many characters, at most. */
const VALUE = /^[\x20-\x7e]{1,1024}$/
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/

export function guestOf(issuer: WrittenIssuer, claims: Claims): Guest {
  return { name: nameOf(issuer, claims), claims, headers: headersOf(issuer, claims) }
}

/** Always beneath the suffix of its issuer: who chooses its own name there is never called like a member. */
function nameOf(
  { under, caller: { claim = 'sub', names } = { claim: 'sub' } }: WrittenIssuer,
  claims: Claims,
): ServiceName {
  const value = own(claims, claim)
  if (typeof value !== 'string') return under
  if (names) {
    const name = own(names, value)
    return typeof name === 'string' ? `${name}.${under}` : under
  }
  return LABEL.test(value) ? `${value}.${under}` : under
}

function headersOf({ headers = {} }: WrittenIssuer, claims: Claims): [string, string][] {
  return Object.entries(headers).flatMap(([name, claim]): [string, string][] => {
    const value = own(claims, claim)
    if (typeof value !== 'string' && typeof value !== 'number') return []
    return VALUE.test(String(value)) ? [[name, String(value)]] : []
  })
}

/** A claim may be called like what every object has. */
function own(of: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(of, name) ? of[name] : undefined
}
