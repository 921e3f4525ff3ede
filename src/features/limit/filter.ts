/** Does not send what a service would refuse, by what its throttle has counted. */

import { effectsOf } from '../../core/effects.ts'
import { type Ended, type Ending, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Room } from '../../core/engine/stack.ts'
import { observer } from '../../core/engine/stack.ts'
import type { MeshError } from '../../core/errors.ts'
import { overloaded } from '../../core/overloaded.ts'
import type { Priority } from '../../core/priority.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import { answerEnding } from '../../wire/answer/ending.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import type { Throttle } from './throttle.ts'

interface ShedNeeds {
  readonly clock: Clock
  readonly random: Random
  readonly priority: Priority
  /** Of the request that is sent. */
  readonly headers: HeaderSource
  readonly work: Cancellation
  readonly attempt: Ended
  readonly service: { readonly throttle: Throttle }
}

interface ShedGives {
  /** Was the call counted at its start, and is its answer not counted yet? In calm, only the first refusal is listened for. */
  readonly isAwaited: boolean
}

/** Beneath retry: a retry is a request like any other, and is held back too. Above balance: nobody is picked in vain. */
export const shed = observer<ShedNeeds, ShedGives>('shed', {
  enter(_request, context) {
    const { clock, random, priority, work, service } = context
    const { throttle } = service
    if (!throttle.isAlert(clock.now())) return
    const share = throttle.refusalShare(priority, clock.now())
    throttle.request(priority, clock.now())
    if (share > 0 && random.next() < share) throw refusal(share, priority, random)
    context.isAwaited = true
    // The handler of a caller that left is not resumed.
    work.onCancel((reason) => hear(errorEnding(context.attempt, reason, work), context))
  },
  answered(response, context) {
    hear(answerEnding(context.attempt, response, context.headers, context.clock), context)
    return response
  },
  failed(error, context) {
    hear(errorEnding(context.attempt, error, context.work), context)
    return undefined
  },
})

/**
 * A call that came in calm is not counted, but for a refusal: that ends the calm. A timeout or a reset is a failure, and so
 * is a 500: no word of capacity. Were they taken for one, this would be a second breaker, and it would hold back the very
 * attempts by which a service that is slow or restarts shows that it is well.
 */
function hear(ending: Ending, context: ShedNeeds & Room<ShedGives>): void {
  const { clock, priority, service, isAwaited } = context
  if (isAwaited === false) return
  service.throttle.answer(effectsOf(ending).throttle, isAwaited === true, priority, clock.now())
  if (isAwaited) context.isAwaited = false
}

function refusal(share: number, priority: Priority, random: Random): MeshError {
  const percent = Math.round(share * 100)
  const message = `The service refuses calls for want of capacity: for now ${percent} % of those of priority ${priority} are not sent.`
  // It is the service that has no room: whoever sends it again, by whatever way, adds to that.
  return overloaded(message, false, random)
}
