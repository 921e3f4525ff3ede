/** authorize: refuses a request that the records on its way do not allow its caller. */
import type { Proof } from '../../core/caller.ts'
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import type { Receipt } from '../../core/receipt.ts'
import type { Judge } from './judge.ts'

/** A service whose record says who may call. */
export interface Guarded<Asked> {
  readonly judge: Judge<Asked> | undefined
  /** The registry key of its record. */
  readonly recordKey: string
}

/** Of the caller, and where it is told. */
export interface AuthorizeNeeds {
  readonly caller: string | undefined
  readonly proof: Proof
  readonly receipt: Receipt
}

/**
 * Asks one service. It is given, so that a mesh without trust does not carry it.
 *
 * @throws {MeshError} `caller_unknown` where a name would help, `caller_denied` where none does.
 */
export type Admit<Asked> = (guarded: Guarded<Asked>, asked: Asked, by: AuthorizeNeeds, log: Log) => void

/**
 * @param guardsOf the services to ask, in the order in which the request comes to them.
 * @param askedOf the request as rules see it.
 */
export function authorize<Led, Asked extends { readonly method: string; readonly path: string }>(
  name: string,
  guardsOf: (context: Led) => readonly Guarded<Asked>[],
  askedOf: (request: Request, context: Led) => Asked,
  admit: Admit<Asked> | undefined,
  log: Log,
): ObserverFilter<Led & AuthorizeNeeds> {
  return observer<Led & AuthorizeNeeds>(name, {
    enter(request, context) {
      const asked = askedOf(request, context)
      for (const guard of guardsOf(context)) admit?.(guard, asked, context, log)
      return undefined
    },
  })
}
