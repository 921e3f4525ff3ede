/** Refuses what cannot be answered in time: work that is dropped before it is wasted. */

import { type Deadline, LEAST_USEFUL_MS, remaining } from '../../core/deadline.ts'
import { observer } from '../../core/engine/stack.ts'
import { MeshError } from '../../core/errors.ts'
import type { Clock } from '../../core/time/clock.ts'
import type { RecentMedian } from '../../math/recent-median.ts'

interface AdmissionNeeds {
  readonly clock: Clock
  readonly deadline: Deadline
  readonly service: { readonly timeouts: { readonly requestMs: number } }
  readonly candidate: { readonly latency: RecentMedian }
}

/** An endpoint's slowness refuses nothing that has more than this share of the service's own time limit left (docs/decisions/0008). */
const LARGEST_SHARE = 0.2

/**
 * Beneath balance: the time that is needed is the endpoint's. The median of what its recent successes took must fit;
 * samples older than ten seconds are forgotten, so an endpoint that was slow is asked again.
 */
export const admission = observer<AdmissionNeeds>('admission', {
  enter(_request, { clock, deadline, service, candidate }) {
    const left = remaining(deadline, clock)
    if (left > service.timeouts.requestMs * LARGEST_SHARE && left > LEAST_USEFUL_MS) return
    const typicalMs = candidate.latency.value(clock.now()) ?? 0
    const needed = Math.max(LEAST_USEFUL_MS, Math.min(typicalMs, service.timeouts.requestMs * LARGEST_SHARE))
    if (left >= needed) return
    throw new MeshError('deadline_insufficient', `${left} ms are left, and ${needed} ms is what it usually takes.`)
  },
})
