/** Work that a call has begun and that nobody keeps alive: the call waits for it before it is over. */

import { type Deadline, remaining } from '../core/deadline.ts'
import { cancellation, cancelOn } from '../core/engine/cancellation.ts'
import type { Clock } from '../core/time/clock.ts'

/** How long at most, in milliseconds: as long as the registry has to answer. */
const HOLD_MS = 1000

/** Waits until `works` are done, with those that they add; no longer than a second, than the deadline, or than the caller does. Never fails. */
export function hold(
  works: readonly Promise<unknown>[],
  clock: Clock,
  deadline: Deadline,
  signals: readonly AbortSignal[],
): Promise<void> {
  return new Promise((resolve) => {
    const stop = clock.after(Math.min(HOLD_MS, remaining(deadline, clock)), resolve)
    const over = () => {
      stop()
      resolve()
    }
    const caller = cancellation(false)
    cancelOn(caller, signals)
    caller.onCancel(over)
    void all(works).then(over)
  })
}

/** One after the other: there may be more of them meanwhile. */
async function all(works: readonly Promise<unknown>[]): Promise<void> {
  for (const work of works) await work.catch(() => {})
}
