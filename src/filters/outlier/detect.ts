/** Tells the detector what became of each attempt: what speaks against an endpoint, what for it, and what neither. */
import type { Cancellation } from '../../core/cancellation.ts'
import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import { classify, classifyError, isFault } from '../../core/outcome.ts'
import { type Filter, nothing } from '../../core/service.ts'
import { readPushback } from '../../wire/pushback.ts'
import type { OutlierDetector, Suspect, Verdict } from './detector.ts'

interface Needs {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly work: Cancellation
  readonly candidate: Suspect
  /** Had the attempt to wait until the endpoint woke? */
  readonly isCold: boolean
  readonly service: { readonly detector: OutlierDetector }
}

/**
 * Beneath balance: it is the endpoint's health that is told. Above the attempt's deadline: its timeouts are faults. Nothing
 * may wait between balance and here, or two requests could be sent as the one probe.
 */
export const detect: Filter<Needs> = function detect(request, context, next) {
  const { clock, deadline, work, candidate, isCold, service } = context
  const { detector } = service
  if (!detector.isOn) return next(request, nothing)

  const sentAt = clock.now()
  const isProbe = detector.send(candidate, sentAt, deadline.at)
  // The handler of a caller that left is not resumed: the probe is given back from here.
  if (isProbe) work.onCancel((reason) => tell(verdictOnError(reason)))
  return next(request, nothing).then(
    (response) => {
      tell(verdictOn(response, sentAt))
      return response
    },
    (error) => {
      tell(verdictOnError(error))
      throw error
    },
  )

  function tell(verdict: Verdict): void {
    // One that is not awake yet is not broken.
    detector.record(candidate, isCold && verdict === 'fault' ? 'nothing' : verdict, sentAt, clock.now())
  }
}

/**
 * Whoever says 429, or to wait, or that it did not take this one, is there and is busy: no fault, and no sign that it
 * serves. So it neither ejects nor ends a run of faults; what it costs, its load knows.
 */
function verdictOn(response: Response, now: number): Verdict {
  if (classify(response) === 'success') return 'success'
  if (response.status === 429) return 'nothing'
  const { verdict, waitMs } = readPushback(response.headers, now)
  return verdict === undefined && waitMs === undefined ? 'fault' : 'nothing'
}

/** A caller that leaves, or whose deadline is short, and what we did not send say nothing of the endpoint. */
function verdictOnError(error: unknown): Verdict {
  return isFault(classifyError(error)) ? 'fault' : 'nothing'
}
