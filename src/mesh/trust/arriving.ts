/** The arrival of a request, by whoever sent it: told by a binding, or else shown by a token. */
import type { Identities, Shown } from './identities.ts'

/** Goes on with who sent the request, as {@link Identities.arriving} says. */
export function arrivals(callerOf: Identities['callerOf']): Identities['arriving'] {
  return function arriving(request, arrival, audience, go) {
    const refused = (refusal: unknown) => go({ ...arrival, refusal }, request)
    const known = (shown: Shown | undefined) =>
      shown ? go(believed(arrival, shown), shown.request) : go(arrival, request)
    let shown: ReturnType<Identities['callerOf']>
    try {
      // Who deploys a binding knows better than a token.
      shown = callerOf(request, arrival.caller !== undefined, audience, arrival.defer)
    } catch (error) {
      return refused(error)
    }
    return shown instanceof Promise ? shown.then(known, refused) : known(shown)
  }
}

/** A guest is known, and believed no more than a stranger. */
function believed<Of extends Parameters<Identities['arriving']>[1]>(arrival: Of, { caller, claims }: Shown): Of {
  if (!caller) return { ...arrival, claims }
  const { name, proof } = caller
  return { ...arrival, caller: name, proof, trusted: arrival.trusted || proof === 'identity', claims }
}

/** The guard that tells a refusal before it asks anyone. */
export const refusing: Identities['refusing'] = (guard) =>
  function refusing(request, context) {
    if (context.arrival?.refusal !== undefined) throw context.arrival.refusal
    // Nothing is waited for where nothing is asked.
    return guard?.(request, context)
  }
