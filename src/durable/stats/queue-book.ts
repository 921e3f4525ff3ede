/** What waits in queues, as who delivers was last told of it. In memory alone: the next batch tells it again. */
import type { QueueNumbers } from '../../telemetry/numbers/numbers-digest.ts'

export interface QueueSeen extends QueueNumbers {
  readonly queue: string
}

export interface QueueBook {
  take(queues: Readonly<Record<string, QueueNumbers>>, now: number): void
  /** Of the last five minutes: a queue that brings nothing is empty, or has nobody who delivers. */
  seen(now: number): QueueSeen[]
}

const KEPT_MS = 300_000
/** Queues, at most: an account may have 10,000, and nobody looks at so many. */
const MOST = 1_000

export function queueBook(): QueueBook {
  const book = new Map<string, QueueSeen & { readonly at: number }>()
  return {
    take(queues, now) {
      for (const [queue, { backlog, oldestMs }] of Object.entries(queues)) {
        // The last one told is the youngest.
        book.delete(queue)
        book.set(queue, { queue, backlog, oldestMs, at: now })
      }
      for (const queue of book.keys()) {
        if (book.size <= MOST) break
        book.delete(queue)
      }
    },
    seen: (now) =>
      [...book.values()]
        .filter(({ at }) => now - at < KEPT_MS)
        .map(({ queue, backlog, oldestMs }) => ({ queue, backlog, oldestMs })),
  }
}
