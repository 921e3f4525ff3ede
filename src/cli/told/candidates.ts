/** Endpoints that a call may go to, as a table. */
import type { CandidateTold } from '../../admin/client.ts'
import { printable } from '../print/printable.ts'
import { type Column, tableLines } from '../print/table.ts'

const COLUMNS: readonly Column<CandidateTold>[] = [
  { name: 'ENDPOINT', of: ({ endpoint }) => endpoint },
  { name: 'WEIGHT', of: ({ weight }) => weight },
  { name: 'LOCALITY', of: ({ locality }) => locality, isWide: true },
  { name: 'STATE', of: ({ state }) => state },
  { name: 'EJECTED', of: ({ ejected }) => ejected, isWide: true },
  { name: 'IN_FLIGHT', of: ({ inFlight }) => inFlight, isWide: true },
  { name: 'LATENCY', of: ({ latencyMs }) => latencyMs, isWide: true },
  { name: 'BECAUSE', of: ({ because }) => because },
]

export function candidateLines(candidates: readonly CandidateTold[], isWide: boolean): string[] {
  if (candidates.length === 0) return ['none']
  const isAnyTold = candidates.some(({ because }) => because !== undefined)
  const columns = COLUMNS.filter((column) => (isWide || !column.isWide) && (isAnyTold || column.name !== 'BECAUSE'))
  return tableLines(columns, candidates, printable)
}
