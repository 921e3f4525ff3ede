/** A data point of each call for Workers Analytics Engine, which keeps them for queries in SQL. */
import { count } from '../../features/count/filter.ts'
import type { CallEnd } from '../../telemetry/numbers/numbers.ts'
import type { Counting } from '../counting.ts'

/** As much as is used of a binding `analytics_engine_datasets`. */
export interface Dataset {
  writeDataPoint(point: { indexes: [string]; blobs: (string | null)[]; doubles: number[] }): void
}

/** What stands in `blob1`, `blob2` and so on. A new one comes last: queries name them by number. */
export const BLOBS = ['service', 'caller', 'outcome', 'error', 'rule', 'endpoint', 'revision'] as const
/** What stands in `double1`, `double2` and so on. */
export const DOUBLES = ['tookMs', 'attempts', 'retriesUsed', 'hedged'] as const
/** Of an index, at most (developers.cloudflare.com, Analytics Engine, Limits, 2026-11). A name is ASCII. */
const INDEX_BYTES = 96

/**
 * Writes a data point when a call ends: it costs no subrequest, and nobody waits for it. The index is the service, so that the engine samples each by
 * itself. Nothing of headers, bodies, path or query is in it.
 *
 * @param dataset the binding. It takes 250 points an invocation, and drops more.
 * @example createMesh({ registry: kvRegistry(env.REGISTRY), env, points: analytics(env.ANALYTICS) })
 */
export function analytics(dataset: Dataset): Counting {
  return count({
    count(call) {
      try {
        dataset.writeDataPoint(pointOf(call))
      } catch {
        // A point that is not taken is lost: a call does not fail for it.
      }
    },
  })
}

function pointOf({ service, caller, outcome, error, tookMs, receipt }: CallEnd) {
  const { attempts, retriesUsed, hedged, rule, revision } = receipt
  const blobs: Record<(typeof BLOBS)[number], string | undefined> = {
    service,
    caller,
    outcome,
    error,
    rule,
    endpoint: attempts.at(-1)?.endpoint,
    revision,
  }
  const doubles: Record<(typeof DOUBLES)[number], number> = {
    tookMs,
    attempts: attempts.length,
    retriesUsed,
    hedged: Number(hedged),
  }
  return {
    indexes: [service.slice(0, INDEX_BYTES)] as [string],
    blobs: BLOBS.map((name) => blobs[name] ?? null),
    doubles: DOUBLES.map((name) => doubles[name]),
  }
}
