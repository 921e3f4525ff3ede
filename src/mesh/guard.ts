/** The guard of a function: whoever calls it must be allowed by the record of its own name. Nobody else can refuse those who know its address. */
import type { ServiceName } from '../core/endpoint.ts'
import { observer } from '../core/engine/stack.ts'
import { MeshError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { receipt } from '../core/receipt.ts'
import { plainPath } from '../core/text/path.ts'
import { admit } from '../features/access/filter.ts'
import { asked } from '../features/route/asked.ts'
import type { Inbound } from './accept.ts'
import { splitUrl } from './called-host.ts'
import type { Resolver } from './resolver.ts'

/**
 * @throws {MeshError} `caller_denied`, `caller_unknown`; `registry_unavailable` or `record_invalid` where nobody can say who
 * may call.
 */
export type Guard = (request: Request, context: Inbound) => Promise<void>

export function guard(known: Resolver, name: ServiceName, log: Log): Guard {
  return async function guard(request, context) {
    const { clock, deadline, subrequests, defer } = context
    const own = { name, receipt: receipt(), clock, deadline, subrequests, defer: defer ?? unheard }
    const found = await known.called(own).catch(orNone)
    if (!found?.service.judge) return
    admit(found.service, asked(request, plainPath(splitUrl(request.url).path), name), context, log)
  }
}

/** The guard as a filter of the inbound stack. */
export const guarded = (guard: Guard | undefined) =>
  observer<Inbound>('guarded', { enter: (request, context) => guard?.(request, context) })

/** The record is refreshed for the next request: how that ends is no business of this one. */
function unheard(work: Promise<unknown>): void {
  work.catch(() => {})
}

/** Where there is no record nobody has said who may call. */
function orNone(error: unknown): undefined {
  if (error instanceof MeshError && error.code === 'service_not_found') return undefined
  throw error
}
