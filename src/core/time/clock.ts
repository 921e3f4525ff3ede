/** Time, as the mesh sees it: the one place that asks the platform what time it is. */
import type { Cancellation } from '../engine/cancellation.ts'

export interface Clock {
  /** Milliseconds since the Unix epoch. On Workers it moves only with I/O. */
  now(): number
  /** Calls `wake` once, `ms` milliseconds from now, unless the returned function is called first. */
  after(ms: number, wake: () => void): () => void
  /** Time may have moved: something has come from outside. For a clock that asks the platform once a turn; others have none. */
  turn?(): void
}

const LONGEST_WAIT_MS = 2 ** 31 - 1

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    // Node takes a longer wait for none at all; workerd does not mind.
    const timer = setTimeout(wake, Math.min(ms, LONGEST_WAIT_MS))
    return () => clearTimeout(timer)
  },
}

/**
 * The same clock, asked once a turn: to ask is to cross into the platform, which costs as much as to write a header, and a call
 * asks a dozen times. Whoever takes something from outside (a request, an answer, a record, bytes) says `turn`.
 */
export function turning(clock: Clock): Clock {
  return new OnceATurn(clock)
}

class OnceATurn implements Clock {
  private readonly clock: Clock
  private said = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  now(): number {
    if (this.said === 0) this.said = this.clock.now()
    return this.said
  }

  after(ms: number, wake: () => void): () => void {
    return this.clock.after(ms, () => {
      this.said = 0
      wake()
    })
  }

  turn(): void {
    this.said = 0
  }
}

/**
 * Resolves after `ms` milliseconds, or rejects with the reason as soon as the work is called off.
 *
 * The timer belongs to the request that calls: it never fires once that request has ended.
 */
export function sleep(clock: Clock, ms: number, work?: Cancellation): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, resolve)
    work?.onCancel((reason) => {
      stop()
      reject(reason)
    })
  })
}

/**
 * What `work` gives, or the error that `late` makes when `ms` have passed first. The work is not stopped: it goes on
 * unheard.
 */
export function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = clock.after(ms, () => reject(late()))
    work.then(resolve, reject).finally(stop)
  })
}
