/** Says so where something waits, in real time, beside a virtual clock that nobody moves. */
import type { VirtualClock } from './virtual-clock.ts'

/** Real milliseconds: whoever looks at a test that hangs reads it within a second. */
const PATIENCE_MS = 900

/** Calls `say` once where `work` has not ended by then and the clock was not moved since. It keeps no process alive. */
export function onStandstill(clock: VirtualClock, work: Promise<unknown>, say: () => void): void {
  const { moves } = clock
  const timer = setTimeout(() => {
    if (!clock.isMoving && clock.moves === moves) say()
  }, PATIENCE_MS)
  unref(timer)
  const stop = () => clearTimeout(timer)
  work.then(stop, stop)
}

/** Node's timers are objects, those of workerd numbers that hold nothing up. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
    timer.unref()
}
