/** When an endpoint that keeps failing is left alone, for how long, and how many at once: `outlierDetection`. */
import * as v from 'valibot'
import { durationMs } from '../../schema/duration.ts'
import { duration, must, object, whole } from '../../schema/kit.ts'

const EJECTION_FORM = 'a duration from 100ms to 1h'

export function outlierDetection() {
  const ejection = () => v.optional(duration(EJECTION_FORM, 100, 3_600_000))
  return v.pipe(
    object({
      /** Faults in a row that eject an endpoint. */
      consecutive: v.optional(whole(1, 1000)),
      /** How long it stays out, the first time. */
      baseEjection: ejection(),
      /** How long it stays out at most. */
      maxEjection: ejection(),
      /** Percentage of the endpoints that may be out at once, rounded down; 0 switches detection off. */
      maxEjectionPercent: v.optional(whole(0, 100)),
    }),
    must(
      ({ baseEjection, maxEjection }: OutlierDetection) =>
        !baseEjection || !maxEjection || durationMs(baseEjection) <= durationMs(maxEjection),
      'baseEjection to be no longer than maxEjection',
    ),
  )
}

export interface OutlierDetection {
  consecutive?: number | undefined
  baseEjection?: string | undefined
  maxEjection?: string | undefined
  maxEjectionPercent?: number | undefined
}

export interface OutlierPolicy {
  /** Faults in a row that eject. Default 3: an isolate sees too little of an endpoint to wait for Finagle's 5. */
  readonly consecutive: number
  /** Milliseconds of the first ejection. Default 5_000 (Finagle's `FailureAccrualFactory`). */
  readonly baseEjectionMs: number
  /** Milliseconds of the longest. Default 300_000 (Finagle; Envoy and gRPC A50 agree). */
  readonly maxEjectionMs: number
  /** Share of the endpoints that may be out at once. Default 0.5: beyond it Envoy, too, trusts no ejection (its panic). */
  readonly maxShare: number
}

export function outlierPolicy(written: OutlierDetection = {}): OutlierPolicy {
  const baseEjectionMs = durationMs(written.baseEjection ?? '5s')
  return {
    consecutive: written.consecutive ?? 3,
    baseEjectionMs,
    // The longer of the two, as in Envoy: either may be written without the other.
    maxEjectionMs: Math.max(baseEjectionMs, durationMs(written.maxEjection ?? '300s')),
    maxShare: (written.maxEjectionPercent ?? 50) / 100,
  }
}
