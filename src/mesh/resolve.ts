/** Gives the service that a name stands for: its record, and what was learned of it. */
import type { Clock } from '../core/clock.ts'
import type { Deadline } from '../core/deadline.ts'
import type { ServiceName } from '../core/endpoint.ts'
import type { Receipt } from '../core/receipt.ts'
import type { Filter } from '../core/service.ts'
import type { Subrequests } from '../core/subrequests.ts'
import { follow } from '../registry/alias.ts'
import type { Snapshot } from '../registry/snapshot.ts'
import type { Fleet, LiveService } from './fleet.ts'

interface Needs {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly name: ServiceName
  readonly receipt: Receipt
  readonly subrequests: Subrequests
  defer(work: Promise<unknown>): void
}

export function resolve(snapshot: Snapshot, fleet: Fleet): Filter<Needs, { service: LiveService }> {
  return async function resolve(request, context, next) {
    const { name, receipt } = context
    receipt.service = name
    const { found, path } = await follow(snapshot, name, context)
    receipt.path = path
    receipt.key = found.key
    receipt.revision = found.revision
    receipt.freshness = found.freshness
    receipt.refusedRecord = found.refused
    const service = fleet.of(found)
    receipt.skipped = service.unreachable
    return next(request, { service })
  }
}
