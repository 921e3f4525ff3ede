/** Gives the service of the backend that was chosen: its endpoints, with its own policy under that of the rule. */
import { MeshError } from '../../core/errors.ts'
import type { Receipt, Skipped } from '../../core/receipt.ts'
import { type Filter, nothing } from '../../core/service.ts'

interface Reached {
  readonly candidates: readonly unknown[]
  readonly unreachable: readonly Skipped[]
}

interface Needs<Live> {
  readonly receipt: Receipt
  readonly service: Live
  readonly backend: { readonly name: string | undefined; readonly way: { under(service: Live): Live } }
  readonly route: { readonly label: string }
}

/**
 * Beneath all that may answer without a backend.
 *
 * @param find the service that a name means; `undefined` where no record stands under it.
 */
export function reach<Live extends Reached, Asking>(
  find: (name: string, context: Asking) => Promise<Live | undefined>,
): Filter<Asking & Needs<Live>, { service: Live }> {
  return function reach(request, context, next) {
    const { name } = context.backend
    return name === undefined ? reached(context.service) : find(name, context).then(reached)

    function reached(service: Live | undefined): Promise<Response> {
      const { backend, route, receipt } = context
      if (!service || (name === undefined && service.candidates.length + service.unreachable.length === 0)) {
        const where =
          name === undefined ? "the record's own endpoints, and it has none" : `"${name}", which names no service`
        return Promise.reject(new MeshError('backend_not_found', `${route.label} sends to ${where}.`))
      }
      receipt.backend = name
      receipt.skipped = service.unreachable
      const under = backend.way.under(service)
      return next(request, under === context.service ? (nothing as { service: Live }) : { service: under })
    }
  }
}
