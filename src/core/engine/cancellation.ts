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
  /** Calls `then` when it is called off before its end, at once if it has been. */
  onCancel(then: (reason: unknown) => void): void
  /** A part of it, which can be called off alone, and is called off with the whole. It has a signal of its own. */
  part(): Cancellation
  /**
   * There is an answer, or there will be none: what was to happen is forgotten, so that a caller's signal holds nothing of the
   * call. Signals are still aborted: the body of the answer may be under way.
   */
  end(): void
  /** Remembers how to stop listening to a caller's signal, for {@link forget}. */
  hear(stop: () => void): void
  /** Its callers' signals are no longer listened to. */
  forget(): void
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
  private listeners: ((reason: unknown) => void)[] | undefined
  private parts: Work[] | undefined
  private heard: (() => void)[] | undefined

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
    if (this.parts) for (const part of this.parts) part.cancel(this.reason, isByCaller)
    const { listeners } = this
    this.end()
    if (listeners) for (const listener of listeners) listener(this.reason)
  }

  onCancel(then: (reason: unknown) => void): void {
    if (this.reason !== undefined) then(this.reason)
    else if (this.listeners) this.listeners.push(then)
    else this.listeners = [then]
  }

  part(): Cancellation {
    const part = new Work(new AbortController())
    if (this.reason !== undefined) part.cancel(this.reason, this.isByCaller)
    else if (this.parts) this.parts.push(part)
    else this.parts = [part]
    return part
  }

  end(): void {
    this.listeners = undefined
  }

  hear(stop: () => void): void {
    if (this.heard) this.heard.push(stop)
    else this.heard = [stop]
  }

  forget(): void {
    if (this.heard) for (const stop of this.heard) stop()
    this.heard = undefined
  }
}

/** Calls `work` off when one of the signals of its caller aborts, with the signal's reason. */
export function cancelOn(work: Cancellation, signals: readonly AbortSignal[]): void {
  for (const signal of signals) {
    if (signal.aborted) work.cancel(signal.reason, true)
    else listen(work, signal)
  }
}

/**
 * A function of its own, so that its closures hold nothing but these two: a signal of the platform and what listens to it are a
 * circle that only a full collection of garbage takes apart, with all that the closures hold.
 */
function listen(work: Cancellation, signal: AbortSignal): void {
  const leave = () => work.cancel(signal.reason, true)
  signal.addEventListener('abort', leave)
  work.hear(() => signal.removeEventListener('abort', leave))
}
