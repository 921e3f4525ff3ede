/** What a saga asks of a durable engine: two methods, which Workflows has, and a memory in tests. */

/** How often a step is tried, and how far apart. */
export interface Patience {
  /** Attempts, the first included, after which the step answers by itself that it gave up. */
  readonly attempts: number
  /** Milliseconds of one attempt. */
  readonly timeoutMs: number
}

/** What a step gives is kept: it is not run again once it has given something, whatever crashes. */
export interface Steps {
  /**
   * Runs `work` until it gives something, at most once more than `attempts` says: an attempt during which the machine died counts.
   *
   * @throws the error of the last attempt.
   */
  do(name: string, patience: Patience, work: (attempt: number) => Promise<unknown>): Promise<unknown>
  /**
   * What an event of this type brings, also where it came before anyone waited.
   *
   * @throws where none comes in time.
   */
  waitForEvent(name: string, type: string, timeoutMs: number): Promise<unknown>
}

/** The longest wait between two attempts, in milliseconds. */
const LONGEST_WAIT_MS = 300_000

/** After how many milliseconds an attempt follows: 1 s, doubling, 5 min at most. Workflows' own doubling has no limit. */
export function waitMs(attempt: number): number {
  return Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(attempt - 1, 20))
}
