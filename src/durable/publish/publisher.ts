/** The publisher: brings KV to what history says, a slice at a time, and stops where somebody else has written. */
import type { Clock } from '../../core/time/clock.ts'
import { type Found, NAMES_A_READ, type Records } from '../records.ts'
import type { Store } from '../store.ts'
import { type Books, meet } from './meeting.ts'
import type { Operations } from './operations.ts'

export interface Publisher {
  /** Publishes and looks at what is due, for as many operations as there are. */
  publish(operations: Operations): Promise<void>
  /** Compares these names with KV, in one read, and writes where that follows. A hundred of them at most. */
  reconcile(names: readonly string[], operations: Operations): Promise<void>
}

export function publisher(books: Books, store: Store, records: Records, clock: Clock): Publisher {
  const { ledger, keys } = books

  async function reconcile(names: readonly string[], operations: Operations): Promise<void> {
    if (names.length === 0 || !operations.take()) return
    const found = await records.read(names)
    const now = clock.now()
    const writes = store.transactionSync(() => {
      if (found) return names.filter((name) => mustWrite(name, found.get(name), operations, now))
      keys.fail(names, now)
      return []
    })
    await Promise.all(writes.map(write))
  }

  /** What was written while KV was read is met here, too: the key is asked now. */
  function mustWrite(name: string, found: Found | undefined, operations: Operations, now: number): boolean {
    if (!found || meet(books, found, keys.get(name), now) !== 'write') return false
    if (operations.take()) return true
    keys.look([name], now)
    return false
  }

  async function write(name: string): Promise<void> {
    const newest = ledger.newest(name)
    if (!newest) return
    const written = await records.write(newest)
    const now = clock.now()
    store.transactionSync(() => {
      if (!written) return keys.fail([name], now)
      ledger.land(name, newest.revision, now)
      return keys.put(name, newest.revision, now)
    })
  }

  return {
    reconcile,
    async publish(operations) {
      while (operations.left > 1) {
        // A comparison is one read for all; each may need a write.
        const due = keys.due(clock.now(), Math.min(NAMES_A_READ, operations.left - 1))
        if (due.length === 0) return
        const fresh = due.filter(({ failures }) => failures === 0)
        await reconcile(
          fresh.map(({ name }) => name),
          operations,
        )
        // One that failed is tried alone: it shall not take others with it.
        for (const { name, failures } of due)
          if (failures > 0 && operations.left > 1) await reconcile([name], operations)
      }
    },
  }
}
