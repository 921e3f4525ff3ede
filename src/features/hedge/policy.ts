/** When a call that is slow is sent a second time, elsewhere, and what that may cost: `hedge`. */
import * as v from 'valibot'
import { durationMs } from '../../schema/duration.ts'
import { between, duration, either, object, oneOf } from '../../schema/kit.ts'

export function hedge() {
  return object({
    /** How long the first attempt is waited for: "p95" of what it took lately, or a duration. */
    delay: v.optional(delay()),
    /** Hedges as a percentage of the calls; 0 switches hedging off. */
    maxExtraLoad: v.optional(between(0, 100, 'a number from 0 to 100')),
  })
}

function delay() {
  const fixed = duration('"p95" or a duration from 1ms to 1h', 1, 3_600_000)
  const usual = oneOf('p95')
  return either<string>([usual, fixed], (value) => (value === 'p95' ? usual : fixed))
}

export interface Hedge {
  delay?: string | undefined
  maxExtraLoad?: number | undefined
}

export interface HedgePolicy {
  /** Milliseconds to wait before the hedge; `undefined`, the default, waits for the 95th percentile (Finagle's 1 − extra load). */
  readonly delayMs: number | undefined
  /** Hedges a call pays for. Default 0.05 (Dean and Barroso, "The Tail at Scale": 5 % more for most of the gain). */
  readonly ratio: number
}

/** `undefined` where nothing is hedged: no `hedge` is written (the default), or its `maxExtraLoad` is 0. */
export function hedgePolicy(written: Hedge | undefined): HedgePolicy | undefined {
  if (!written || written.maxExtraLoad === 0) return undefined
  const { delay = 'p95', maxExtraLoad = 5 } = written
  return { delayMs: delay === 'p95' ? undefined : durationMs(delay), ratio: maxExtraLoad / 100 }
}
