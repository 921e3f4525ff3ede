/** Durable steps in memory and in virtual time: what was run is kept, whoever crashes. */
import { type Clock, sleep, within } from '../core/time/clock.ts'
import { type Steps, waitMs } from '../saga/steps.ts'

/** `before`: nothing was done. `within`: it was done, and not kept. `after`: it was kept. */
export type CrashPoint = 'before' | 'within' | 'after'

export interface MemoryOptions {
  readonly clock: Clock
  /** Does the machine crash here? Default: never. */
  readonly crash?: (point: CrashPoint, step: string) => boolean
  /** Somebody waits for an event that has not come. */
  readonly waiting?: (step: string, type: string) => void
}

export interface MemorySteps {
  /** Runs it to its end: after each crash anew, over what was kept. */
  run<Result>(work: (steps: Steps) => Promise<Result>): Promise<Result>
  /** An event is kept until somebody waits for one of its type. */
  sendEvent(type: string, payload?: unknown): void
  /** Attempts of steps, in order: `reserve`, `charge`, `undo reserve`. */
  readonly trail: readonly string[]
  readonly crashes: number
}

type Kept = { readonly value: unknown } | { readonly error: unknown }

const CRASHED = Symbol('crashed')

/** One life of the machine. */
interface Life {
  isOver: boolean
  readonly end: () => void
}

export function memorySteps({ clock, crash = () => false, waiting }: MemoryOptions): MemorySteps {
  const journal = new Map<string, Kept>()
  const tries = new Map<string, number>()
  const until = new Map<string, number>()
  const events = new Map<string, unknown[]>()
  const trail: string[] = []
  let woken: (() => void)[] = []
  let crashes = 0

  /** Nothing more happens in a life that is over. */
  const alive = (life: Life) => (life.isOver ? new Promise<never>(() => {}) : undefined)
  const crashed = (life: Life, point: CrashPoint, step: string) => {
    if (!life.isOver && crash(point, step)) {
      crashes += 1
      life.end()
    }
    return alive(life)
  }
  const keep = (step: string, kept: Kept) => {
    journal.set(step, structuredClone(kept))
    return given(kept)
  }

  function stepsOf(life: Life): Steps {
    return {
      async do(name, { attempts, timeoutMs }, work) {
        await alive(life)
        const kept = journal.get(name)
        if (kept) return given(kept)
        for (;;) {
          const attempt = (tries.get(name) ?? 0) + 1
          tries.set(name, attempt)
          if (attempt > attempts + 1) return keep(name, { error: new Error('The last attempt died with its machine.') })
          await crashed(life, 'before', name)
          trail.push(name)
          try {
            const late = () => new Error(`It took longer than ${timeoutMs} ms.`)
            const value = await within(clock, timeoutMs, work(attempt), late)
            await crashed(life, 'within', name)
            keep(name, { value })
            await crashed(life, 'after', name)
            return value
          } catch (error) {
            await alive(life)
            if (attempt > attempts) return keep(name, { error })
          }
          await sleep(clock, waitMs(attempt))
          await alive(life)
        }
      },
      async waitForEvent(name, type, timeoutMs) {
        await alive(life)
        const kept = journal.get(name)
        if (kept) return given(kept)
        const endsAt = until.get(name) ?? clock.now() + timeoutMs
        until.set(name, endsAt)
        for (let isTold = false; ; ) {
          const come = events.get(type)
          if (come?.length) return keep(name, { value: come.shift() })
          if (clock.now() >= endsAt) return keep(name, { error: new Error(`No event "${type}" came.`) })
          if (!isTold) waiting?.(name, type)
          isTold = true
          if (!events.get(type)?.length) await woke(endsAt - clock.now())
          await alive(life)
        }
      },
    }
  }

  /** Until an event comes, or the time is over. */
  function woke(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const stop = clock.after(ms, resolve)
      woken.push(() => {
        stop()
        resolve()
      })
    })
  }

  return {
    async run(work) {
      for (;;) {
        let end = () => {}
        const death = new Promise<typeof CRASHED>((resolve) => {
          end = () => resolve(CRASHED)
        })
        const life: Life = {
          isOver: false,
          end: () => {
            life.isOver = true
            end()
          },
        }
        const result = await Promise.race([work(stepsOf(life)), death])
        if (result !== CRASHED) return result
      }
    },
    sendEvent(type, payload = null) {
      events.set(type, [...(events.get(type) ?? []), structuredClone(payload)])
      const asleep = woken
      woken = []
      for (const wake of asleep) wake()
    },
    trail,
    get crashes() {
      return crashes
    },
  }
}

function given(kept: Kept): unknown {
  if ('error' in kept) throw kept.error
  return structuredClone(kept.value)
}
