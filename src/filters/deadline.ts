/** Enforces deadlines: of the whole call, and of one attempt. */
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
  readonly signals: readonly AbortSignal[]
  readonly service: { readonly timeouts: TimeoutPolicy }
}

interface Gives {
  readonly deadline: Deadline
  /** Aborts at the deadline with a MeshError, and when a caller leaves with its reason. */
  readonly signal: AbortSignal
  /** Calls `release` if a caller leaves: nothing else of the handler is run then. */
  whenAbandoned(release: () => void): void
}

/**
 * Above retry: all attempts share what the rule and the caller allow. Once the response headers are out the total no
 * longer counts: a stream that runs is governed by idleness (`idle`).
 */
export const ruleDeadline: Filter<Needs, Gives> = async function ruleDeadline(request, context, next) {
  const { clock, signals, service } = context
  const deadline = earlier(context.deadline, deadlineIn(service.timeouts.requestMs, clock))
  const left = remaining(deadline, clock)
  if (left <= 0) throw exceeded(0)

  const controller = new AbortController()
  const releases: (() => void)[] = []
  let isAnswered = false
  for (const signal of signals) {
    const abandon = () => {
      controller.abort(signal.reason)
      if (!isAnswered) for (const release of releases) release()
    }
    if (signal.aborted) abandon()
    else signal.addEventListener('abort', abandon, { once: true })
  }
  const cancel = left === Number.POSITIVE_INFINITY ? noop : clock.after(left, () => controller.abort(exceeded(left)))
  try {
    const { signal } = controller
    return await next(request, { deadline, signal, whenAbandoned: (release) => releases.push(release) })
  } finally {
    isAnswered = true
    cancel()
  }
}

interface AttemptNeeds {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly signal: AbortSignal
  readonly service: { readonly timeouts: TimeoutPolicy }
}

/** Beneath balance, so that its load hears of the timeout. Without `backendRequest` there is nothing to do. */
export const attemptDeadline: Filter<AttemptNeeds, Pick<Gives, 'deadline' | 'signal'>> = async function attemptDeadline(
  request,
  { clock, deadline, signal, service },
  next,
) {
  const { attemptMs } = service.timeouts
  if (attemptMs === Number.POSITIVE_INFINITY) return next(request, { deadline, signal })

  const controller = new AbortController()
  if (signal.aborted) controller.abort(signal.reason)
  else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true })
  const timedOut = () =>
    controller.abort(new MeshError('attempt_timed_out', `No answer came within the ${attemptMs} ms of an attempt.`))
  const cancel = clock.after(attemptMs, timedOut)
  try {
    return await next(request, { deadline: earlier(deadline, deadlineIn(attemptMs, clock)), signal: controller.signal })
  } finally {
    cancel()
  }
}

function exceeded(allowedMs: number): MeshError {
  return new MeshError('deadline_exceeded', `No answer came within the ${Math.round(allowedMs)} ms that were left.`)
}

function noop(): void {}
