/** What isolates have learned together: those of the mesh's Worker, and those of each function that reports by itself. In memory. */
import { type FleetPool, fleetPool } from '../../telemetry/fleet/pool.ts'
import { type FleetMode, type FleetView, fleetKey } from '../../telemetry/fleet/view.ts'
import type { NumbersDigest } from '../../telemetry/numbers/numbers-digest.ts'

export interface Fleets {
  /**
   * Takes what an isolate told, and answers with what the others of its pool have seen. What a function tells, its own isolates alone hear: so it
   * can mislead nobody but itself.
   *
   * @param caller the function; `undefined`: the mesh's Worker.
   */
  take(
    caller: string | undefined,
    isolate: string,
    mode: FleetMode,
    digest: NumbersDigest | undefined,
    now: number,
  ): FleetView
}

/** Functions that are remembered, those that told something last, and endpoints of one of them. */
const MOST_POOLS = 50
const MOST_OF_FUNCTION = 1_000

/** @param publish writes a view where isolates read it first. Nobody waits for it. */
export function fleets(publish: (key: string, view: string) => void): Fleets {
  const pools = new Map<string, FleetPool>()
  return {
    take(caller, isolate, mode, digest, now) {
      const key = fleetKey(caller)
      const pool = pools.get(key) ?? fleetPool(caller === undefined ? undefined : MOST_OF_FUNCTION)
      pools.delete(key)
      pools.set(key, pool)
      if (pools.size > MOST_POOLS) pools.delete([...pools.keys()][0] as string)
      const view = pool.take(isolate, mode, digest, now)
      const due = pool.due(now)
      if (due !== undefined) publish(key, due)
      return view
    },
  }
}
