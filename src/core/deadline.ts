/** A deadline: the instant after which nobody waits for the answer. An instant, never a duration. */
import type { Clock } from './time/clock.ts'

export interface Deadline {
  /** Milliseconds since the Unix epoch, by this machine's clock; `Infinity` where there is none. */
  readonly at: number
}

/** With less left than this nothing can be answered in time, in milliseconds (docs/decisions/0008). */
export const LEAST_USEFUL_MS = 2

/** No deadline. */
export const never: Deadline = { at: Number.POSITIVE_INFINITY }

/** The deadline `ms` milliseconds from now; `Infinity` gives none. */
export function deadlineIn(ms: number, clock: Clock): Deadline {
  return ms === Number.POSITIVE_INFINITY ? never : { at: clock.now() + ms }
}

/** Milliseconds left, 0 when it has passed, `Infinity` where there is none. */
export function remaining(deadline: Deadline, clock: Clock): number {
  return deadline.at === Number.POSITIVE_INFINITY ? deadline.at : Math.max(0, deadline.at - clock.now())
}

/** The one that comes first. */
export function earlier(one: Deadline, other: Deadline): Deadline {
  return other.at < one.at ? other : one
}
