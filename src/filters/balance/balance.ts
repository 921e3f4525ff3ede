/** Gives the endpoint of an attempt, and tells its load what came of it. */
import type { Cancellation } from '../../core/cancellation.ts'
import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { MeshError } from '../../core/errors.ts'
import { classify, classifyError, type Outcome } from '../../core/outcome.ts'
import type { AttemptNote } from '../../core/receipt.ts'
import type { Filter } from '../../core/service.ts'
import { readPushback } from '../../wire/pushback.ts'
import type { Candidate } from './balancer.ts'
import { type Choosing, choose } from './choose.ts'

interface Needs extends Choosing {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly work: Cancellation
}

interface Gives {
  readonly candidate: Candidate
  readonly endpoint: Endpoint
  /** Must the attempt wait until the endpoint has woken? Then what comes of it says little of the endpoint. */
  readonly isCold: boolean
}

/** How long after its deadline a request in flight is believed to be alive, in milliseconds. */
const GRACE_MS = 1000
/** The same for a request without a deadline. */
const LONGEST_MS = 900_000

/** Beneath retry: a second attempt may go elsewhere. */
export const balance: Filter<Needs, Gives> = async function balance(request, context, next) {
  const { clock, receipt, deadline } = context
  const now = clock.now()
  const candidate = choose(request, context, now)
  const { endpoint, warmth } = candidate
  const isCold = warmth?.isCold(now) ?? false
  const pick = candidate.load.start(now, Math.min(deadline.at + GRACE_MS, now + LONGEST_MS))
  const note: AttemptNote = {
    number: context.attempt.number,
    endpoint: endpoint.id,
    startedAt: now,
    tookMs: 0,
    outcome: undefined,
    status: undefined,
    reason: undefined,
  }
  if (isCold) note.isCold = true
  receipt.attempts.push(note)
  // The handler of a caller that left is not resumed: what is held is given back from here.
  context.work.onCancel((reason) => settle(classifyError(reason)))

  try {
    const response = await next(request, { candidate, endpoint, isCold })
    note.status = response.status
    const outcome = classify(response)
    settle(outcome, outcome === 'failure' ? readPushback(response.headers, clock.now()).waitMs : undefined)
    return response
  } catch (error) {
    if (error instanceof MeshError) note.reason = error.message
    settle(classifyError(error))
    throw error
  }

  function settle(outcome: Outcome, hintMs?: number): void {
    if (note.outcome !== undefined) return
    const at = clock.now()
    note.outcome = outcome
    note.tookMs = at - now
    if (outcome !== 'unsent' && outcome !== 'cancelled') warmth?.end(at)
    // To wake it took whatever it took: the next ones will not have to.
    pick.settle(isCold ? 'unsent' : outcome, at, hintMs)
    if (outcome === 'success' && !isCold) candidate.latency.add(note.tookMs, at)
  }
}
