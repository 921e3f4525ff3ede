/** An answer in the form that was asked for: a table, or the value as it is in JSON or YAML. */

import type { Session } from '../session.ts'
import { printable } from './printable.ts'
import { type Column, tableLines } from './table.ts'

export interface Answer<Row> {
  /** What a program reads: complete, whatever the table leaves out. */
  readonly value: unknown
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** Told on stderr where there are no rows: `No records begin with "shop".` */
  readonly none: string
}

export async function show<Row>(
  { print, output = 'table' }: Pick<Session, 'print' | 'output'>,
  { value, columns, rows, none }: Answer<Row>,
): Promise<void> {
  if (output === 'json') return print.data(`${JSON.stringify(value, null, 2)}\n`)
  // The parser is long, and a table has no use for it.
  if (output === 'yaml') return print.data((await import('./yaml-text.ts')).yamlText(value))
  if (rows.length === 0) return print.tell(none)
  const shown = columns.filter(({ isWide }) => output === 'wide' || !isWide)
  for (const line of tableLines(shown, rows, printable)) print.line(line)
}
