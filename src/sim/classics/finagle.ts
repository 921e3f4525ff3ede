/** Finagle's retry budget: a share of the requests, and so many a second besides, for each process. */
import type { Clock } from '../../core/time/clock.ts'
import { slidingSum } from '../../math/window.ts'
import type { Rules } from '../contender.ts'

// finagle-core/src/main/scala/com/twitter/finagle/service/RetryBudget.scala: the defaults.
const RATIO = 0.2
const MIN_PER_SECOND = 10
const WINDOW_MS = 10_000

/** Every request pays in a fifth of a retry, whatever becomes of it; a reserve of 10 a second is always there. */
export function finagle(clock: Clock): Rules {
  const reserve = (MIN_PER_SECOND * WINDOW_MS) / 1000
  const paidIn = slidingSum(WINDOW_MS)
  const takenOut = slidingSum(WINDOW_MS)
  const balance = () => reserve + paidIn.total(clock.now()) - takenOut.total(clock.now())
  return {
    budget: () => ({
      deposit: () => {},
      fail: () => {},
      tryWithdraw() {
        if (balance() < 1 - 1e-9) return false
        takenOut.add(1, clock.now())
        return true
      },
      get balance() {
        return balance()
      },
      stopsUpstream: false,
    }),
    attempt(number) {
      if (number === 1) paidIn.add(RATIO, clock.now())
      return () => {}
    },
  }
}
