/** Waits for something that another process is about to make true: no longer than it takes, and long enough for a machine that has other work. */
import { setTimeout as sleep } from 'node:timers/promises'

type Truthy<T> = Exclude<T, false | 0 | '' | null | undefined>

/** Resolves with the first value that is not falsy; after `withinMs` (default 20,000) it says what never came true. */
export async function eventually<T>(what: string, probe: () => T | Promise<T>, withinMs = 20_000): Promise<Truthy<T>> {
  const until = performance.now() + withinMs
  for (;;) {
    const value = await probe()
    if (value) return value as Truthy<T>
    if (performance.now() > until) throw new Error(`Not within ${withinMs} ms: ${what}.`)
    await sleep(5)
  }
}
