/** Calls of a tap as a page shows them: the newest first, so many and no more. */
import type { TapCallView, TapLine } from '../../admin/client.ts'

/** Rows that are shown; what came before is counted. */
export const MOST_SHOWN = 50

export interface TappedCall extends TapCallView {
  /** 1 is the first that came. */
  readonly number: number
}

export interface Tapped {
  readonly calls: readonly TappedCall[]
  /** All that came. */
  readonly seen: number
  /** Calls for which there was no room on the way. */
  readonly leftOut: number
  /** Why nothing more will come; left out while something may. */
  readonly over?: 'time' | 'lost'
}

export const NOTHING_TAPPED: Tapped = { calls: [], seen: 0, leftOut: 0 }

/** With what came since. */
export function withLines(before: Tapped, lines: readonly TapLine[]): Tapped {
  let { seen, leftOut, over } = before
  const came: TappedCall[] = []
  for (const line of lines) {
    if (line.kind === 'call') came.push({ ...line, number: ++seen })
    if (line.kind === 'left-out') leftOut += line.calls
    if (line.kind === 'over') over = line.reason
  }
  const calls = [...came.reverse(), ...before.calls].slice(0, MOST_SHOWN)
  return { calls, seen, leftOut, ...(over === undefined ? {} : { over }) }
}

/** Did it end badly? */
export function isBad({ status, outcome, error }: Pick<TapCallView, 'status' | 'outcome' | 'error'>): boolean {
  return (
    error !== undefined || (status !== undefined && status >= 500) || (status === undefined && outcome !== 'cancelled')
  )
}
