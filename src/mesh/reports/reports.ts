/** What counts calls and reports them, as a mesh is made with it: one that reports nothing does not carry it. */
import type { ObserverFilter } from '../../core/engine/stack.ts'
import type { Log } from '../../core/log.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { Random } from '../../core/time/random.ts'
import type { ServedNeeds } from '../../features/count/served.ts'
import type { Registry } from '../../registry/registry.ts'
import type { Bindings } from '../../targets/bindings.ts'
import type { Counting } from '../counting.ts'
import type { LiveService } from '../live-service.ts'

export interface Reports {
  /** What the mesh is to read its records by. */
  readonly registry: Registry
  /** Counts calls; `undefined` where nobody is told. */
  readonly counting: Counting | undefined
  /** Counts what `serve` was asked. */
  readonly served?: ObserverFilter<ServedNeeds> | undefined
  /** Hears of each service that is made. */
  readonly made?: ((service: LiveService) => void) | undefined
}

/** What the mesh is made with. */
export interface ReportsFrom {
  readonly registry: Registry
  readonly bindings: Bindings
  readonly name: string | undefined
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export type ReportsMaker = (from: ReportsFrom) => Reports
