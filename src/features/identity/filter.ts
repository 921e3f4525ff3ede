/** identify: signs for the caller towards members of the mesh, and takes what is for members off what goes to others. */
import type { Endpoint } from '../../core/endpoint.ts'
import { observer } from '../../core/engine/stack.ts'
import type { Clock } from '../../core/time/clock.ts'
import { ATTEMPT, BAGGAGE, CALLER, IDENTITY, PRIORITY, RETRY_ALLOWANCE } from '../../wire/headers.ts'
import { withoutOverride } from '../../wire/override/member.ts'
import type { Members } from './members.ts'
import type { Signer } from './signer.ts'

export interface LeavingNeeds {
  readonly clock: Clock
  defer(work: Promise<unknown>): void
  /** Who calls, where that is known. */
  readonly caller: string | undefined
  readonly endpoint: Endpoint
  outgoing: Headers
  readonly attempt: { readonly number: number }
}

/**
 * @param members `undefined`: nobody has said which addresses are, and none gets a token.
 * @param signer `undefined`: this mesh has no key.
 * @param audienceOf the name under which the receiver of a call is known.
 */
export function identify<Needs extends LeavingNeeds>(
  members: Members | undefined,
  signer: Signer | undefined,
  audienceOf: (context: Needs) => string,
) {
  return observer<Needs>('identify', {
    enter(_request, context) {
      const { endpoint, outgoing, attempt, caller } = context
      const { hasOwnHost, isRemote } = endpoint.traits
      // The attempt before this one may have gone to another endpoint, and wrote into the same headers.
      if (attempt.number > 1) outgoing.delete(IDENTITY)
      if (hasOwnHost && !members?.includes(endpoint)) {
        context.outgoing = forOthers(outgoing, members !== undefined)
        return undefined
      }
      if (caller === undefined || !isRemote) return undefined
      if (hasOwnHost) outgoing.set(CALLER, caller)
      const token = signer?.tokenFor(caller, audienceOf(context), context)
      if (token instanceof Promise) return token.then((text) => write(outgoing, text))
      write(outgoing, token)
      return undefined
    },
  })
}

function write(outgoing: Headers, token: string | undefined): void {
  if (token !== undefined) outgoing.set(IDENTITY, token)
}

/** What only takes away may go anywhere: the deadline stays. */
function forOthers(outgoing: Headers, areMembersSaid: boolean): Headers {
  if (areMembersSaid) for (const name of [RETRY_ALLOWANCE, PRIORITY, ATTEMPT]) outgoing.delete(name)
  const baggage = outgoing.get(BAGGAGE) ?? undefined
  const kept = withoutOverride(baggage)
  if (kept === baggage) return outgoing
  // A copy: the next attempt may go to a member, and starts from the same headers.
  const own = new Headers(outgoing)
  if (kept === undefined) own.delete(BAGGAGE)
  else own.set(BAGGAGE, kept)
  return own
}
