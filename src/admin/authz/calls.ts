/** Calls of a service, by who called and by the rule that let him, or did not. */
import type { ServiceNumbers } from '../../telemetry/numbers/numbers-digest.ts'
import { REPORTERS, type Reported, type ReporterKind } from '../../telemetry/numbers/reporters.ts'
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

/** What one reporter counted of a service. */
export interface Sum extends Reported {
  readonly numbers: ServiceNumbers
}

/** Of each caller and service what one reporter counted, as `edges` has it: several may have counted the same call. */
export function countedCalls(sums: readonly Sum[]): AuthzCall[] {
  const first = new Map<string, ReporterKind>()
  const pairOf = ({ caller, service }: AuthzCall) => JSON.stringify([caller, service])
  // In the order in which they are believed.
  const ranked = REPORTERS.flatMap((reporter) => sums.filter((sum) => sum.reporter === reporter))
  const all = ranked.flatMap((sum) => callsOf(sum).map((call) => ({ call, reporter: sum.reporter })))
  for (const { call, reporter } of all) if (!first.has(pairOf(call))) first.set(pairOf(call), reporter)
  return all
    .filter(({ call, reporter }) => first.get(pairOf(call)) === reporter)
    .map(({ call }) => call)
    .sort((one, other) => (one.service === other.service ? 0 : one.service < other.service ? -1 : 1))
}

export function callsOf({ service, numbers: { callers, access = {} } }: Pick<Sum, 'service' | 'numbers'>): AuthzCall[] {
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
