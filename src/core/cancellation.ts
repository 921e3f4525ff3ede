/** Work that may be called off: by its deadline, or by a caller that leaves. */

export interface Cancellation {
  /** Why it was called off; `undefined` while it was not. */
  readonly reason: unknown
  /**
   * For what takes a signal. `undefined` where the platform itself cancels what a handler has left behind when it has
   * answered: there a signal would cost more than all the balancing and cancel nothing earlier.
   */
  readonly signal: AbortSignal | undefined
  /** Calls it off. What was told to happen then happens at once; a second time nothing does. */
  cancel(reason: unknown): void
  /** Calls `then` when it is called off, at once if it has been. */
  onCancel(then: (reason: unknown) => void): void
}

/** @param withSignal whether to make an AbortSignal of it, too. */
export function cancellation(withSignal: boolean): Cancellation {
  const controller = withSignal ? new AbortController() : undefined
  const listeners: ((reason: unknown) => void)[] = []
  let isCancelled = false
  let why: unknown
  return {
    get reason() {
      return why
    },
    signal: controller?.signal,
    cancel(reason) {
      if (isCancelled) return
      isCancelled = true
      why = reason ?? new Error('cancelled')
      controller?.abort(why)
      for (const listener of listeners) listener(why)
    },
    onCancel(then) {
      if (isCancelled) then(why)
      else listeners.push(then)
    },
  }
}

/** Calls `work` off when one of the signals aborts, with the signal's reason. */
export function cancelOn(work: Cancellation, signals: readonly AbortSignal[]): void {
  for (const signal of signals) {
    if (signal.aborted) work.cancel(signal.reason)
    else signal.addEventListener('abort', () => work.cancel(signal.reason), { once: true })
  }
}
