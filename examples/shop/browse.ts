/** Customers who keep coming while `npm start` runs, so that there is something to see: a few calls a second, each through the mesh. */
import type { Called } from './shop.ts'

/** Milliseconds between two calls. */
const EVERY_MS = 300
/** Calls that may be under way, and calls in all: some nine hours of them. */
const MOST_AT_ONCE = 8
const MOST = 100_000

/** Nine of ten look at an order, which asks all the others; one asks for a customer alone. */
const PATHS = 10

/** @returns what ends it, and all that is under way. */
export function browse(call: (path: string) => Promise<Called>): () => Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  let made = 0
  const timer = setInterval(() => {
    if (underWay.size >= MOST_AT_ONCE || made >= MOST) return
    made += 1
    const called = call(`${made % PATHS === 0 ? 'customer' : 'order'}/${made % 50}`).finally(() =>
      underWay.delete(called),
    )
    underWay.add(called)
  }, EVERY_MS)
  return async () => {
    clearInterval(timer)
    await Promise.all(underWay)
  }
}
