/** Tells the detector what became of each attempt: what speaks against an endpoint, what for it, and what neither. */
import type { Cancellation } from '../../core/cancellation.ts'
import type { Clock } from '../../core/clock.ts'
import type { Deadline } from '../../core/deadline.ts'
import { observer } from '../../core/observer.ts'
import { classify, classifyError, isFault } from '../../core/outcome.ts'
import type { Room } from '../../core/run.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import { readPushback } from '../../wire/pushback.ts'
import { statusOf } from '../../wire/status.ts'
import type { OutlierDetector, Suspect, Verdict } from './detector.ts'

interface Needs {
  readonly clock: Clock
  /** Of this request. */
  readonly headers: HeaderSource
  readonly deadline: Deadline
  readonly work: Cancellation
  readonly candidate: Suspect
  /** Had the attempt to wait until the endpoint woke? */
  readonly isCold: boolean
  readonly service: { readonly detector: OutlierDetector }
}

interface Gives {
  /** `undefined` where nothing is ever ejected. */
  readonly sentAt: number | undefined
}

/**
 * Beneath balance: it is the endpoint's health that is told. Above the attempt's deadline: its timeouts are faults. Nothing
 * may wait between balance and here, or two requests could be sent as the one probe.
 */
export const detect = observer<Needs, Gives>('detect', {
  enter(_request, context) {
    const { clock, deadline, work, candidate, service } = context
    const { detector } = service
    if (!detector.isOn) return
    const sentAt = clock.now()
    context.sentAt = sentAt
    // The handler of a caller that left is not resumed: the probe is given back from here.
    if (detector.send(candidate, sentAt, deadline.at)) work.onCancel((reason) => tell(context, verdictOnError(reason)))
  },
  answered(response, context) {
    const { sentAt, headers } = context
    if (sentAt !== undefined) tell(context, verdictOn(response, headers, sentAt))
    return response
  },
  failed(error, context) {
    tell(context, verdictOnError(error))
    return undefined
  },
})

function tell({ clock, candidate, isCold, sentAt, service }: Needs & Room<Gives>, verdict: Verdict): void {
  if (sentAt === undefined) return
  // One that is not awake yet is not broken.
  service.detector.record(candidate, isCold && verdict === 'fault' ? 'nothing' : verdict, sentAt, clock.now())
}

/**
 * Whoever says 429, or to wait, or that it did not take this one, is there and is busy: no fault, and no sign that it
 * serves. So it neither ejects nor ends a run of faults; what it costs, its load knows.
 */
function verdictOn(response: Response, request: HeaderSource, now: number): Verdict {
  const status = statusOf(response, request)
  if (classify(status) === 'success') return 'success'
  if (status === 429) return 'nothing'
  const { verdict, waitMs } = readPushback(response.headers, now)
  return verdict === undefined && waitMs === undefined ? 'fault' : 'nothing'
}

/** A caller that leaves, or whose deadline is short, and what we did not send say nothing of the endpoint. */
function verdictOnError(error: unknown): Verdict {
  return isFault(classifyError(error)) ? 'fault' : 'nothing'
}
