/** Patience: each wrong token is answered later than the one before, so that guessing takes long. A right one never waits. */
import { type Clock, sleep } from '../../core/time/clock.ts'

export interface Patience {
  /** A wrong token was sent: resolves when it may be answered. */
  wait(): Promise<void>
}

const FIRST_MS = 250
/** As long as a person waits who has mistyped it. */
const MOST_MS = 2_000
/** After so long without a wrong token all is forgotten. */
const FORGET_MS = 60_000

/** Counts for the whole isolate: whoever guesses has many addresses. */
export function patience(clock: Clock): Patience {
  let wrong = 0
  let lastAt = Number.NEGATIVE_INFINITY
  return {
    wait() {
      const now = clock.now()
      if (now - lastAt >= FORGET_MS) wrong = 0
      lastAt = now
      const ms = Math.min(FIRST_MS * 2 ** Math.min(wrong, 10), MOST_MS)
      wrong += 1
      return sleep(clock, ms)
    },
  }
}
