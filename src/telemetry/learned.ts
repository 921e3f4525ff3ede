/** What an isolate has learned of endpoints and budgets, as it tells it in a digest: plain values, and only what is out of the ordinary. */
import type { Verdict } from '../core/effects.ts'

/** An endpoint that the isolate leaves alone. */
export interface Ejected {
  /** The name of the record that has it. */
  readonly service: string
  readonly endpoint: string
  /** What it was ejected for. */
  readonly because: Verdict
  /** For so many milliseconds it has been so: clocks differ. */
  readonly sinceMs: number
  /** In so many milliseconds it is probed by the next call; 0: a probe is due. */
  readonly forMs: number
}

export interface Learned {
  /** Left out where none is. The first hundred. */
  readonly ejected?: readonly Ejected[] | undefined
  /** Retries that the budget could pay for now, by the service; only of those that were called since, and have a bound. */
  readonly budgets: Readonly<Record<string, number>>
}
