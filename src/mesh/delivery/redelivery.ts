/** When a message is brought again: later each time, and never at once. */
import type { Random } from '../../core/time/random.ts'
import type { DeliveryPolicy } from '../../targets/queue/delivery.ts'

/** A message may be put off by 12 h at most (Queues limits). */
const LONGEST_DELAY_MS = 43_200_000

/** @param attempts deliveries so far, 1 or more. */
export function backoffMs({ backoffMs, maxBackoffMs }: DeliveryPolicy, attempts: number, random: Random): number {
  const ceiling = Math.min(maxBackoffMs, backoffMs * 2 ** (attempts - 1))
  // From half of it on: those that failed together come back apart, and none comes back at once.
  return ceiling * (0.5 + random.next() / 2)
}

/** The same in the seconds of a queue: 1 to 43,200. */
export function delaySeconds(ms: number): number {
  return Math.ceil(Math.min(Math.max(ms, 1000), LONGEST_DELAY_MS) / 1000)
}
