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
  return async function resolve(request, context, next) {
    context.receipt.service = context.name
    return next(request, await names.called(context))
  }
}
