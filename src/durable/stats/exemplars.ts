/** Calls that stand for many: of each service and bucket of durations the one that was told of last, with its trace. In memory. */
import { lru } from '../../core/lru.ts'
import type { Exemplar } from '../../telemetry/exposition.ts'
import { BOUNDS_S } from '../../telemetry/numbers/metrics.ts'
import type { NumbersDigest } from '../../telemetry/numbers/numbers-digest.ts'

export interface Exemplars {
  take(digest: NumbersDigest, now: number): void
  /** Those of a service, as its numbers are kept (`reporters.ts`). */
  of(key: string, now: number): readonly Exemplar[]
}

/** Services, at most; the half that was told of last is among them. */
const MOST_SERVICES = 4_000
/** Traces are kept for days at most; a call of an hour ago stands for nothing that happens now. */
const KEPT_S = 3_600
const TRACE_ID = /^[\da-f]{32}$/

export function exemplars(): Exemplars {
  const services = lru<string, Exemplar[]>(MOST_SERVICES)
  return {
    take(digest, now) {
      for (const [key, { slowest }] of Object.entries(digest.services)) {
        if (!slowest || !TRACE_ID.test(slowest.traceId)) continue
        const value = slowest.ms / 1000
        const bucket = BOUNDS_S.findIndex((bound) => value <= bound)
        const known = services.get(key) ?? []
        known[bucket === -1 ? BOUNDS_S.length : bucket] = { traceId: slowest.traceId, value, at: now / 1000 }
        services.set(key, known)
      }
    },
    of: (key, now) => (services.get(key) ?? []).filter((one) => one && now / 1000 - one.at <= KEPT_S),
  }
}
