/** Does not send what a service would refuse, by what its throttle has counted. */
import type { Cancellation } from '../../core/cancellation.ts'
import type { Clock } from '../../core/clock.ts'
import { classifyError } from '../../core/outcome.ts'
import type { Priority } from '../../core/priority.ts'
import type { Random } from '../../core/random.ts'
import { type Filter, type Next, nothing } from '../../core/service.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import { isOverload } from '../../wire/overload.ts'
import { overloaded } from './overloaded.ts'
import type { Reception, Throttle } from './throttle.ts'

interface Needs {
  readonly clock: Clock
  readonly random: Random
  readonly priority: Priority
  /** Of the request that is sent. */
  readonly headers: HeaderSource
  readonly work: Cancellation
  readonly service: { readonly throttle: Throttle }
}

/** Beneath retry: a retry is a request like any other, and is held back too. Above balance: nobody is picked in vain. */
export const shed: Filter<Needs> = function shed(request, context, next) {
  return context.service.throttle.isAlert(context.clock.now())
    ? throttled(request, context, next)
    : listened(request, context, next)
}

/** In calm, only the first refusal is listened for. */
function listened(request: Request, context: Needs, next: Next<object>): Promise<Response> {
  return next(request, nothing).then((response) => {
    const { clock, priority, headers, service } = context
    service.throttle.answer(isOverload(response, headers) ? 'refused' : 'accepted', false, priority, clock.now())
    return response
  })
}

async function throttled(request: Request, context: Needs, next: Next<object>): Promise<Response> {
  const { clock, random, priority, headers, work } = context
  const { throttle } = context.service
  const share = throttle.refusalShare(priority, clock.now())
  throttle.request(priority, clock.now())
  if (share > 0 && random.next() < share) {
    const percent = Math.round(share * 100)
    const message = `The service refuses calls for want of capacity: for now ${percent} % of those of priority ${priority} are not sent.`
    // It is the service that has no room: whoever sends it again, by whatever way, adds to that.
    throw overloaded(message, false, random)
  }
  let isAnswered = false
  const answer = (reception: Reception) => {
    if (!isAnswered) throttle.answer(reception, true, priority, clock.now())
    isAnswered = true
  }
  // The handler of a caller that left is not resumed.
  work.onCancel((reason) => answer(receptionOf(reason)))
  try {
    const response = await next(request, nothing)
    answer(isOverload(response, headers) ? 'refused' : 'accepted')
    return response
  } catch (error) {
    answer(receptionOf(error))
    throw error
  }
}

/**
 * A timeout or a reset is a failure, and so is a 500: no word of capacity. Were they taken for one, this would be a second
 * breaker, and it would hold back the very attempts by which a service that is slow or restarts shows that it is well.
 */
function receptionOf(error: unknown): Reception {
  const outcome = classifyError(error)
  return outcome === 'unsent' || outcome === 'cancelled' ? 'unknown' : 'accepted'
}
