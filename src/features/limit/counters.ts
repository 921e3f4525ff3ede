/** What counts requests: the quota object, for all isolates; this isolate, alone; or a rate limit binding of the platform. */
import { lru } from '../../core/lru.ts'
import { type SlidingWindow, slidingWindow } from '../../math/sliding-window.ts'

/** Counts one more of a key: 0 lets it in, else it is the milliseconds until it may come again. */
export type Counter = (key: string, now: number) => number | Promise<number>

/** What counts a key by its name alone knows it by this one: one a record and key. */
export type NameOf = (key: string) => Promise<string>

/** As much of the quota object as is asked. */
export interface QuotaObjects {
  getByName(name: string): { take(count: number, intervalMs: number): Promise<number> }
}

/** As much of a rate limit binding as is asked. */
export interface RateLimitBinding {
  limit(asked: { readonly key: string }): Promise<{ readonly success: boolean }>
}

/** Keys that an isolate counts, those that came last. */
const MAX_KEYS = 1000
/** The shorter of the two periods that a binding may have, in milliseconds: it does not tell which it has. */
const SHORTEST_PERIOD_MS = 10_000

/** @param nameOf the object of a key. A stub belongs to the request that makes it. */
export function objectCounter(objects: QuotaObjects, nameOf: NameOf, count: number, intervalMs: number): Counter {
  return async (key) => objects.getByName(await nameOf(key)).take(count, intervalMs)
}

export function isolateCounter(count: number, intervalMs: number): Counter {
  const windows = lru<string, SlidingWindow>(MAX_KEYS)
  return (key, now) => {
    const window = windows.get(key) ?? slidingWindow()
    windows.set(key, window)
    return window.take(count, intervalMs, now)
  }
}

/** @param bound gives the binding. */
export function bindingCounter(bound: () => RateLimitBinding, nameOf: NameOf): Counter {
  return async (key) => {
    const { success } = await bound().limit({ key: await nameOf(key) })
    return success ? 0 : SHORTEST_PERIOD_MS
  }
}
