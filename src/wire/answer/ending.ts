/** Reads how an attempt ended from its answer: status, outcome, and whether it may be retried. */

import type { Ended, Ending, Pushback } from '../../core/ending.ts'
import { blameOf, type Outcome, outcomeOf } from '../../core/outcome.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { HeaderSource } from '../headers.ts'
import { ERROR } from './fates.ts'
import { isOverload } from './overload.ts'
import { readPushback } from './pushback.ts'
import { statusOf } from './status.ts'

/** @param request the headers that were sent. A gRPC status is looked for only where they speak gRPC. */
export function answerEnding(ended: Ended, response: Response, request: HeaderSource, clock: Clock): Ending {
  const known = ended.ending
  if (known?.response === response) return known
  const status = statusOf(response, request)
  const outcome = outcomeIn(response, status, ended.isBounded)
  const ending: Ending = {
    outcome,
    blame: blameOf(outcome),
    status,
    pushback: outcome === 'success' ? undefined : readPushback(response.headers, clock.now()),
    response,
    error: undefined,
    isCut: false,
  }
  ended.ending = ending
  return ending
}

/**
 * What became of a request that was answered so.
 *
 * @param isBounded was its time that which the record gives an attempt?
 */
export function outcomeIn(response: Response, status: number, isBounded = false): Outcome {
  // A mesh beneath speaks of the deadline, or of the hops, that its caller has brought.
  const said = status >= 504 ? response.headers.get(ERROR) : null
  if (said === 'deadline_exceeded' || said === 'deadline_insufficient') return isBounded ? 'timeout' : 'expired'
  if (said === 'loop_detected') return 'expired'
  return outcomeOf(status, status >= 429 && isOverload(response, status))
}

/** What an ending says of a retry. Read late for a success, since a rule rarely retries one. */
export function pushbackOf(ending: Ending, clock: Clock): Pushback | undefined {
  if (ending.pushback === undefined && ending.response) {
    ending.pushback = readPushback(ending.response.headers, clock.now())
  }
  return ending.pushback
}
