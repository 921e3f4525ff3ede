/** Calls of a service, by who called and by the rule that let him, or did not. */
import type { ServiceNumbers } from '../../telemetry/numbers/numbers.ts'
import { verdictOf } from '../../telemetry/numbers/verdicts.ts'

export interface AuthzCall {
  readonly service: string
  /** Empty: nobody knows. */
  readonly caller: string
  /** Whose rules decided; `null`: no record that says who may call was asked. */
  readonly record: string | null
  /** The rule that decided, or `default`. */
  readonly rule: string | null
  readonly allowed: number
  readonly denied: number
  /** By a record in `audit`: they passed. */
  readonly wouldDeny: number
}

export function callsOf({
  service,
  numbers: { callers, access = {} },
}: {
  readonly service: string
  readonly numbers: ServiceNumbers
}): AuthzCall[] {
  // What no record answered for is nobody's to allow.
  if (service === '') return []
  const judged = Object.entries(access).map(([key, [allowed = 0, denied = 0, wouldDeny = 0]]): AuthzCall => {
    return { service, ...verdictOf(key), allowed, denied, wouldDeny }
  })
  const own = new Map<string, number>()
  for (const { caller, record, allowed, denied, wouldDeny } of judged)
    if (record === service) own.set(caller, (own.get(caller) ?? 0) + allowed + denied + wouldDeny)
  const unjudged = Object.entries(callers).flatMap(([caller, ends]): AuthzCall[] => {
    const allowed = ends.reduce((sum, many) => sum + many, 0) - (own.get(caller) ?? 0)
    return allowed > 0 ? [{ service, caller, record: null, rule: null, allowed, denied: 0, wouldDeny: 0 }] : []
  })
  return [...judged, ...unjudged].sort(byName)
}

function byName(one: AuthzCall, other: AuthzCall): number {
  const [first, second] = [one, other].map(({ caller, record, rule }) => `${caller} ${record ?? ''} ${rule ?? ''}`)
  return (first as string) < (second as string) ? -1 : 1
}
