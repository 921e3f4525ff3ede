/** Time, as the mesh sees it: the one place that asks the platform what time it is. */
import type { Cancellation } from '../engine/cancellation.ts'

export interface Clock {
  /** Milliseconds since the Unix epoch. On Workers it moves only with I/O. */
  now(): number
  /** Calls `wake` once, `ms` milliseconds from now, unless the returned function is called first. */
  after(ms: number, wake: () => void): () => void
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
