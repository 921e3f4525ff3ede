/** Work that may be called off: by its deadline, or by a caller that leaves. */

export interface Cancellation {
  /** Why it was called off; `undefined` while it was not. */
  readonly reason: unknown
  /** Was it the caller that called it off, whatever its reason? */
  readonly isByCaller: boolean
  /**
   * For what takes a signal. `undefined` where the platform itself cancels what a handler has left behind when it has
   * answered: there a signal would cost more than all the balancing and cancel nothing earlier.
   */
  readonly signal: AbortSignal | undefined
  /** Calls it off. What was told to happen then happens at once; a second time nothing does. */
  cancel(reason: unknown, isByCaller?: boolean): void
  /** Calls `then` when it is called off, at once if it has been. */
  onCancel(then: (reason: unknown) => void): void
}

/** @param withSignal whether to make an AbortSignal of it, too. */
export function cancellation(withSignal: boolean): Cancellation {
  return new Work(withSignal ? new AbortController() : undefined)
}

// A class, since a getter written into an object keeps it, and the whole request with it, until the next full
// collection of garbage: V8 puts accessors among what is old (docs/performance.md).
class Work implements Cancellation {
  reason: unknown
  isByCaller = false
  private readonly controller: AbortController | undefined
  private readonly listeners: ((reason: unknown) => void)[] = []

  constructor(controller: AbortController | undefined) {
    this.controller = controller
  }

  get signal(): AbortSignal | undefined {
    return this.controller?.signal
  }

  cancel(reason: unknown, isByCaller = false): void {
    if (this.reason !== undefined) return
    this.isByCaller = isByCaller
    this.reason = reason ?? new Error('cancelled')
    this.controller?.abort(this.reason)
    for (const listener of this.listeners) listener(this.reason)
  }

  onCancel(then: (reason: unknown) => void): void {
    if (this.reason === undefined) this.listeners.push(then)
    else then(this.reason)
  }
}

/** Calls `work` off when one of the signals of its caller aborts, with the signal's reason. */
export function cancelOn(work: Cancellation, signals: readonly AbortSignal[]): void {
  for (const signal of signals) {
    if (signal.aborted) work.cancel(signal.reason, true)
    else signal.addEventListener('abort', () => work.cancel(signal.reason, true))
  }
}
