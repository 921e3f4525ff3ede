/** What AsyncLocalStorage does, as far as calls go that are made at once. */
import type { Storage } from '../mesh/options.ts'

/**
 * The platform's own follows every promise of the process, for each of hundreds of isolates. A handler that waits takes
 * what is stored before it does, and runs on within it.
 */
export function synchronousStorage(): Storage {
  let current: unknown
  return {
    run(store, callback) {
      const before = current
      current = store
      try {
        return callback()
      } finally {
        current = before
      }
    },
    getStore: () => current,
  }
}
