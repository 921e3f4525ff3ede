/** Who sent a request, by the tokens that it brings: the mesh's own, or that of an issuer outside; and what of them goes on. */
import type { ServiceName } from '../../core/endpoint.ts'
import type { Guest } from '../../features/identity/guest.ts'
import type { Guests } from '../../features/identity/guests.ts'
import type { KeyAsking } from '../../features/identity/held-keys.ts'
import type { Verifier } from '../../features/identity/verifier.ts'
import { IDENTITY } from '../../wire/headers.ts'
import { CONNECTION } from '../../wire/hop-by-hop.ts'
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
    const madeUp = guests?.filled.madeUp(request.headers) ?? []
    if (!guest && member === undefined && madeUp.length === 0) return undefined
    const caller =
      member !== undefined
        ? ({ name: member, proof: 'identity' } as const)
        : guest && !isKnown
          ? ({ name: guest.name, proof: 'issuer' } as const)
          : undefined
    return { caller, claims: guest?.claims, request: asFilled(request, madeUp, guest) }
  }

  /** With the headers that its issuer fills, and no others of their names; without a token that goes no further. */
  function asFilled(request: Request, madeUp: readonly string[], guest: Guest | undefined): Request {
    const filled = guest?.headers ?? []
    const away = [...madeUp, ...(guest && guests ? guests.kept(guest) : [])]
    if (away.length === 0 && filled.length === 0) return request
    const headers = new Headers(request.headers)
    for (const name of away) headers.delete(name)
    for (const [name, value] of filled) headers.set(name, value)
    const connection = filled.length > 0 ? headers.get(CONNECTION) : null
    if (connection !== null && guests) headers.set(CONNECTION, guests.filled.connection(connection))
    return new Request(request, { headers })
  }
}
