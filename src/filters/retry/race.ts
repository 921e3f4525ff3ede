/** Two attempts of one call: when the first is slow a second may follow, and what answers first is the answer. */
import { type Cancellation, cancellation } from '../../core/cancellation.ts'
import type { Clock } from '../../core/clock.ts'
import { discard, type Ended } from './verdict.ts'

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
  /** How an attempt ended that was answered so. */
  answered(response: Response): Ended
  /** Is this the answer, though the other attempt might give another? */
  isFinal(ended: Ended): boolean
  /** Of two that are not final: how much each says. The later of equals is the answer. */
  weight(ended: Ended): number
  /** The other was the answer. This one has ended so, or was called off. */
  passedOver(ended: Ended | undefined, isFirst: boolean): void
}

interface Attempt {
  readonly work: Cancellation
  ended: Ended | undefined
}

export function race({
  clock,
  work,
  delayMs,
  first,
  second,
  answered,
  isFinal,
  weight,
  passedOver,
}: Race): Promise<Response> {
  return new Promise((resolve, reject) => {
    const one: Attempt = { work: cancellation(true), ended: undefined }
    let other: Attempt | undefined
    let isOver = false

    const stop = clock.after(delayMs, () => {
      const late: Attempt = { work: cancellation(true), ended: undefined }
      const answer = second(late.work)
      if (!answer) return
      other = late
      follow(late, answer)
    })
    // Nothing else is run where the caller of a Worker has left.
    work.onCancel((reason) => {
      isOver = true
      stop()
      one.work.cancel(reason)
      other?.work.cancel(reason)
      reject(reason)
    })
    follow(one, first(one.work))

    function follow(attempt: Attempt, answer: Promise<Response>): void {
      answer.then(
        (response) => end(attempt, answered(response)),
        (error) => end(attempt, { response: undefined, error }),
      )
    }

    function end(attempt: Attempt, ended: Ended): void {
      stop()
      attempt.ended = ended
      const rival = attempt === one ? other : one
      if (isOver) discard(ended)
      else if (!rival || isFinal(ended)) answer(attempt, ended, rival)
      // Where the rival is under way, to wait for it costs nothing.
      else if (rival.ended && weight(rival.ended) > weight(ended)) answer(rival, rival.ended, attempt)
      else if (rival.ended) answer(attempt, ended, rival)
    }

    function answer(winner: Attempt, { response, error }: Ended, loser: Attempt | undefined): void {
      isOver = true
      if (loser) {
        loser.work.cancel(new DOMException('Another attempt has answered.', 'AbortError'))
        if (loser.ended) discard(loser.ended)
        passedOver(loser.ended, winner !== one)
      }
      if (response) resolve(response)
      else reject(error)
    }
  })
}
