/** Enforces deadlines: of the whole call, and of one attempt. */
import { type Cancellation, cancellation, cancelOn } from '../core/cancellation.ts'
import type { Clock } from '../core/clock.ts'
import { type Deadline, deadlineIn, earlier, remaining } from '../core/deadline.ts'
import { MeshError } from '../core/errors.ts'
import type { Filter } from '../core/service.ts'
import type { TimeoutPolicy } from '../policy/timeout.ts'

interface Needs {
  readonly clock: Clock
  /** The caller's. */
  readonly deadline: Deadline
  /** Abort when a caller leaves: that of the request being served, and that of this call. */
  signals(): readonly AbortSignal[]
  readonly service: {
    readonly timeouts: TimeoutPolicy
    /** Does anything depend on hearing at once of a caller that leaves? */
    mustHearOfLeaving(now: number): boolean
  }
}

interface Gives {
  readonly deadline: Deadline
  /** Called off at the deadline with a MeshError, and when a caller leaves with its reason. */
  readonly work: Cancellation
}

/**
 * Above retry: all attempts share what the rule and the caller allow. Once the response headers are out the total no
 * longer counts: a stream that runs is governed by idleness (`idle`).
 *
 * @param withSignal whether what is sent must be cancelled by a signal.
 */
export function ruleDeadline(withSignal: boolean): Filter<Needs, Gives> {
  return function ruleDeadline(request, { clock, deadline: callers, signals, service }, next) {
    const deadline = earlier(callers, deadlineIn(service.timeouts.requestMs, clock))
    const left = remaining(deadline, clock)
    const work = cancellation(withSignal)
    const exceeded = () =>
      work.cancel(
        new MeshError('deadline_exceeded', `No answer came within the ${Math.round(left)} ms that were left.`),
      )
    // A listener costs as much as all the balancing. Without it the platform still cancels what is under way.
    if (withSignal || service.mustHearOfLeaving(clock.now())) cancelOn(work, signals())
    if (left <= 0) exceeded()
    return answered(work, left, exceeded, clock, () => next(request, { deadline, work }))
  }
}

interface AttemptNeeds extends Gives {
  readonly clock: Clock
  readonly service: { readonly timeouts: TimeoutPolicy }
}

/** Does the rule or the record say `backendRequest`? */
export function hasAttemptDeadline({ service }: Pick<AttemptNeeds, 'service'>): boolean {
  return service.timeouts.attemptMs !== Number.POSITIVE_INFINITY
}

/** Beneath balance, so that its load hears of the timeout. For those alone that have one. */
export const attemptDeadline: Filter<AttemptNeeds, Gives> = function attemptDeadline(request, context, next) {
  const { clock, deadline, work: call } = context
  const { attemptMs } = context.service.timeouts
  // An attempt that has timed out would go on while the next one is made: it has a signal of its own.
  const work = cancellation(true)
  const timedOut = () =>
    work.cancel(new MeshError('attempt_timed_out', `No answer came within the ${attemptMs} ms of an attempt.`))
  call.onCancel((reason) => work.cancel(reason, call.isByCaller))
  const given = { deadline: earlier(deadline, deadlineIn(attemptMs, clock)), work }
  return answered(work, attemptMs, timedOut, clock, () => next(request, given))
}

/** What `go` answers, unless the work is called off first: by `late` after `ms`, or by whoever else may. */
function answered(
  work: Cancellation,
  ms: number,
  late: () => void,
  clock: Clock,
  go: () => Promise<Response>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (work.reason !== undefined) return reject(work.reason)
    const stop = ms === Number.POSITIVE_INFINITY ? noTimer : clock.after(ms, late)
    const failed = (reason: unknown) => {
      stop()
      reject(reason)
    }
    work.onCancel(failed)
    go().then((response) => {
      stop()
      resolve(response)
    }, failed)
  })
}

const noTimer = () => {}
