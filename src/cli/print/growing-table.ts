/** A table whose rows come one by one: columns are as wide as what they had to show so far. */
import type { Piece, Style, Styled } from './style.ts'
import { type Column, cell, GAP, widthOf } from './table.ts'

export interface GrowingColumn<Row> extends Column<Row> {
  /** How wide it is to begin with, so that rows seldom move. */
  readonly width: number
  /** How a row is coloured here. */
  styleOf?(row: Row): Style
}

export interface GrowingTable<Row> {
  readonly head: string
  line(row: Row): Styled
}

export function growingTable<Row>(
  columns: readonly GrowingColumn<Row>[],
  escaping: (text: string) => string,
): GrowingTable<Row> {
  const widths = columns.map(({ name, width }) => Math.max(name.length, width))
  /** The last one has nothing behind it. */
  const padding = (text: string, index: number) => {
    if (index === columns.length - 1) return ''
    widths[index] = Math.max(widths[index] ?? 0, widthOf(text))
    return ' '.repeat((widths[index] ?? 0) - widthOf(text)) + GAP
  }
  return {
    head: columns.map(({ name }, index) => name + padding(name, index)).join(''),
    line: (row) =>
      columns.flatMap((column, index): (string | Piece)[] => {
        const text = escaping(cell(column, row).replaceAll(/\s+/g, ' '))
        const style = column.styleOf?.(row)
        return [style === undefined ? text : { text, style }, padding(text, index)]
      }),
  }
}
