/** Load that fears latency: what answers took lately, or what the oldest in flight is taking, times the queue. */
import { ewma } from '../../math/ewma.ts'
import type { Load, Pick } from './balancer.ts'

/** Time constant of the average: a peak is down to a half after 7 s (Finagle `PeakEwma`, `decayTime`). */
const TAU_MS = 10_000
/** A failure counts as at least so slow, or a fast failing endpoint would draw all traffic (Linkerd 2 load-biaser). */
const FAILURE_MS = 5000
/** The longest Retry-After that is believed (the same). */
const LONGEST_HINT_MS = 300_000
/** Below the clock's resolution latencies do not differ: the queue decides. */
const LEAST_MS = 1
/** Nothing is known and one request is on its way to find out: no second one until it is back (Finagle's penalty). */
const UNKNOWN_AND_BUSY = 2 ** 47

interface InFlight {
  readonly startedAt: number
  readonly expiresAt: number
}

export function peakEwma(): Load {
  const latency = ewma(TAU_MS)
  let isMeasured = false
  // In order of their start: the first is the oldest.
  let inFlight: InFlight[] = []

  /** On Workers the handler of a client that left stops dead: whoever was not settled by then is forgotten here. */
  function forgetLost(now: number): void {
    if (inFlight.some(({ expiresAt }) => now > expiresAt)) inFlight = inFlight.filter((one) => now <= one.expiresAt)
  }

  return {
    cost(now) {
      forgetLost(now)
      const oldest = inFlight[0]
      if (!isMeasured) return oldest ? UNKNOWN_AND_BUSY + inFlight.length : 0
      const age = oldest ? now - oldest.startedAt : 0
      return Math.max(LEAST_MS, latency.value(now), age) * (inFlight.length + 1)
    },
    start(now, expiresAt): Pick {
      const mine = { startedAt: now, expiresAt }
      inFlight.push(mine)
      let isSettled = false
      return {
        settle(outcome, at, hintMs = 0) {
          if (isSettled) return
          isSettled = true
          const index = inFlight.indexOf(mine)
          if (index !== -1) inFlight.splice(index, 1)
          const tookMs = Math.max(0, at - mine.startedAt)
          switch (outcome) {
            case 'unsent':
              return
            case 'cancelled':
            case 'expired':
              // Nobody waited to the end: it took at least this long.
              if (tookMs <= latency.value(at)) return
              break
            case 'success':
              break
            default:
              latency.addPeak(Math.max(FAILURE_MS, Math.min(hintMs, LONGEST_HINT_MS), tookMs), at)
              isMeasured = true
              return
          }
          latency.addPeak(tookMs, at)
          isMeasured = true
        },
      }
    },
    inFlight(now) {
      forgetLost(now)
      return inFlight.length
    },
  }
}
