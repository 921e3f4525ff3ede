/** A page of rows: as many as were asked for, and no more text than one answer should carry. */

/** Characters. An answer to a call may have 32 MiB, and the object 128 MB of memory. */
const MAX_CHARACTERS = 4_000_000

export interface Paged<Row> {
  readonly items: Row[]
  /** Is there nothing after it? */
  readonly isEnd: boolean
}

/** `limit` is that of the query, too. There is one row at least, if there is any. */
export function paged<Row extends { readonly text: string | null }>(rows: Iterable<Row>, limit: number): Paged<Row> {
  const items: Row[] = []
  let characters = 0
  for (const row of rows) {
    items.push(row)
    characters += row.text?.length ?? 0
    if (characters >= MAX_CHARACTERS) return { items, isEnd: false }
  }
  return { items, isEnd: items.length < limit }
}
