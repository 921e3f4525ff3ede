/** What may be said of an answer that is asked for again and again: is it there, is it of now, does anybody answer? */

export interface Asked<Of> {
  /** The last answer. */
  readonly value?: Of
  /** When it came: milliseconds since the epoch. */
  readonly at?: number
  /** What the last attempt failed with; left out where it did not. */
  readonly error?: unknown
}

/**
 * - `loading`: nobody has answered yet, and nothing has failed.
 * - `fresh`: the last attempt was answered.
 * - `stale`: the last attempt failed, and an older answer is shown.
 * - `unreachable`: it failed, and there is nothing to show.
 */
export type Freshness = 'loading' | 'fresh' | 'stale' | 'unreachable'

export function freshness({ value, error }: Asked<unknown>): Freshness {
  if (error !== undefined) return value === undefined ? 'unreachable' : 'stale'
  return value === undefined ? 'loading' : 'fresh'
}

/** Milliseconds until it is asked again: each failure in a row doubles them, up to a minute. */
export function nextAfter(everyMs: number, failures: number): number {
  return Math.min(everyMs * 2 ** failures, Math.max(everyMs, 60_000))
}
