/** A serverless platform in virtual time: what nobody holds when an invocation is over is never heard of again. */
import type { Clock } from '../../src/core/time/clock.ts'
import type { VirtualClock } from '../../src/core/time/virtual-clock.ts'

export interface Invocation {
  /** The platform's: holds the invocation until `work` is done. */
  waitUntil(work: Promise<unknown>): void
}

export interface Invocations {
  /** A clock whose timers die with the invocation that set them. */
  readonly clock: Clock
  /** Runs a handler as an invocation of its own. One at a time begins work. */
  run<Answer>(handler: (invocation: Invocation) => Promise<Answer>): Promise<Answer>
  /** What comes back after `ms`, unless the invocation that asks is over by then. */
  io<Value>(ms: number, value: () => Value): Promise<Value>
  /** Holds the invocation that runs now, as `waitUntil` of `cloudflare:workers` does. */
  waitUntil(work: Promise<unknown>): void
}

interface Running {
  isOver: boolean
  readonly held: Promise<unknown>[]
}

export function invocations(time: VirtualClock): Invocations {
  let current: Running = { isOver: false, held: [] }
  const hold = (running: Running) => (work: Promise<unknown>) => void running.held.push(work)

  async function end(running: Running): Promise<void> {
    for (const work of running.held) await work.catch(() => {})
    running.isOver = true
  }

  const after: Clock['after'] = (ms, wake) => {
    const mine = current
    return time.after(ms, () => {
      if (!mine.isOver) wake()
    })
  }

  return {
    clock: { now: time.now, after },
    async run(handler) {
      const running: Running = { isOver: false, held: [] }
      current = running
      try {
        return await handler({ waitUntil: hold(running) })
      } finally {
        void end(running)
      }
    },
    io: (ms, value) => new Promise((resolve) => after(ms, () => resolve(value()))),
    waitUntil: (work) => hold(current)(work),
  }
}
