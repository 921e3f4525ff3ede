/** Enforces deadlines: of the whole call, and of one attempt. */

import type { Upload } from '../../core/bytes/upload.ts'
import { whenRead } from '../../core/bytes/when-read.ts'
import { type Deadline, deadlineIn, earlier, remaining } from '../../core/deadline.ts'
import type { Ended } from '../../core/ending.ts'
import { type Cancellation, cancellation, cancelOn } from '../../core/engine/cancellation.ts'
import type { Filter } from '../../core/engine/service.ts'
import { MeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { TimeoutPolicy } from './policy.ts'

interface RuleDeadlineNeeds {
  readonly clock: Clock
  /** The caller's. */
  readonly deadline: Deadline
  /** Abort when a caller leaves: that of the request being served, and that of this call. */
  signals(): readonly AbortSignal[]
  /** That of this call alone, which may live on when the call has ended. */
  readonly own?: AbortSignal | undefined
  readonly service: {
    readonly timeouts: TimeoutPolicy
    /** Does anything depend on hearing at once of a caller that leaves? */
    mustHearOfLeaving(now: number): boolean
  }
}

interface DeadlineGives {
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
export function ruleDeadline(withSignal: boolean): Filter<RuleDeadlineNeeds, DeadlineGives> {
  return function ruleDeadline(request, { clock, deadline: callers, signals, own, service }, next) {
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
    const answer = answered(work, left, exceeded, clock, () => next(request, { deadline, work }))
    return own ? untilRead(answer, work) : answer
  }
}

/** Its caller's signal is listened to until the body of the answer has ended: to leave calls that off, too. */
function untilRead(answer: Promise<Response>, work: Cancellation): Promise<Response> {
  const forget = () => work.forget()
  return answer.then(
    (response) => whenRead(response, forget),
    (error) => {
      forget()
      throw error
    },
  )
}

interface AttemptDeadlineNeeds extends DeadlineGives {
  readonly clock: Clock
  readonly upload?: Pick<Upload, 'isOpen' | 'heardAt'> | undefined
  readonly attempt: Ended
  readonly service: { readonly timeouts: TimeoutPolicy }
}

/** Does the rule or the record say `backendRequest`? */
export function hasAttemptDeadline({ timeouts }: { readonly timeouts: TimeoutPolicy }): boolean {
  return timeouts.attemptMs !== Number.POSITIVE_INFINITY
}

/**
 * Beneath balance, so that its load hears of the timeout. For those alone that have one. While the caller is still sending
 * no endpoint can answer: the time of an attempt counts from the end of the body.
 */
export const attemptDeadline: Filter<AttemptDeadlineNeeds, DeadlineGives> = function attemptDeadline(
  request,
  context,
  next,
) {
  const { clock, attempt, deadline, upload, work: call } = context
  const { attemptMs } = context.service.timeouts
  attempt.isBounded = attemptMs < remaining(deadline, clock)
  // An attempt that has timed out would go on while the next one is made: it has a signal of its own.
  const work = call.part()
  const startedAt = clock.now()
  const timedOut = () => {
    const leftMs = upload ? Math.max(startedAt, sentAt(upload, clock)) + attemptMs - clock.now() : 0
    if (leftMs > 0) return leftMs
    return work.cancel(new MeshError('attempt_timed_out', `No answer came within the ${attemptMs} ms of an attempt.`))
  }
  // What the endpoint is told holds from its beginning: of a body that is still to come nobody knows how long it takes.
  const given = { deadline: upload?.isOpen() ? deadline : earlier(deadline, deadlineIn(attemptMs, clock)), work }
  return answered(work, attemptMs, timedOut, clock, () => next(request, given))
}

/** Until when the caller was sending: now, where it still is. */
function sentAt({ isOpen, heardAt }: Pick<Upload, 'isOpen' | 'heardAt'>, clock: Clock): number {
  return isOpen() ? clock.now() : heardAt()
}

/**
 * What `go` answers, unless the work is called off first: by `late` after `ms`, or by whoever else may.
 *
 * @param late may say how many milliseconds more there are.
 */
function answered(
  work: Cancellation,
  ms: number,
  late: () => unknown,
  clock: Clock,
  go: () => Promise<Response>,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    if (work.reason !== undefined) return reject(work.reason)
    let stop = () => {}
    const wait = (ms: number) => {
      stop = clock.after(ms, () => {
        const more = late()
        if (typeof more === 'number') wait(more)
      })
    }
    if (ms !== Number.POSITIVE_INFINITY) wait(ms)
    const failed = (reason: unknown) => {
      stop()
      work.end()
      reject(reason)
    }
    work.onCancel(failed)
    go().then((response) => {
      stop()
      work.end()
      resolve(response)
    }, failed)
  })
}
