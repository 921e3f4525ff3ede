/** A storage and a KV that die together at the n-th operation: all that is asked of them after that fails. */
import type { Namespace } from '../../src/durable/records.ts'
import type { Store } from '../../src/durable/store.ts'

export class Killed extends Error {}
/** A storage that failed once, and goes on. */
export class Failed extends Error {}

export interface Mortal {
  readonly store: Store
  readonly namespace: Namespace
  /** Operations so far: each statement, each commit, and each side of an operation on KV counts. */
  readonly operations: number
  readonly isDead: boolean
  /** Dies after so many operations more. */
  dieAfter(operations: number): void
  /** The one after so many fails, and nothing else does. What was committed is not taken back by it. */
  failAfter(operations: number): void
}

export function mortal(store: Store, namespace: Namespace): Mortal {
  let operations = 0
  let lastOperation = Number.POSITIVE_INFINITY
  let failing = Number.POSITIVE_INFINITY
  const live = (isDone = false) => {
    operations += 1
    if (operations > lastOperation) throw new Killed(`Killed at operation ${lastOperation}.`)
    if (operations === failing && !isDone) throw new Failed(`Operation ${failing} failed.`)
  }
  /** Dies before KV has done it, or when KV has and nobody hears of it. */
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    live()
    const result = await work()
    live()
    return result
  }
  return {
    store: {
      sql: {
        exec(query, ...bindings) {
          live()
          return store.sql.exec(query, ...bindings)
        },
        get databaseSize() {
          return store.sql.databaseSize
        },
      },
      transactionSync(work) {
        const result = store.transactionSync(() => {
          const result = work()
          live()
          return result
        })
        live(true)
        return result
      },
    },
    namespace: {
      getWithMetadata: (keys, options) => around(() => namespace.getWithMetadata(keys, options)),
      put: (key, value, options) => around(() => namespace.put(key, value, options)),
      delete: (key) => around(() => namespace.delete(key)),
      list: (options) => around(() => namespace.list(options)),
    },
    get operations() {
      return operations
    },
    get isDead() {
      return operations > lastOperation
    },
    dieAfter(more) {
      lastOperation = operations + more
    },
    failAfter(more) {
      failing = operations + more + 1
    },
  }
}
