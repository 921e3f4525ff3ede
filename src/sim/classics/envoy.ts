/** Envoy's retry budget: retries that run at the same time, as a share of the requests that do, for each process. */
import type { Clock } from '../../core/time/clock.ts'
import type { Rules } from '../contender.ts'

// source/common/upstream/resource_manager_impl.h: the defaults.
const BUDGET_SHARE = 0.2
const MIN_CONCURRENCY = 3
/** The longest wait before a retry, in milliseconds: one that was granted and has not begun by then never will. */
const LONGEST_WAIT_MS = 250

/** A retry counts from when it is granted, through its wait, until it is answered. */
export function envoy(clock: Clock): Rules {
  let waiting: number[] = []
  let running = 0
  let active = 0
  const room = () => {
    const now = clock.now()
    waiting = waiting.filter((grantedAt) => now - grantedAt <= LONGEST_WAIT_MS)
    return Math.max(BUDGET_SHARE * active, MIN_CONCURRENCY) - waiting.length - running
  }
  return {
    budget: () => ({
      deposit: () => {},
      fail: () => {},
      tryWithdraw() {
        if (room() <= 0) return false
        waiting.push(clock.now())
        return true
      },
      get balance() {
        return room()
      },
      stopsUpstream: false,
    }),
    attempt(number) {
      const isRetry = number > 1
      active += 1
      if (isRetry) {
        waiting.shift()
        running += 1
      }
      return () => {
        active -= 1
        if (isRetry) running -= 1
      }
    },
  }
}
