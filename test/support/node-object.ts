/** A Durable Object's disk in Node: its storage and its one alarm outlive the object, which dies at the n-th operation. */
import type { Clock } from '../../src/core/time/clock.ts'
import type { Store } from '../../src/durable/store.ts'
import type { ObjectState } from '../../src/transactional/storage.ts'
import { Killed } from './mortal.ts'
import { nodeStore } from './node-store.ts'

export interface NodeObject {
  readonly store: Store
  alarmAt: number | null
  /** The state of the object for a life that begins now; the one before has ended. It dies after so many operations. */
  born(operations?: number): ObjectState
  /** Rings the alarm if it is due, as the platform does: what fails is rung again 2 s later. False: it was not due. */
  ring(alarm: () => Promise<unknown>): Promise<boolean>
}

/** What the platform waits after an alarm that failed, in milliseconds (tried: 2.4 s). */
const AGAIN_MS = 2000

export function nodeObject(clock: Clock, id = 'object'): NodeObject {
  const store = nodeStore()
  let life = 0
  const object: NodeObject = {
    store,
    alarmAt: null,
    born(operations = Number.POSITIVE_INFINITY) {
      const own = ++life
      let left = operations
      const live = () => {
        if (own !== life || left-- <= 0) {
          left = 0
          throw new Killed('The object is dead.')
        }
      }
      return {
        id: { toString: () => id },
        storage: {
          sql: {
            exec(query, ...bindings) {
              live()
              return store.sql.exec(query, ...bindings)
            },
          },
          transactionSync(work) {
            const { alarmAt } = object
            let isDone = false
            try {
              const result = store.transactionSync(() => {
                live()
                const result = work()
                live()
                return result
              })
              isDone = true
              // Dies with all of it on disk, and nobody hears of it.
              live()
              return result
            } finally {
              if (!isDone) object.alarmAt = alarmAt
            }
          },
          async getAlarm() {
            live()
            return object.alarmAt
          },
          async setAlarm(at) {
            // Not thrown: nobody waits for it, and the next operation fails.
            if (own === life && left > 0) object.alarmAt = at
          },
        },
        async blockConcurrencyWhile(work) {
          return await work().catch((error) => {
            if (error instanceof Killed) return undefined as never
            throw error
          })
        },
      }
    },
    async ring(alarm) {
      const { alarmAt } = object
      if (alarmAt === null || alarmAt > clock.now()) return false
      object.alarmAt = null
      try {
        await alarm()
      } catch {
        object.alarmAt ??= clock.now() + AGAIN_MS
      }
      return true
    },
  }
  return object
}
