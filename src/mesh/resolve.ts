/** Gives the service that a name stands for: its record, and what was learned of it. */
import { type ObserverFilter, observer } from '../core/engine/stack.ts'
import type { Called, Names, Resolved } from './resolver.ts'

export function resolve(names: Names): ObserverFilter<Called, Resolved> {
  return observer('resolve', {
    enter(_, context) {
      context.receipt.service = context.name
      const warm = names.warm(context)
      if (!warm) return names.called(context).then(given)
      given(warm)

      function given({ service, key }: Resolved): void {
        context.service = service
        context.key = key
      }
    },
  })
}
