/** Gives the service that a name stands for: its record, and what was learned of it. */
import type { Filter } from '../core/service.ts'
import type { LiveService } from './fleet.ts'
import type { Called, Names } from './names.ts'

interface Gives {
  readonly service: LiveService
  /** The key of the record that answered to the name. */
  readonly key: string
}

export function resolve(names: Names): Filter<Called, Gives> {
  return function resolve(request, context, next) {
    context.receipt.service = context.name
    const warm = names.warm(context)
    return warm ? next(request, warm) : names.called(context).then((called) => next(request, called))
  }
}
