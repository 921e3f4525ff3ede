/** Two attempts of one call: when the first is slow a second may follow, and what answers first is the answer. */

import type { Ending } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import { discard } from '../../core/retryable.ts'
import type { Clock } from '../../core/time/clock.ts'

export interface Race {
  readonly clock: Clock
  /** The call's: what calls it off calls off both. */
  readonly work: Cancellation
  /** Milliseconds after which the second may follow, if the first has not ended by then. */
  readonly delayMs: number
  /** Sends the first. What it gets is called off when the other has won. */
  first(work: Cancellation): Promise<Response>
  /** Sends the second, or nothing where that is not worthwhile. */
  second(work: Cancellation): Promise<Response> | undefined
  /** How an attempt ended: with an answer, or else with an error. */
  ended(isFirst: boolean, work: Cancellation, response: Response | undefined, error: unknown): Ending
  /** Is this the answer, though the other attempt might give another? */
  isFinal(ending: Ending): boolean
  /** Of two that are not final: how much each says. The later of equals is the answer. */
  weight(ending: Ending): number
  /** The other was the answer. This one has ended so, or was called off. */
  passedOver(ending: Ending | undefined, isFirst: boolean): void
}

interface Attempt {
  readonly work: Cancellation
  ending: Ending | undefined
}

export function race({
  clock,
  work,
  delayMs,
  first,
  second,
  ended,
  isFinal,
  weight,
  passedOver,
}: Race): Promise<Response> {
  return new Promise((resolve, reject) => {
    const one: Attempt = { work: work.part(), ending: undefined }
    let other: Attempt | undefined
    let isOver = false

    const stop = clock.after(delayMs, () => {
      const late: Attempt = { work: work.part(), ending: undefined }
      const answer = second(late.work)
      if (!answer) return
      other = late
      follow(late, answer)
    })
    // Nothing else is run where the caller of a Worker has left.
    work.onCancel((reason) => {
      isOver = true
      stop()
      reject(reason)
    })
    follow(one, first(one.work))

    function follow(attempt: Attempt, answer: Promise<Response>): void {
      answer.then(
        (response) => end(attempt, ended(attempt === one, attempt.work, response, undefined)),
        (error) => end(attempt, ended(attempt === one, attempt.work, undefined, error)),
      )
    }

    function end(attempt: Attempt, ending: Ending): void {
      stop()
      attempt.ending = ending
      const rival = attempt === one ? other : one
      if (isOver) discard(ending)
      else if (!rival || isFinal(ending)) answer(attempt, ending, rival)
      // Where the rival is under way, to wait for it costs nothing.
      else if (rival.ending && weight(rival.ending) > weight(ending)) answer(rival, rival.ending, attempt)
      else if (rival.ending) answer(attempt, ending, rival)
    }

    function answer(winner: Attempt, { response, error }: Ending, loser: Attempt | undefined): void {
      isOver = true
      if (loser) {
        loser.work.cancel(new DOMException('Another attempt has answered.', 'AbortError'))
        if (loser.ending) discard(loser.ending)
        passedOver(loser.ending, winner !== one)
      }
      if (response) resolve(response)
      else reject(error)
    }
  })
}
