/** The arrival of a request, by whoever sent it: told by a binding, or else shown by a token. */
import type { Caller } from '../../core/caller.ts'
import type { ServiceName } from '../../core/endpoint.ts'
import type { Coming, Identities } from './identities.ts'

/**
 * Goes on with who sent the request: where a binding has not said it, by the token that it brings. A token that is not valid goes on as a
 * refusal, which is told further in, where it is traced and answered as all others.
 */
export function arriving<Of extends Coming, Result>(
  callerOf: Identities['callerOf'],
  request: Request,
  arrival: Of,
  audience: () => ServiceName | undefined,
  go: (arrival: Of) => Promise<Result>,
): Promise<Result> {
  // Who deploys a binding knows better than a token.
  if (arrival.caller !== undefined) return go(arrival)
  const refused = (refusal: unknown) => go({ ...arrival, refusal })
  let shown: ReturnType<Identities['callerOf']>
  try {
    shown = callerOf(request, audience, arrival.defer)
  } catch (error) {
    return refused(error)
  }
  if (!(shown instanceof Promise)) return go(believed(arrival, shown))
  return shown.then((caller) => go(believed(arrival, caller)), refused)
}

/** A guest is known, and believed no more than a stranger. */
export function believed<Of extends Coming>(arrival: Of, caller: Caller | undefined): Of {
  if (!caller) return arrival
  const { name, proof } = caller
  return { ...arrival, caller: name, proof, trusted: arrival.trusted || proof === 'identity' }
}

/** The guard that tells a refusal before it asks anyone. */
export const refusing: Identities['refusing'] = (guard) =>
  async function refusing(request, context) {
    if (context.arrival?.refusal !== undefined) throw context.arrival.refusal
    await guard?.(request, context)
  }
