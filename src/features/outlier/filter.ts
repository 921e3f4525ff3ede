/** Tells the detector what became of each attempt: what speaks against an endpoint, what for it, and what neither. */

import type { Deadline } from '../../core/deadline.ts'
import { type Ended, type Ending, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import { observer } from '../../core/engine/observer.ts'
import type { Room } from '../../core/engine/run.ts'
import { isFault } from '../../core/outcome.ts'
import type { Clock } from '../../core/time/clock.ts'
import { answerEnding } from '../../wire/answer/ending.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import type { OutlierDetector, Suspect, Verdict } from './detector.ts'

interface DetectNeeds {
  readonly clock: Clock
  /** Of this request. */
  readonly headers: HeaderSource
  readonly deadline: Deadline
  readonly work: Cancellation
  readonly attempt: Ended
  readonly candidate: Suspect
  /** Had the attempt to wait until the endpoint woke? */
  readonly isCold: boolean
  readonly service: { readonly detector: OutlierDetector }
}

interface DetectGives {
  /** `undefined` where nothing is ever ejected. */
  readonly sentAt: number | undefined
}

/**
 * Beneath balance: it is the endpoint's health that is told. Above the attempt's deadline: its timeouts are faults. Nothing
 * may wait between balance and here, or two requests could be sent as the one probe.
 */
export const detect = observer<DetectNeeds, DetectGives>('detect', {
  enter(_request, context) {
    const { clock, deadline, work, candidate, service } = context
    const { detector } = service
    if (!detector.isOn) return
    const sentAt = clock.now()
    context.sentAt = sentAt
    // The handler of a caller that left is not resumed: the probe is given back from here.
    if (detector.send(candidate, sentAt, deadline.at)) {
      work.onCancel((reason) => tell(context, errorEnding(context.attempt, reason, work)))
    }
  },
  answered(response, context) {
    tell(context, answerEnding(context.attempt, response, context.headers, context.clock))
    return response
  },
  failed(error, context) {
    tell(context, errorEnding(context.attempt, error, context.work))
    return undefined
  },
})

function tell({ clock, candidate, isCold, sentAt, service }: DetectNeeds & Room<DetectGives>, ending: Ending): void {
  if (sentAt === undefined) return
  const verdict = verdictOn(ending)
  // One that is not awake yet is not broken.
  service.detector.record(candidate, isCold && verdict === 'fault' ? 'nothing' : verdict, sentAt, clock.now())
}

/**
 * Whoever says to wait, or that it did not take this one, is there and is busy: no fault, and no sign that it serves. So it
 * neither ejects nor ends a run of faults; what it costs, its load knows. What is not the endpoint's doing says nothing of it.
 */
function verdictOn({ outcome, blame, pushback }: Ending): Verdict {
  if (outcome === 'success') return 'success'
  if (blame !== 'endpoint' || !isFault(outcome)) return 'nothing'
  return pushback?.verdict === undefined && pushback?.waitMs === undefined ? 'fault' : 'nothing'
}
