/** Gives the endpoint of an attempt, and tells its load what came of it. */

import { type Upload, whenClosed } from '../../core/bytes/upload.ts'
import type { Deadline } from '../../core/deadline.ts'
import { EFFECTS } from '../../core/effects.ts'
import { type Ended, type Ending, errorEnding } from '../../core/ending.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import type { Room } from '../../core/engine/stack.ts'
import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import { type AttemptNote, attemptNote } from '../../core/receipt.ts'
import type { Clock } from '../../core/time/clock.ts'
import { answerEnding } from '../../wire/answer/ending.ts'
import type { HeaderSource } from '../../wire/headers.ts'
import type { Candidate, Pick } from './balancer.ts'
import { type Choosing, choose } from './choose.ts'

interface BalanceNeeds extends Choosing {
  readonly clock: Clock
  /** Of this request. */
  readonly headers: HeaderSource
  readonly deadline: Deadline
  readonly work: Cancellation
  readonly attempt: Choosing['attempt'] & Ended
  readonly upload?: Upload | undefined
}

interface BalanceGives {
  readonly candidate: Candidate
  readonly endpoint: Endpoint
  /** Must the attempt wait until the endpoint has woken? Then what comes of it says little of the endpoint. */
  readonly isCold: boolean
  /** What it holds of the endpoint, and what the receipt says of it. */
  readonly pick: Pick
  readonly note: AttemptNote
}

/** How long after its deadline a request in flight is believed to be alive, in milliseconds. */
const GRACE_MS = 1000
/** The same for a request without a deadline. */
const LONGEST_MS = 900_000

/** Beneath retry: a second attempt may go elsewhere. */
export const balance = observer<BalanceNeeds, BalanceGives>('balance', {
  enter(request, context) {
    const { clock, receipt, deadline, upload, inquiry } = context
    const now = clock.now()
    const candidate = inquiry?.notes
      ? inquiry.notes.choosing(context, now, (context) => choose(request, context, now))
      : choose(request, context, now)
    const isCold = candidate.warmth?.isCold(now) ?? false
    const note = attemptNote(context.attempt.number, candidate.endpoint.id, now)
    if (isCold) note.isCold = true
    receipt.attempts.push(note)
    context.candidate = candidate
    context.endpoint = candidate.endpoint
    context.isCold = isCold
    context.note = note
    const start = () => {
      const now = clock.now()
      if (note.outcome === undefined) {
        context.pick = candidate.load.start(now, Math.min(deadline.at + GRACE_MS, now + LONGEST_MS))
      }
    }
    // While its caller is still sending, the endpoint has nothing to do: it holds no slot, and its time does not count.
    if (upload) whenClosed(upload, start)
    else start()
    // The handler of a caller that left is not resumed: what is held is given back from here.
    context.work.onCancel((reason) => end(context, errorEnding(context.attempt, reason, context.work)))
  },
  answered(response, context) {
    end(context, answerEnding(context.attempt, response, context.headers, context.clock))
    return response
  },
  failed(error, context) {
    const { note } = context
    if (note && error instanceof MeshError) note.reason = error.message
    end(context, errorEnding(context.attempt, error, context.work))
    return undefined
  },
})

function end(context: BalanceNeeds & Room<BalanceGives>, ending: Ending): void {
  const { clock, candidate, isCold, note, pick, upload } = context
  const { outcome, blame, status, pushback, isCut } = ending
  if (!note) return
  // Known, though the load may have ended before: a caller that leaves is heard of at once.
  note.status = status
  if (note.outcome !== undefined) return
  const at = clock.now()
  note.outcome = outcome
  note.blame = blame
  note.tookMs = at - note.startedAt
  if (outcome !== 'unsent' && outcome !== 'cancelled') candidate?.warmth?.end(at)
  // To wake it took whatever it took: the next ones will not have to.
  const isSample = !isCold && !isCut && !(outcome === 'success' && upload?.isOpen())
  const load = pick ?? candidate?.load.start(at, at)
  load?.end(isSample ? outcome : 'unsent', at, pushback?.waitMs)
  if (EFFECTS[outcome].load === 'took' && isSample)
    candidate?.latency.add(at - Math.max(note.startedAt, upload?.heardAt() ?? 0), at)
}
