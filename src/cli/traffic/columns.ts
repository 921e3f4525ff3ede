/** The golden signals of a row, as linkerd prints them: success, rate, latency; and what retries add. */
import type { EdgeView, StatView } from '../../admin/client.ts'
import type { Column } from '../print/table.ts'

/** What a row may stand for. */
export const KINDS = ['service', 'rule', 'endpoint', 'caller'] as const
export type Kind = (typeof KINDS)[number]

type Rates = Pick<EdgeView, 'requests' | 'rps' | 'success'>

/** What no record answered for. */
export const NO_RECORD = '(no-record)'
/** A caller without a name. */
export const NO_NAME = '(unknown)'

const RATES: readonly Column<Rates>[] = [
  { name: 'SUCCESS', of: ({ success }) => percentText(success) },
  { name: 'RPS', of: ({ rps }) => rpsText(rps) },
]
const REQUESTS: Column<Rates> = { name: 'REQUESTS', of: ({ requests }) => requests, isWide: true }
const REPORTER: Column<Pick<EdgeView, 'reporter'>> = { name: 'REPORTER', of: ({ reporter }) => reporter, isWide: true }

const LATENCIES: readonly Column<StatView>[] = [
  { name: 'LATENCY_P50', of: ({ p50Ms }) => msText(p50Ms) },
  { name: 'LATENCY_P95', of: ({ p95Ms }) => msText(p95Ms) },
  { name: 'LATENCY_P99', of: ({ p99Ms }) => msText(p99Ms) },
]

/** Rules and callers have no histograms of their own, and only a service knows its retries. */
export function statColumns(kind: Kind): Column<StatView>[] {
  const name: Column<StatView> = { name: 'NAME', of: ({ service }) => service || NO_RECORD }
  if (kind === 'service') {
    return [
      name,
      ...RATES,
      ...LATENCIES,
      { name: 'RETRIES', of: ({ retries }) => percentText(retries) },
      { name: 'BUDGET', of: ({ budgetLeft }) => budgetLeft?.toFixed(1) },
      REQUESTS,
      { name: 'ATTEMPTS', of: ({ attempts }) => attempts, isWide: true },
      { name: 'HEDGED', of: ({ hedged }) => hedged, isWide: true },
      { name: 'ERRORS', of: ({ errors }) => countsText(errors), isWide: true },
      { name: 'NOT_RETRIED', of: ({ refused }) => countsText(refused), isWide: true },
      REPORTER,
    ]
  }
  const key: Column<StatView> = { name: kind.toUpperCase(), of: (row) => row[kind] || NO_NAME }
  return [name, key, ...RATES, ...(kind === 'endpoint' ? [...LATENCIES, EJECTED] : []), REQUESTS, REPORTER]
}

/** `2/3`: two of three isolates leave it alone. */
const EJECTED: Column<StatView> = {
  name: 'EJECTED',
  of: ({ ejected }) => ejected && `${ejected.isolates}/${ejected.of}`,
}

export const EDGE_COLUMNS: readonly Column<EdgeView>[] = [
  { name: 'CALLER', of: ({ caller }) => caller || NO_NAME },
  { name: 'NAME', of: ({ service }) => service || NO_RECORD },
  ...RATES,
  REQUESTS,
  REPORTER,
]

/** A share, 0 to 1, in linkerd's two digits. What is not quite all is not called 100 %. */
export function percentText(share: number | null | undefined): string | undefined {
  if (share === null || share === undefined) return undefined
  const percent = 100 * share
  const text = percent.toFixed(2)
  if (text === '100.00' && share < 1) return '99.99%'
  return text === '0.00' && share > 0 ? '0.01%' : `${text}%`
}

function rpsText(rps: number): string {
  return `${rps > 0 && rps < 0.1 ? rps.toFixed(3) : rps.toFixed(1)}rps`
}

function msText(ms: number | null | undefined): string | undefined {
  if (ms === null || ms === undefined) return undefined
  if (ms < 0.5) return '<1ms'
  return ms < 10_000 ? `${Math.round(ms)}ms` : `${(ms / 1000).toFixed(1)}s`
}

/** `no_endpoint=3,deadline_exceeded=1`, the most first. */
function countsText(counts: Readonly<Record<string, number>> = {}): string {
  return Object.entries(counts)
    .sort(([one, few], [other, many]) => many - few || (one < other ? -1 : 1))
    .map(([name, count]) => `${name}=${count}`)
    .join(',')
}
