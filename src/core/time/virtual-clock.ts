/** A clock that only moves when told: for tests and for simulation. */
import type { Clock } from './clock.ts'
import { timers } from './timers.ts'

export interface VirtualClock extends Clock {
  /**
   * Moves time on by `ms` milliseconds. Timers wake in order of their instant, then of their setting, and whatever a
   * woken one sets in motion is done before the next.
   */
  advance(ms: number): Promise<void>
  /**
   * Moves time on, timer by timer, until `work` is done, and gives what it gives.
   *
   * @throws {Error} when it waits for something that no timer brings.
   */
  run<T>(work: Promise<T>): Promise<T>
  /** Timers that have not fired. */
  readonly pending: number
  /** Does `run` or `advance` move it now? */
  readonly isMoving: boolean
  /** How often it was told to move. */
  readonly moves: number
}

export interface VirtualClockOptions {
  /** The first instant, in milliseconds since the epoch. Default 1_000_000. */
  startAt?: number
  /** Lets work in progress run on until it waits. Default: three turns of the event loop. */
  flush?: () => Promise<void>
}

export function virtualClock({ startAt = 1_000_000, flush = turns }: VirtualClockOptions = {}): VirtualClock {
  const set = timers()
  let now = startAt
  let moves = 0
  let moving = 0

  /** While `work` goes on, the clock is being moved. */
  async function move<T>(work: () => Promise<T>): Promise<T> {
    moves += 1
    moving += 1
    try {
      return await work()
    } finally {
      moving -= 1
    }
  }

  /** Fires the next timer, if it is due by `until`. */
  function fire(until: number): boolean {
    const at = set.nextAt
    const wake = at > until ? undefined : set.take()
    if (!wake) return false
    now = Math.max(now, at)
    wake()
    return true
  }

  return {
    now: () => now,
    after: (ms, wake) => set.set(now + Math.max(0, ms), wake),
    advance: (ms) =>
      move(async () => {
        const until = now + ms
        await flush()
        while (fire(until)) await flush()
        now = until
      }),
    run: (work) =>
      move(async () => {
        let isDone = false
        const done = () => {
          isDone = true
        }
        work.then(done, done)
        await flush()
        while (!isDone) {
          if (!fire(Number.POSITIVE_INFINITY)) throw new Error('The work waits, and no timer is set.')
          await flush()
        }
        return work
      }),
    get isMoving() {
      return moving > 0
    },
    get moves() {
      return moves
    },
    get pending() {
      return set.size
    },
  }
}

/** Web streams hand their chunks on over several turns. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
}

/** The same in fewer and quicker turns, where the platform has them: for thousands of runs that read no streams. */
export async function quickTurns(): Promise<void> {
  const soon = typeof setImmediate === 'function' ? setImmediate : setTimeout
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => soon(() => resolve(), 0))
}
