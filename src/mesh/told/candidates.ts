/** The endpoints that a call could go to, and what is known of each without being in the isolate that makes it. */
import type { KnownTarget } from '../../targets/kinds.ts'
import { kindOf } from '../../targets/kinds.ts'
import type { LiveService } from '../live-service.ts'
import type { CandidateTold } from './decision.ts'

/** @param isInstalled is it known what the Worker of the mesh has? */
export function candidatesTold(
  { record, candidates, drained, unreachable }: LiveService,
  isInstalled: boolean,
): CandidateTold[] {
  const ids = new Set(candidates.map(({ endpoint }) => endpoint.id))
  return record.endpoints.map(({ id, target, weight, locality }) => {
    const because = unreachable.find(({ endpoint }) => endpoint === id)?.reason
    const isDrained = drained.some(({ endpoint }) => endpoint.id === id) || (because === undefined && !ids.has(id))
    return {
      endpoint: id,
      kind: target.kind,
      weight,
      ...(locality === undefined ? {} : { locality }),
      ...stateOf(target, because, isDrained, isInstalled),
      ejected: 'unknown',
      inFlight: 'unknown',
      latencyMs: 'unknown',
    }
  })
}

function stateOf(
  target: KnownTarget,
  because: string | undefined,
  isDrained: boolean,
  isInstalled: boolean,
): Pick<CandidateTold, 'state' | 'because'> {
  if (because !== undefined) return { state: 'unreachable', because }
  if (isDrained) return { state: 'drained', because: 'Its weight is 0: only a session leads there.' }
  if (isInstalled || kindOf(target.kind).section === undefined) return { state: 'reachable' }
  return { state: 'unknown', because: 'It is not known here which bindings the mesh has.' }
}
