/** The race of an attempt and its hedge: when the attempt is slow the hedge may follow, and what answers first is the answer. */
import type { Attempt } from '../../core/attempt.ts'
import { type Ending, errorEnding } from '../../core/ending.ts'
import type { Cancellation } from '../../core/engine/cancellation.ts'
import { discard, isRetryable } from '../../core/retryable.ts'
import type { Clock } from '../../core/time/clock.ts'
import { answerEnding, pushbackOf } from '../../wire/answer/ending.ts'
import type { HeaderSource } from '../../wire/headers.ts'

export interface Race {
  readonly clock: Clock
  /** The call's: what calls it off calls off both. */
  readonly work: Cancellation
  /** Of the request that is sent. */
  readonly headers: HeaderSource
  /** Milliseconds after which the hedge may follow, if the attempt has not ended by then. */
  readonly delayMs: number
  /** Statuses that retry would try again. */
  readonly codes: ReadonlySet<number>
  readonly attempt: Attempt
  readonly hedge: Attempt
  /** What it gets is called off when the hedge has won. */
  sendAttempt(work: Cancellation): Promise<Response>
  /** Sends the hedge, or nothing where that is not worthwhile. */
  sendHedge(work: Cancellation): Promise<Response> | undefined
  /** The other one was the answer. This one has ended so, or was called off. */
  lost(attempt: Attempt, ending: Ending | undefined): void
}

interface Runner {
  readonly attempt: Attempt
  readonly work: Cancellation
  ending: Ending | undefined
}

/**
 * An answer that retry would not try again ends both. A failure that it would waits for the other, which is under way
 * already (gRPC A6); where no hedge was sent yet it goes to retry at once, which knows how long to wait.
 */
export function race({
  clock,
  work,
  headers,
  delayMs,
  codes,
  attempt,
  hedge,
  sendAttempt,
  sendHedge,
  lost,
}: Race): Promise<Response> {
  return new Promise((resolve, reject) => {
    const first: Runner = { attempt, work: work.part(), ending: undefined }
    let second: Runner | undefined
    let isOver = false

    const stop = clock.after(delayMs, () => {
      const late: Runner = { attempt: hedge, work: work.part(), ending: undefined }
      const answer = sendHedge(late.work)
      if (!answer) return
      second = late
      follow(late, answer)
    })
    // Nothing else is run where the caller of a Worker has left.
    work.onCancel((reason) => {
      isOver = true
      stop()
      reject(reason)
    })
    follow(first, sendAttempt(first.work))

    function follow(runner: Runner, answer: Promise<Response>): void {
      answer.then(
        (response) => end(runner, answerEnding(runner.attempt, response, headers, clock)),
        (error) => end(runner, errorEnding(runner.attempt, error, runner.work)),
      )
    }

    function end(runner: Runner, ending: Ending): void {
      stop()
      runner.ending = ending
      const rival = runner === first ? second : first
      if (isOver) discard(ending)
      else if (!rival || isFinal(ending)) answer(ending, rival)
      // Where the rival is under way, to wait for it costs nothing. The later of equals is the answer.
      else if (rival.ending && weight(rival.ending, clock) > weight(ending, clock)) answer(rival.ending, runner)
      else if (rival.ending) answer(ending, rival)
    }

    function isFinal(ending: Ending): boolean {
      return ending.outcome !== 'unsent' && !isRetryable(ending, pushbackOf(ending, clock), codes)
    }

    function answer({ response, error }: Ending, loser: Runner | undefined): void {
      isOver = true
      if (loser) {
        loser.work.cancel(new DOMException('Another attempt has answered.', 'AbortError'))
        if (loser.ending) discard(loser.ending)
        lost(loser.attempt, loser.ending)
      }
      if (response) resolve(response)
      else reject(error)
    }
  })
}

/** Of two failures: a stop wins over everything, an answer says more than an error, and what was not sent says nothing. */
function weight(ending: Ending, clock: Clock): number {
  if (pushbackOf(ending, clock)?.verdict === 'stop') return 3
  if (ending.response) return 2
  return ending.outcome === 'unsent' ? 0 : 1
}
