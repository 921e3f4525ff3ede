/** Tells the detector what became of each attempt: what speaks against an endpoint, what for it, and what neither. */

import type { Deadline } from '../../core/deadline.ts'
import { EFFECTS, effectsOf, type Verdict } from '../../core/effects.ts'
import { type Ended, type Ending, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Room } from '../../core/engine/stack.ts'
import { observer } from '../../core/engine/stack.ts'
import type { AttemptNote } from '../../core/receipt.ts'
import type { Clock } from '../../core/time/clock.ts'
import { answerEnding } from '../../wire/answer/ending.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import { type Asking, sourceOf } from '../../wire/source.ts'
import type { OutlierDetector, Suspect } from './detector.ts'

interface DetectNeeds extends Asking {
  readonly clock: Clock
  /** Of this request. */
  readonly headers: HeaderSource
  readonly deadline: Deadline
  readonly work: Cancellation
  readonly attempt: Ended
  readonly candidate: Suspect
  readonly endpoint: { readonly id: string }
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
  enter(request, context) {
    const { clock, deadline, work, candidate, service } = context
    const { detector } = service
    if (!detector.isOn) return
    const sentAt = clock.now()
    context.sentAt = sentAt
    // The handler of a caller that left is not resumed: the probe is given back from here.
    if (detector.send(candidate, sentAt, deadline.at)) {
      work.onCancel((reason) => tell(request, context, errorEnding(context.attempt, reason, work)))
    }
  },
  answered(response, context, request) {
    tell(request, context, answerEnding(context.attempt, response, context.headers, context.clock))
    return response
  },
  failed(error, context, request) {
    tell(request, context, errorEnding(context.attempt, error, context.work))
    return undefined
  },
})

function tell(request: Request, context: DetectNeeds & Room<DetectGives>, ending: Ending): void {
  const { clock, candidate, isCold, sentAt, service } = context
  if (sentAt === undefined) return
  const { health } = effectsOf(ending)
  // One that is not awake yet is not broken.
  if (isCold && health !== 'success') service.detector.record(candidate, 'nothing', sentAt, clock.now())
  else if (health === 'success' || health === 'nothing') service.detector.record(candidate, health, sentAt, clock.now())
  else blame(request, context, health, sentAt)
}

/** A call counts once for each endpoint, and once for its service, however often it is tried. */
function blame(request: Request, context: DetectNeeds, health: Verdict, sentAt: number): void {
  const { clock, candidate, endpoint, service, receipt } = context
  const told = receipt.attempts.filter(isAgainst)
  const verdict = told.some((note) => note.endpoint === endpoint.id) ? 'nothing' : health
  const ofService = told.length > 0 ? 'nothing' : health
  service.detector.record(candidate, verdict, sentAt, clock.now(), sourceOf(request, context), ofService)
}

/** Has this attempt counted against its endpoint? Of the one under way that is not noted yet. */
function isAgainst({ outcome, isCold }: AttemptNote): boolean {
  const health = outcome && EFFECTS[outcome].health
  return !isCold && (health === 'fault' || health === 'refusal')
}
