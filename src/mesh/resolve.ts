/** Gives the service that a name stands for: its record, and what was learned of it. */
import { type ObserverFilter, observer } from '../core/observer.ts'
import type { LiveService } from './fleet.ts'
import type { Called, Names } from './names.ts'

interface Gives {
  readonly service: LiveService
  /** The key of the record that answered to the name. */
  readonly key: string
}

export function resolve(names: Names): ObserverFilter<Called, Gives> {
  return observer('resolve', {
    enter(_, context) {
      context.receipt.service = context.name
      const warm = names.warm(context)
      if (!warm) return names.called(context).then(given)
      given(warm)

      function given({ service, key }: Gives): void {
        context.service = service
        context.key = key
      }
    },
  })
}
