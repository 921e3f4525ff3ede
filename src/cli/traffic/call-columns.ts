/** A call in a line: who called what, how it ended, and who was asked. */
import type { TapAttempt, TapCallView } from '../../admin/client.ts'
import type { GrowingColumn } from '../print/growing-table.ts'
import type { Style } from '../print/style.ts'
import { NO_NAME, NO_RECORD } from './columns.ts'

export const CALL_COLUMNS: readonly GrowingColumn<TapCallView>[] = [
  { name: 'TIME', width: 12, of: ({ at }) => at.slice(11, 23) },
  { name: 'NAME', width: 12, of: ({ service }) => service || NO_RECORD },
  { name: 'CALLER', width: 12, of: ({ caller }) => caller ?? NO_NAME },
  { name: 'METHOD', width: 6, of: ({ method }) => method },
  { name: 'PATH', width: 24, of: ({ path }) => path },
  { name: 'STATUS', width: 6, of: ({ status }) => status, styleOf: ({ status }) => styleOf(status) },
  { name: 'OUTCOME', width: 11, of: ({ outcome }) => outcome },
  { name: 'TOOK', width: 7, of: ({ tookMs }) => `${tookMs}ms` },
  { name: 'ERROR', width: 8, of: ({ error }) => error },
  { name: 'RULE', width: 8, of: ({ rule }) => rule, isWide: true },
  { name: 'TRACE', width: 32, of: ({ traceId }) => traceId, isWide: true },
  // Enough to tell two apart.
  { name: 'ISOLATE', width: 8, of: ({ isolate }) => isolate.slice(0, 8), isWide: true },
  { name: 'ATTEMPTS', width: 0, of: ({ attempts }) => attempts.map(attemptText).join(',') },
]

/** `eu=failure(12ms),us(8ms)`: a success needs no word. */
function attemptText({ endpoint, outcome, tookMs }: TapAttempt): string {
  if (outcome === undefined) return `${endpoint}=unfinished`
  return `${endpoint}${outcome === 'success' ? '' : `=${outcome}`}(${tookMs}ms)`
}

/** What failed here is red, what the caller did wrong is yellow. */
function styleOf(status: number | undefined): Style {
  if (status === undefined) return 'quiet'
  if (status >= 500) return 'bad'
  return status >= 400 ? 'warn' : 'good'
}
