/** Who called whom and what came of it, as rows: one for each caller, service and rule, and each thing that came of it. */
import type { AuthzCallView } from '../../admin/client.ts'

/** `unasked`: no record on the way says who may call. */
export type Verdict = 'denied' | 'would-deny' | 'allowed' | 'unasked'

/** In the order of how much they matter. */
export const VERDICTS: readonly Verdict[] = ['denied', 'would-deny', 'allowed', 'unasked']

export interface VerdictRow {
  /** Empty: nobody knows. */
  readonly caller: string
  readonly service: string
  /** Whose rule decided, where that is not the service's own. */
  readonly by: string | undefined
  readonly rule: string | undefined
  readonly verdict: Verdict
  readonly requests: number
}

/** What matters most first, then the busiest. */
export function verdictRows(items: readonly AuthzCallView[]): VerdictRow[] {
  const rows = items.flatMap(({ service, caller, record, rule, allowed, denied, wouldDeny }): VerdictRow[] => {
    const about = {
      caller,
      service,
      by: record === service ? undefined : (record ?? undefined),
      rule: rule ?? undefined,
    }
    const counted: readonly (readonly [Verdict, number])[] = [
      ['denied', denied],
      ['would-deny', wouldDeny],
      [record === null ? 'unasked' : 'allowed', allowed],
    ]
    return counted
      .filter(([, requests]) => requests > 0)
      .map(([verdict, requests]) => ({ ...about, verdict, requests }))
  })
  const order = (row: VerdictRow) => VERDICTS.indexOf(row.verdict)
  return rows.sort((one, other) => order(one) - order(other) || other.requests - one.requests)
}

export function totalsOf(rows: readonly VerdictRow[]): Readonly<Record<Verdict, number>> {
  const totals = { denied: 0, 'would-deny': 0, allowed: 0, unasked: 0 }
  for (const { verdict, requests } of rows) totals[verdict] += requests
  return totals
}

/** @param typed words, each of which stands in the caller, the service or the rule. */
export function verdictsAmong(
  rows: readonly VerdictRow[],
  verdict: Verdict | undefined,
  typed: string,
): readonly VerdictRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter((row) => {
    const text = [row.caller, row.service, row.rule, row.by].join(' ').toLowerCase()
    return (verdict === undefined || row.verdict === verdict) && words.every((word) => text.includes(word))
  })
}
