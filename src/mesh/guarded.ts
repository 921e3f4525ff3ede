/** Which of the services on the way of a call say who may call. */
import type { Proof } from '../core/caller.ts'
import type { MeshError } from '../core/errors.ts'
import type { Log } from '../core/log.ts'
import { plainPath } from '../core/text/path.ts'
import { type AuthorizeNeeds, admit, type Guarded } from '../features/access/filter.ts'
import { type Asked, asked } from '../features/route/asked.ts'
import type { Asking } from '../registry/snapshot.ts'
import type { LiveService } from './live-service.ts'
import type { Resolver } from './resolver.ts'

interface Said {
  readonly name: string
  readonly path: string
}

type By = Pick<AuthorizeNeeds, 'caller' | 'proof' | 'receipt'>

interface Led extends Said {
  readonly service: LiveService
  /** Services of the name whose rules did not match: a hole in the rules is no hole in the policy. */
  readonly passedBy?: readonly LiveService[] | undefined
  /** What its rules have looked at. */
  readonly asked?: Asked | undefined
}

export function isGuarded({ service, passedBy, caller, proof }: Pick<Led, 'service' | 'passedBy'> & By): boolean {
  return (service.judge !== undefined || passedBy?.some(({ judge }) => judge) === true) && !isUnsaid(caller, proof)
}

/** A library that was not told its name cannot know what it is called there: who is called asks by himself. */
function isUnsaid(caller: string | undefined, proof: Proof): boolean {
  return caller === undefined && proof === 'own'
}

export function guards({ service, passedBy = [] }: Led): readonly Guarded<Asked>[] {
  return [...passedBy, service]
}

/** Does a backend say who may call, other than the record that was called? */
export function isGuardedApart({ service, receipt, caller, proof }: Pick<Led, 'service'> & By): boolean {
  return service.judge !== undefined && service.recordKey !== receipt.key && !isUnsaid(caller, proof)
}

export function backendGuard({ service }: Led): readonly Guarded<Asked>[] {
  return [service]
}

export function askedFirst(request: Request, context: Led): Asked {
  return context.asked ?? askedOf(request, context)
}

/** The request as it is now: a rule may have rewritten it. */
export function askedOf(request: Request, { name, path }: Said): Asked {
  return asked(request, plainPath(path), name)
}

/** A copy that its service would refuse is not sent; the receipt has it. */
export function admittedCopy(find: Resolver['copy'], log: Log) {
  return async (
    name: string,
    context: Asking & AuthorizeNeeds & Said,
    copy: Request,
  ): Promise<LiveService | undefined> => {
    const service = await find(name, context)
    if (!service?.judge) return service
    try {
      admit(service, askedOf(copy, context), context, log)
      return service
    } catch (error) {
      log({ level: 'warn', event: 'copy_denied', key: service.recordKey, message: (error as MeshError).message })
      return undefined
    }
  }
}
