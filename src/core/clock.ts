/** Time, as the mesh sees it: the one place that asks the platform what time it is. */

export interface Clock {
  /** Milliseconds since the Unix epoch. On Workers it moves only with I/O. */
  now(): number
  /** Calls `wake` once, `ms` milliseconds from now, unless the returned function is called first. */
  after(ms: number, wake: () => void): () => void
}

/** The clock of the platform. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, wake) {
    const timer = setTimeout(wake, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * Resolves after `ms` milliseconds, or rejects with the signal's reason as soon as it aborts.
 *
 * The timer belongs to the request that calls: it never fires once that request has ended.
 */
export function sleep(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort)
      resolve()
    })
    function abort() {
      cancel()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', abort, { once: true })
  })
}

/**
 * What `work` gives, or the error that `late` makes when `ms` have passed first. The work is not stopped: it goes on
 * unheard.
 */
export function within<T>(clock: Clock, ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => reject(late()))
    work.then(resolve, reject).finally(cancel)
  })
}
