/** Tables as kubectl prints them: names of columns in capitals, three spaces between, nothing around. */

export interface Column<Row> {
  /** In capitals, without spaces: what `awk` and people go by. */
  readonly name: string
  /** `-` stands where there is nothing. */
  of(row: Row): string | number | null | undefined
  /** With `--output wide` alone. */
  readonly isWide?: boolean
}

export const GAP = '   '
const NOTHING = '-'
/** East Asian wide characters and emoji take two columns (UAX #11). */
const WIDE =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u
const MARK = /^[\p{M}\u200D]$/u

/** The lines of a table, the names of its columns first. */
export function tableLines<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  escaping: (text: string) => string,
): string[] {
  const cells = [columns.map(({ name }) => name), ...rows.map((row) => columns.map((column) => cell(column, row)))]
  const texts = cells.map((line) => line.map((text) => escaping(text.replaceAll(/\s+/g, ' '))))
  const widths = columns.map((_, index) => Math.max(...texts.map((line) => widthOf(line[index] ?? ''))))
  return texts.map((line) =>
    line
      .map((text, index) => text + ' '.repeat((widths[index] ?? 0) - widthOf(text)))
      .join(GAP)
      .trimEnd(),
  )
}

/** What a column shows of a row. */
export function cell<Row>(column: Column<Row>, row: Row): string {
  const value = column.of(row)
  return value === undefined || value === null || value === '' ? NOTHING : String(value)
}

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  let width = 0
  for (const character of text) width += MARK.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}
