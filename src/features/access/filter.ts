/** authorize: refuses a request that the records on its way do not allow its caller. */
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import { type AuthorizeNeeds, admit, type Guarded } from './admit.ts'

/**
 * @param guardsOf the services to ask, in the order in which the request comes to them.
 * @param askedOf the request as rules see it.
 */
export function authorize<Led, Asked extends { readonly method: string; readonly path: string }>(
  name: string,
  guardsOf: (context: Led) => readonly Guarded<Asked>[],
  askedOf: (request: Request, context: Led) => Asked,
  log: Log,
  realm?: string,
): ObserverFilter<Led & AuthorizeNeeds> {
  return observer<Led & AuthorizeNeeds>(name, {
    enter(request, context) {
      const asked = askedOf(request, context)
      for (const guard of guardsOf(context)) admit(guard, asked, context, log, realm)
      return undefined
    },
  })
}
