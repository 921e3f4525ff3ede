/** Gives the service of the backend that was chosen: its endpoints, with its own policy under that of the rule. */

import type { Room } from '../../core/engine/stack.ts'
import { type ObserverFilter, observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import type { Receipt, Skipped } from '../../core/receipt.ts'

interface Reached {
  readonly candidates: readonly unknown[]
  readonly unreachable: readonly Skipped[]
}

interface Backend<Live> {
  readonly name: string | undefined
  readonly way: { under(service: Live): Live }
}

interface ReachNeeds<Live> {
  readonly receipt: Receipt
  readonly service: Live
  /** Chosen by a rule, where there is one. */
  readonly backend?: Backend<Live> | undefined
  readonly route?: { readonly label: string } | undefined
  /** The service of that backend, where it was looked up already. */
  readonly found?: Live | undefined
}

/**
 * Beneath all that may answer without a backend.
 *
 * @param find the service that a name means; `undefined` where no record stands under it.
 */
export function reach<Live extends Reached, Asking>(
  find: (name: string, context: Asking) => Promise<Live | undefined>,
): ObserverFilter<Asking & ReachNeeds<Live>, { service: Live }> {
  return observer('reach', {
    enter(_, context) {
      const { backend, service, found }: ReachNeeds<Live> = context
      if (!backend) return undefined
      if (backend.name !== undefined && !found)
        return find(backend.name, context).then((found) => reached(found, backend, context))
      reached(found ?? service, backend, context)
    },
  })
}

function reached<Live extends Reached>(
  service: Live | undefined,
  { name, way }: Backend<Live>,
  context: ReachNeeds<Live> & Room<{ service: Live }>,
): void {
  const { receipt, route } = context
  const gives: Room<{ service: Live }> = context
  if (!service || (name === undefined && service.candidates.length + service.unreachable.length === 0)) {
    const where =
      name === undefined ? "the record's own endpoints, and it has none" : `"${name}", which names no service`
    throw new MeshError('backend_not_found', `${route?.label} sends to ${where}.`)
  }
  receipt.backend = name
  receipt.skipped = service.unreachable
  gives.service = way.under(service)
}
