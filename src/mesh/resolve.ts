/** Gives the service that a name stands for: its record, and what was learned of it. */
import { type ObserverFilter, observer } from '../core/engine/stack.ts'
import type { Called, Resolved, Resolver } from './resolver.ts'

export function resolve(resolver: Resolver): ObserverFilter<Called, Resolved> {
  return observer('resolve', {
    enter(_, context) {
      context.receipt.service = context.name
      const warm = resolver.warm(context)
      if (!warm) return resolver.called(context).then(given)
      given(warm)

      function given({ service, recordKey }: Resolved): void {
        context.service = service
        context.recordKey = recordKey
      }
    },
  })
}
