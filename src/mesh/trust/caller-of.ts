/** Who sent a request, by the tokens that it brings: the mesh's own, or that of an issuer outside; and what of them goes on. */
import type { ServiceName } from '../../core/endpoint.ts'
import type { Guest } from '../../features/identity/guest.ts'
import type { Guests } from '../../features/identity/guests.ts'
import type { KeyAsking } from '../../features/identity/held-keys.ts'
import type { Verifier } from '../../features/identity/verifier.ts'
import { IDENTITY } from '../../wire/headers.ts'
import type { Identities, Shown } from './identities.ts'

/**
 * @param own `undefined`: this mesh has no keys, and no token of its own is read.
 * @param guests `undefined`: there are no issuers.
 */
export function callersBy(
  own: Verifier | undefined,
  guests: Guests | undefined,
  clock: KeyAsking['clock'],
): Identities['callerOf'] {
  return function callerOf(request, isKnown, audience, defer) {
    const asking = { clock, defer }
    const guest = guests?.guestOf(request.headers, asking)
    const member = isKnown ? undefined : memberOf(request, audience, asking)
    if (guest instanceof Promise || member instanceof Promise) {
      return Promise.all([guest, member]).then(([guest, member]) => shown(request, isKnown, guest, member))
    }
    return shown(request, isKnown, guest, member)
  }

  function memberOf(request: Request, audience: () => ServiceName | undefined, asking: KeyAsking) {
    const text = request.headers.get(IDENTITY)
    if (text === null || !own || guests?.isTheirs(request.headers)) return undefined
    const receiver = audience()
    return receiver === undefined ? undefined : own.callerOf(text, receiver, asking)
  }

  function shown(
    request: Request,
    isKnown: boolean,
    guest: Guest | undefined,
    member: ServiceName | undefined,
  ): Shown | undefined {
    const filled = guests?.filled ?? []
    const isForged = filled.some((name) => request.headers.has(name))
    if (!guest && member === undefined && !isForged) return undefined
    const caller =
      member !== undefined
        ? ({ name: member, proof: 'identity' } as const)
        : guest && !isKnown
          ? ({ name: guest.name, proof: 'issuer' } as const)
          : undefined
    return { caller, claims: guest?.claims, request: asFilled(request, filled, isForged, guest) }
  }

  /** With the headers that its issuer fills, and no others of their names; without a token that goes no further. */
  function asFilled(request: Request, filled: readonly string[], isForged: boolean, guest: Guest | undefined): Request {
    const kept = guest && guests?.kept(guest)
    if (!isForged && kept === undefined && !guest?.headers.length) return request
    const headers = new Headers(request.headers)
    for (const name of filled) headers.delete(name)
    for (const [name, value] of guest?.headers ?? []) headers.set(name, value)
    if (kept !== undefined) headers.delete(kept)
    return new Request(request, { headers })
  }
}
