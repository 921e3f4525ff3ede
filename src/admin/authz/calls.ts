/** Calls of a service, by who called and by the rule that let him, or did not. */
import type { ServiceSum } from '../../durable/stats/number-book.ts'
import { preferred, REPORTERS } from '../../telemetry/numbers/reporters.ts'
import { verdictOf } from '../../telemetry/numbers/verdicts.ts'
import type { AuthzCallView } from '../views/traffic.ts'

/** Of each caller and service what one reporter counted, as `edges` has it: several may have counted the same call. */
export function countedCalls(sums: readonly ServiceSum[]): AuthzCallView[] {
  const ranked = REPORTERS.flatMap((reporter) => sums.filter((sum) => sum.reporter === reporter))
  const pairs = ranked.flatMap((sum) => {
    const calls = Map.groupBy(callsOf(sum), ({ caller }) => caller)
    return [...calls].map(([caller, calls]) => ({ service: sum.service, reporter: sum.reporter, caller, calls }))
  })
  return preferred(pairs, ({ caller, service }) => JSON.stringify([caller, service]))
    .flatMap(({ calls }) => calls)
    .sort((one, other) => (one.service === other.service ? 0 : one.service < other.service ? -1 : 1))
}

export function callsOf({
  service,
  numbers: { callers, access = {} },
}: Pick<ServiceSum, 'service' | 'numbers'>): AuthzCallView[] {
  // What no record answered for is nobody's to allow.
  if (service === '') return []
  const judged = Object.entries(access).map(([key, [allowed = 0, denied = 0, wouldDeny = 0]]): AuthzCallView => {
    return { service, ...verdictOf(key), allowed, denied, wouldDeny }
  })
  const own = new Map<string, number>()
  for (const { caller, record, allowed, denied, wouldDeny } of judged)
    if (record === service) own.set(caller, (own.get(caller) ?? 0) + allowed + denied + wouldDeny)
  const unjudged = Object.entries(callers).flatMap(([caller, ends]): AuthzCallView[] => {
    const allowed = ends.reduce((sum, many) => sum + many, 0) - (own.get(caller) ?? 0)
    return allowed > 0 ? [{ service, caller, record: null, rule: null, allowed, denied: 0, wouldDeny: 0 }] : []
  })
  return [...judged, ...unjudged].sort(byName)
}

function byName(one: AuthzCallView, other: AuthzCallView): number {
  const [first, second] = [one, other].map(({ caller, record, rule }) => `${caller} ${record ?? ''} ${rule ?? ''}`)
  return (first as string) < (second as string) ? -1 : 1
}
