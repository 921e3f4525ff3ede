/** A policy, as a table of its values and of who wrote each. */
import type { ValueTold } from '../../admin/client.ts'
import { printable } from '../print/printable.ts'
import { type Column, tableLines } from '../print/table.ts'

const COLUMNS: readonly Column<ValueTold>[] = [
  { name: 'FIELD', of: ({ field }) => field },
  { name: 'VALUE', of: ({ value }) => (typeof value === 'string' ? value : JSON.stringify(value)) },
  { name: 'SOURCE', of: ({ source }) => source },
]

/** @param isWide with what is built in, too. */
export function valueLines(values: readonly ValueTold[], isWide: boolean): string[] {
  const shown = isWide ? values : values.filter(({ source }) => source !== 'built in')
  if (shown.length === 0) return ['all as built in']
  return tableLines(COLUMNS, shown, printable)
}
